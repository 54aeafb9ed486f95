package sample

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// vocabulary of a language made to break rules: digits apart and together, words that hold banned ones, banned ones in
// pieces, characters in pieces.
var breakers = strings.Split("0|1|2|5|8|12|18|250|99| 1| 18|.|,|,2|.5| |  |-| be|st|best|best of|Best| rest|bes|ＢＥＳＴ| the| mug|mug|s|!|?|\n|. |.\"|。|！|最|好|最好|杯|杯子|，|½|²|㎡|\xe6|\x9c|\x80|\xe5|\xa5|\xbd|\xad|\x90|\xef\xbc|\x98|(|)|t|h|e|“|”", "|")

// write writes a text of random tokens that the guard allows, and returns it with how it ended.
func write(g *Guard, random *rand.Rand, most int) (text string, ended bool) {
	for range most {
		order := random.Perm(len(breakers) + 1)
		done := false
		for _, i := range order {
			if i == len(breakers) {
				v := g.End()
				if v.End {
					return string(g.Text()[:v.Keep]), true
				}
				if v.Undo > 0 {
					g.Rewind(v.Undo)
					done = true
					break
				}
				continue
			}
			v := g.Token([]byte(breakers[i]))
			if v.Undo > 0 {
				g.Rewind(v.Undo)
				done = true
				break
			}
			if v.End {
				return string(g.With([]byte(breakers[i]))[:v.Keep]), true
			}
			if v.OK {
				g.Accept([]byte(breakers[i]))
				done = true
				break
			}
		}
		if !done {
			break
		}
	}
	return string(g.Text()[:len(g.Text())-g.Doubtful()]), false
}

var digitRuns = regexp.MustCompile(`[0-9０-９]+(?:[.,．，][0-9０-９]+)*`)

func TestNumbersNeverAnother(t *testing.T) {
	narrow := strings.NewReplacer("０", "0", "１", "1", "２", "2", "５", "5", "８", "8", "，", ",", "．", ".")
	rapid.Check(t, func(t *rapid.T) {
		allowed := rapid.SliceOfN(rapid.SampledFrom([]string{"18", "1,250.5", "12", "5", "99.99", "2.5", "1,2"}), 0, 4).Draw(t, "allowed")
		if allowed == nil {
			allowed = []string{}
		}
		g := NewGuard(Rules{Stop: []string{"\n"}, Numbers: allowed})
		text, ended := write(g, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), 40)
		runs := digitRuns.FindAllString(text, -1)
		for i, run := range runs {
			n := narrow.Replace(run)
			whole := slices.Contains(allowed, n)
			open := !ended && i == len(runs)-1 && slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(a, n) })
			if !whole && !open {
				t.Fatalf("%q holds the number %q, allowed are %q", text, run, allowed)
			}
		}
		if strings.ContainsAny(text, "½") {
			t.Fatalf("%q holds a fraction that isn't allowed", text)
		}
	})
}

var banned = regexp.MustCompile(`(^|[^\p{Latin}\p{Nd}])(b[\s-]*e[\s-]*s[\s-]*t|the[\s-]*mug)([^\p{Latin}\p{Nd}]|$)|最[\s-]*好`)

func TestNeverPhrases(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := NewGuard(Rules{Stop: []string{"\n"}, Never: NewPhrases([]string{"best", "最好", "the mug"})})
		text, _ := write(g, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2)), 60)
		plain := strings.ToLower(strings.NewReplacer("ＢＥＳＴ", "best").Replace(text))
		if banned.MatchString(plain) {
			t.Fatalf("%q holds a banned phrase", text)
		}
	})
}

