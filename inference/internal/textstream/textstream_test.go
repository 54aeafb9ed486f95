package textstream

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestStream(t *testing.T) {
	tests := []struct {
		name   string
		stops  []string
		tokens []string
		want   []string // text after each token
		rest   string   // text of Flush
		stop   bool
	}{
		{"no stops", nil, []string{"ab", "c"}, []string{"ab", "c"}, "", false},
		{"a character in parts", nil, []string{"\xe4", "\xbd", "\xa0好\xe5"}, []string{"", "", "你好"}, "\uFFFD", false},
		{"an emoji in parts", nil, []string{"\xf0\x9f", "\x98\x80!"}, []string{"", "😀!"}, "", false},
		{"bytes that are no text", nil, []string{"\xff", "a\xc3", "b"}, []string{"\uFFFD", "a", "\uFFFDb"}, "", false},
		{"stop inside a token", []string{"\n"}, []string{"one\ntwo", "three"}, []string{"one", ""}, "", true},
		{"stop over tokens", []string{"\n\n"}, []string{"one\n", "\ntwo"}, []string{"one", ""}, "", true},
		{"a beginning that isn't one", []string{"\nUser:"}, []string{"a\nUs", "ual"}, []string{"a", "\nUsual"}, "", false},
		{"a beginning inside a beginning", []string{"aab"}, []string{"aa", "aab", "c"}, []string{"", "aa", ""}, "", true},
		{"the longest that ends", []string{"b", "aab"}, []string{"x", "aab"}, []string{"x", ""}, "", true},
		{"held back to the end", []string{"###"}, []string{"x##"}, []string{"x"}, "##", false},
		{"a stop in Chinese", []string{"。"}, []string{"好\xe3", "\x80\x82的"}, []string{"好", ""}, "", true},
		{"empty stops are none", []string{""}, []string{"a"}, []string{"a"}, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New(NewStops(test.stops))
			for i, tok := range test.tokens {
				if got, _ := s.Write([]byte(tok)); got != test.want[i] {
					t.Errorf("token %d: %q, want %q", i, got, test.want[i])
				}
			}
			if s.Stopped() != test.stop {
				t.Errorf("stopped %v", s.Stopped())
			}
			if got := s.Flush(); got != test.rest {
				t.Errorf("rest %q, want %q", got, test.rest)
			}
		})
	}
}

// However a text is cut into tokens, the stream gives what the whole text gives: all of it up to the stop string that
// ends first, and never a byte that it has to take back.
func TestCutsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alphabet := rapid.SliceOf(rapid.SampledFrom([]string{"a", "b", "\n", "你", "😀", "\xff", "\xe4"}))
		text := strings.Join(alphabet.Draw(t, "text"), "")
		stops := rapid.SliceOfN(rapid.StringMatching(`[ab\n你]{1,3}`), 0, 3).Draw(t, "stops")
		want, stopped := cutAtStop(text, stops)
		s := New(NewStops(stops))
		var got strings.Builder
		for rest := text; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "token")
			piece, _ := s.Write([]byte(rest[:n]))
			if !utf8.ValidString(piece) {
				t.Fatalf("%q isn't text", piece)
			}
			got.WriteString(piece)
			rest = rest[n:]
		}
		got.WriteString(s.Flush())
		if got.String() != valid([]byte(want)) || s.Stopped() != stopped {
			t.Fatalf("%q stops %q: %q (%v), want %q (%v)", text, stops, got.String(), s.Stopped(), want, stopped)
		}
	})
}

// cutAtStop is the definition: text up to the stop string that ends first, the longest of those that end there.
func cutAtStop(text string, stops []string) (string, bool) {
	for end := 1; end <= len(text); end++ {
		longest := 0
		for _, stop := range stops {
			if strings.HasSuffix(text[:end], stop) {
				longest = max(longest, len(stop))
			}
		}
		if longest > 0 {
			return text[:end-longest], true
		}
	}
	return text, false
}
