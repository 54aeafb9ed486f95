package present

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// at finds words in a text.
func at(t *testing.T, text, words string) span {
	t.Helper()
	i := strings.Index(text, words)
	if i < 0 {
		t.Fatalf("%q isn't in %q", words, text)
	}
	return span{i, i + len(words)}
}

func TestRemoveWords(t *testing.T) {
	for _, tt := range []struct {
		name, text, words string
		facts             []string
		want              string
	}{
		{
			"a sentence of its own goes whole",
			"A speaker of 20 W for outside. Perfect for any occasion, from balcony to lake. It weighs 560 g.", "Perfect for any occasion",
			[]string{"20 W", "560 g"},
			"A speaker of 20 W for outside. It weighs 560 g.",
		},
		{
			"a clause goes when the sentence holds a fact",
			"It weighs 560 g, perfect for any occasion, and plays for 12 h.", "perfect for any occasion",
			[]string{"560 g", "12 h"},
			"It weighs 560 g, and plays for 12 h.",
		},
		{
			"the last clause leaves the full stop",
			"It weighs 560 g, perfect for any occasion.", "perfect",
			[]string{"560 g"},
			"It weighs 560 g.",
		},
		{
			"the first clause leaves the capital",
			"Perfect for travel, it weighs 560 g.", "Perfect for travel",
			[]string{"560 g"},
			"It weighs 560 g.",
		},
		{
			"only the words when the clause holds a fact",
			"Premium 20 W Speaker", "Premium",
			[]string{"20 W"},
			"20 W Speaker",
		},
		{
			"a decimal point is no end",
			"Holds 0.5 l. Lasts a lifetime.", "Lasts a lifetime",
			[]string{"0.5 l"},
			"Holds 0.5 l.",
		},
		{
			"Chinese sentence",
			"采用牛津布。耐用百年。容量 20 升。", "耐用百年",
			[]string{"牛津布", "20 升"},
			"采用牛津布。容量 20 升。",
		},
		{
			"Chinese clause",
			"采用牛津布，耐用百年。", "耐用百年",
			[]string{"牛津布"},
			"采用牛津布。",
		},
		{"nothing is left", "Perfect.", "Perfect.", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var facts []span
			for _, f := range tt.facts {
				facts = append(facts, at(t, tt.text, f))
			}
			if got := removeWords(tt.text, at(t, tt.text, tt.words), facts); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCutToFit(t *testing.T) {
	count := utf8.RuneCountInString
	for _, tt := range []struct {
		name, text string
		limit      int
		facts      []string
		want       string
	}{
		{
			"drops the clause without a fact", "Sonaro Portable Speaker 20 W, great for parties, IP67, 12 h Battery", 50,
			[]string{"20 W", "IP67", "12 h"},
			"Sonaro Portable Speaker 20 W, IP67, 12 h Battery",
		},
		{
			"drops a sentence", "A 20 W speaker. You will love it. Charged over USB-C.", 40,
			[]string{"20 W", "USB-C"},
			"A 20 W speaker. Charged over USB-C.",
		},
		{"drops last words, not in the middle of one", "Extraordinarily Portable Speaker with Battery", 33, nil, "Extraordinarily Portable Speaker"},
		{"Chinese", "索纳罗便携音箱，20 瓦，送礼佳品，续航 12 小时", 21, []string{"20 瓦", "12 小时"}, "索纳罗便携音箱，20 瓦，续航 12 小时"},
		{"one long word has no cut", "便携式户外蓝牙防水音箱", 4, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var facts []span
			for _, f := range tt.facts {
				facts = append(facts, at(t, tt.text, f))
			}
			if got := cutToFit(tt.text, tt.limit, count, facts); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Whatever is cut: the rest is valid text that fits, and a removed phrase is gone from its place.
func TestCuresHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aB 1.,;!。，、 –保温杯\n")), 1, 60, -1).Draw(t, "text")
		limit := rapid.IntRange(1, 60).Draw(t, "limit")
		if got := cutToFit(text, limit, utf8.RuneCountInString, nil); utf8.RuneCountInString(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("cut to %d: %q", limit, got)
		}
		runes := []rune(text)
		i := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
		j := rapid.IntRange(i+1, len(runes)).Draw(t, "to")
		words := span{len(string(runes[:i])), len(string(runes[:j]))}
		got := removeWords(text, words, nil)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > len(runes)+1 {
			t.Fatalf("removed %q from %q: %q", text[words.start:words.end], text, got)
		}
		joined := ""
		for _, s := range clauses(text) {
			joined += text[s.start:s.end]
		}
		if joined != text {
			t.Fatalf("clauses of %q join to %q", text, joined)
		}
	})
}