func TestPhrases(t *testing.T) {
	for _, test := range []struct {
		never, except []string
		text          string
		legal         bool
	}{
		{[]string{"best"}, nil, "the best mug", false},
		{[]string{"best"}, nil, "the BEST", false},
		{[]string{"best"}, nil, "ｂｅｓｔ mug", false},
		{[]string{"best"}, nil, "b e s t mug", false},
		{[]string{"best"}, nil, "be-st mug", false},
		{[]string{"best"}, nil, "bestow it", true},
		{[]string{"best"}, nil, "Everbest", true},
		{[]string{"premium"}, nil, "premiums", true},
		{[]string{"premium"}, nil, "premium's", false},
		{[]string{"high quality"}, nil, "high qualityx", true},
		{[]string{"best", "bestow"}, nil, "bestow", false},
		{[]string{"best", "best of"}, []string{"best of all"}, "best of all", true},
		{[]string{"best"}, nil, "best-in-class", false},
		{[]string{"No. 1"}, nil, "our no.1 mug", false},
		{[]string{"money back"}, nil, "moneyback promise", false},
		{[]string{"don't"}, nil, "they don’t", false},
		{[]string{"第一"}, nil, "全国第 一品牌", false},
		{[]string{"最"}, nil, "最适合", false},
		{[]string{"best"}, []string{"best western"}, "best western hotel", true},
		{[]string{"best"}, []string{"best western"}, "best eastern hotel", false},
		{[]string{"最好"}, []string{"最好吃"}, "最好吃", true},
		{[]string{"organic"}, []string{"Organic"}, "organic cotton", true},
		{[]string{"100%"}, nil, "100% cotton", false},
		{nil, nil, "anything", true},
	} {
		g := NewGuard(Rules{Never: NewPhrases(test.never), Except: test.except})
		legal := true
		for _, r := range test.text { // letter by letter, so that no token border helps
			piece := []byte(string(r))
			if r < utf8.RuneSelf || !unicode.Is(unicode.Han, r) {
				legal = legal && g.Token(piece).OK
				g.Accept(piece)
				continue
			}
			for _, b := range piece {
				legal = legal && g.Token([]byte{b}).OK
				g.Accept([]byte{b})
			}
		}
		legal = legal && g.End().OK
		whole := NewGuard(Rules{Never: NewPhrases(test.never), Except: test.except})
		atOnce := whole.Token([]byte(test.text))
		if atOnce.OK {
			whole.Accept([]byte(test.text))
			atOnce = whole.End()
		}
		if atOnce.OK != test.legal {
			t.Errorf("never %q except %q: %q as one token is legal: %v", test.never, test.except, test.text, atOnce.OK)
		}
		if legal != test.legal {
			t.Errorf("never %q except %q: %q letter by letter is legal: %v", test.never, test.except, test.text, legal)
		}
	}
}

// A word is taken back when it turns out to be forbidden: from its beginning on, and no further.
func TestForbiddenWordsAreTakenBack(t *testing.T) {
	for _, test := range []struct {
		tokens string // accepted, then the one that shows it; "" is the end
		undo   int
		shown  string // before the last token
	}{
		{" a| premium| mug", 1, " a"},
		{" a| prem|ium| mug", 2, " a"},
		{" a| prem|ium|", 2, " a"},
		{" a| prem|ium|\n", 2, " a"},
		{" a| premium|s", 0, " a"},
		{" a| high| qual|ity|.", 2, " a high"},
		{" a|pre|mium|.", 0, ""},
		{" (pre|mium|)", 2, " ("},
		{" this| is| best| of| none", 2, " this is best"},
		{" this| is| best| west|ern", 0, " this is best"},
		{" 这|最|好", 0, " 这最"},
	} {
		g := NewGuard(Rules{
			Stop:  []string{"\n"},
			Never: NewPhrases([]string{"premium", "high quality", "best", "最好"}), Except: []string{"best western", "best of all"},
		})
		list := strings.Split(test.tokens, "|")
		last := len(list) - 1
		for _, tok := range list[:last] {
			if v := g.Token([]byte(tok)); !v.OK {
				t.Fatalf("%q: %q was refused: %+v", test.tokens, tok, v)
			}
			g.Accept([]byte(tok))
		}
		if shown := string(g.Text()[:len(g.Text())-g.Held()]); shown != test.shown {
			t.Errorf("%q: %q is shown, want %q", test.tokens, shown, test.shown)
		}
		v := g.End()
		if list[last] != "" {
			v = g.Token([]byte(list[last]))
		}
		if v.Undo != test.undo || v.OK && test.undo > 0 {
			t.Errorf("%q: %+v, want %d tokens taken back", test.tokens, v, test.undo)
		}
		if test.undo > 0 {
			g.Rewind(v.Undo)
			if want := strings.Join(list[:last-test.undo], ""); string(g.Text()) != want {
				t.Errorf("%q: back at %q, want %q", test.tokens, g.Text(), want)
			}
		}
	}
}

