package widget

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// typewriter measures every character as 1, Han as 2.
func typewriter() *wrapper {
	return &wrapper{measure: func(s string) float32 {
		n := 0
		for _, r := range s {
			n++
			if wide(r) {
				n++
			}
		}
		return float32(n)
	}}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float32
		want  []string
	}{
		{"", 10, []string{""}},
		{"one two three", 7, []string{"one two ", "three"}},
		{"one two three", 8, []string{"one two ", "three"}},
		{"a\n\nb", 10, []string{"a", "", "b"}},
		{"unbreakable", 4, []string{"unbr", "eaka", "ble"}},
		{"纯棉毛巾柔软", 8, []string{"纯棉毛巾", "柔软"}},
		{"纯棉毛巾，柔软", 8, []string{"纯棉毛", "巾，柔软"}},     // no comma at a line's head
		{"毛巾（纯棉）好", 6, []string{"毛巾", "（纯", "棉）好"}}, // no bracket left at a line's end
		{"容量 20 L 的背包", 7, []string{"容量 20 ", "L 的背", "包"}},
	} {
		var got []string
		for _, l := range typewriter().wrap(tt.text, tt.width) {
			got = append(got, tt.text[l.start:l.end])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("wrap(%q, %v) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

// Lines, joined, are the text; none is wider than it must be; nothing is cut inside a character.
func TestWrapKeepsText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab 1.,，。（）保温杯\n")), 0, 80, -1).Draw(t, "text")
		width := float32(rapid.IntRange(1, 30).Draw(t, "width"))
		w := typewriter()
		joined := ""
		for i, l := range w.wrap(text, width) {
			piece := text[l.start:l.end]
			if !utf8.ValidString(piece) {
				t.Fatalf("cut inside a character: %q", piece)
			}
			if i > 0 && len(joined) < l.start {
				joined += "\n"
			}
			joined += piece
			if l.width > width && utf8.RuneCountInString(strings.TrimRight(piece, " ")) > 1 {
				t.Fatalf("line %q is %v wide, limit %v", piece, l.width, width)
			}
		}
		if strings.TrimRight(joined, "\n") != strings.TrimRight(text, "\n") {
			t.Fatalf("joined %q, text %q", joined, text)
		}
	})
}
