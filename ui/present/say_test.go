package present

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"shelftalk/assets"
)

// words speaks the window's language from its real files.
func words(t *testing.T, lang string) Say {
	t.Helper()
	w, err := LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	return w.Say(lang)
}

func TestSay(t *testing.T) {
	w, err := LoadWords(fstest.MapFS{
		"lang/en/a.json": {Data: []byte(`{"x":"Pause","y.one":"%d row","y.other":"%d rows of %s","only":"here"}`)},
		"lang/zh/a.json": {Data: []byte(`{"x":"暂停","y.other":"%[2]s 的 %[1]d 行"}`)},
	}, "lang")
	if err != nil {
		t.Fatal(err)
	}
	en, zh := w.Say("en"), w.Say("zh")
	for _, tt := range []struct{ got, want string }{
		{en("x"), "Pause"},
		{zh("x"), "暂停"},
		{zh("only"), "here"},
		{en("no.such.key"), "no.such.key"},
		{en.Count("y", 1), "1 row"},
		{en.Count("y", 3, "a.csv"), "3 rows of a.csv"},
		{zh.Count("y", 3, "a.csv"), "a.csv 的 3 行"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestLoadWordsRefuses(t *testing.T) {
	for name, fsys := range map[string]fstest.MapFS{
		"not JSON":  {"lang/en/a.json": {Data: []byte(`{"x":`)}},
		"key twice": {"lang/en/a.json": {Data: []byte(`{"x":"1"}`)}, "lang/en/b.json": {Data: []byte(`{"x":"2"}`)}},
	} {
		if _, err := LoadWords(fsys, "lang"); !errors.Is(err, ErrWords) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?[^%\s\[]*?[a-z]|%%`)

// verbs lists a sentence's gaps as ARGUMENT and verb, so that an order that a translation swapped is the same list.
func verbs(sentence string) []string {
	var out []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(sentence, -1) {
		if m[0] == "%%" {
			continue
		}
		n := string(rune('0' + next))
		if m[1] != "" {
			n = m[1]
		}
		next++
		out = append(out, n+m[0][len(m[0])-1:])
	}
	slices.Sort(out)
	return out
}

// The two languages have the same sentences with the same gaps, and keep to the tone: no exclamation marks.
func TestLanguagesAgree(t *testing.T) {
	w, err := LoadWords(assets.Lang, "lang")
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(w.byLang)); !slices.Equal(got, []string{"en", "zh"}) {
		t.Fatalf("languages %v", got)
	}
	en, zh := w.byLang["en"], w.byLang["zh"]
	for _, key := range slices.Sorted(maps.Keys(en)) {
		if _, ok := zh[key]; !ok {
			t.Errorf("%q is not in Chinese", key)
			continue
		}
		if a, b := verbs(en[key]), verbs(zh[key]); !slices.Equal(a, b) {
			t.Errorf("%q: gaps %v in English, %v in Chinese", key, a, b)
		}
		if strings.ContainsAny(en[key]+zh[key], "!！") {
			t.Errorf("%q shouts", key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(zh)) {
		if _, ok := en[key]; !ok {
			t.Errorf("%q is not in English", key)
		}
	}
}

func TestDurations(t *testing.T) {
	en, zh := words(t, "en"), words(t, "zh")
	for _, tt := range []struct {
		d      time.Duration
		en, zh string
	}{
		{0, "", ""},
		{2 * time.Second, "a moment left", "马上完成"},
		{25 * time.Second, "about 25 s left", "大约还需 25 秒"},
		{72 * time.Second, "about 1 min 12 s left", "大约还需 1 分 12 秒"},
		{2 * time.Minute, "about 2 min left", "大约还需 2 分钟"},
		{14*time.Minute + 10*time.Second, "about 14 min left", "大约还需 14 分钟"},
		{124 * time.Minute, "about 2 h 5 min left", "大约还需 2 小时 5 分"},
		{3 * time.Hour, "about 3 h left", "大约还需 3 小时"},
	} {
		if got := left(en, tt.d); got != tt.en {
			t.Errorf("%v: %q, want %q", tt.d, got, tt.en)
		}
		if got := left(zh, tt.d); got != tt.zh {
			t.Errorf("%v: %q, want %q", tt.d, got, tt.zh)
		}
	}
}