// A text that is written token by token, some taken back, is judged like one written at once.
func TestRewindForgetsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := Rules{
			Stop: []string{"\n"}, Max: 60, Numbers: []string{"18", "2.5"}, Script: Latin | Han,
			Never: NewPhrases([]string{"best", "the mug", "最好"}), Except: []string{"best of"},
		}
		g, fresh := NewGuard(rules), NewGuard(rules)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 8))
		write(g, random, 20)
		g.Rewind(random.IntN(g.Tokens() + 1))
		from := 0
		for i := range g.Tokens() {
			fresh.Accept(g.Text()[from:g.Behind(i)])
			from = g.Behind(i)
		}
		for _, b := range breakers {
			got, want := g.Token([]byte(b)), fresh.Token([]byte(b))
			if g.undone < patience && got != want {
				t.Fatalf("behind %q, %q: %+v, want %+v", g.Text(), b, got, want)
			}
		}
	})
}

func TestLengthHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		least := rapid.IntRange(0, 20).Draw(t, "min")
		most := least + rapid.IntRange(1, 30).Draw(t, "room")
		count := func(s string) int { return len(s) }
		g := NewGuard(Rules{Stop: []string{"\n"}, Min: least, Max: most, Count: count, NotEmpty: true})
		text, ended := write(g, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3)), 80)
		whole, _, _ := split([]byte(text))
		n := len(strings.TrimSpace(string(whole)))
		if n > most || ended && (n < least || n == 0) {
			t.Fatalf("%q has %d bytes, bounds are %d and %d, ended %v", text, n, least, most, ended)
		}
	})
}

func TestOneOf(t *testing.T) {
	options := []string{"mug", "mugs the 18", "最好"}
	rapid.Check(t, func(t *rapid.T) {
		g := NewGuard(Rules{Stop: []string{"\n"}, OneOf: options})
		text, ended := write(g, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5)), 30)
		if !ended || !slices.Contains(options, strings.TrimSpace(text)) {
			t.Fatalf("%q (ended %v) is none of %q", text, ended, options)
		}
	})
}

// The end of the fixed text is written again by the first tokens, and isn't a part of the text.
func TestHealing(t *testing.T) {
	g := NewGuard(Rules{Stop: []string{"\n"}, NotEmpty: true})
	g.Reset([]byte(" "))
	if g.Token([]byte("mug")).OK || g.End().OK {
		t.Error("the space before the slot was forgotten")
	}
	if !g.Token([]byte(" mug")).OK {
		t.Fatal(`" mug" was refused`)
	}
	g.Accept([]byte(" mug"))
	if string(g.Text()) != "mug" {
		t.Errorf("text is %q", g.Text())
	}
	g.Accept([]byte("s."))
	for _, test := range []struct {
		keep, tokens int
		rest         string
	}{{5, 2, ""}, {4, 1, "s"}, {3, 1, ""}, {2, 0, " mu"}, {0, 0, " "}} {
		tokens, rest := g.Kept(g.Text(), test.keep)
		if tokens != test.tokens || string(rest) != test.rest {
			t.Errorf("cut behind %d bytes: %d tokens and %q, want %d and %q", test.keep, tokens, rest, test.tokens, test.rest)
		}
	}
}

// BenchmarkGuard judges and accepts a token of copy with all rules on, in a text of a few hundred characters.
func BenchmarkGuard(b *testing.B) {
	var words []string
	for i := range 600 {
		words = append(words, "claim"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	g := NewGuard(Rules{
		Stop: []string{"\n"}, Min: 20, Max: 2000, Count: utf8.RuneCountInString, Numbers: []string{"350", "9.5"}, Script: Latin,
		Never: NewPhrases(append(words, "best", "high quality")), Except: []string{"best for tea"}, MaxSentences: 100, SentenceEnd: true,
	})
	tokens := strings.SplitAfter("The mug holds 350 ml and is 9.5 cm high, glazed in blue by hand and made for tea or coffee. Now", " ")
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		tok := []byte(tokens[i%len(tokens)])
		if v := g.Token(tok); !v.OK {
			b.Fatalf("%q: %+v", tok, v)
		}
		g.Accept(tok)
		if len(g.Text()) > 400 {
			g.Reset(nil)
		}
	}
}
