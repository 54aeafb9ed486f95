package present

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Say returns the sentence for a key in the window's language, its gaps filled by fmt verbs (a translation may swap them,
// %[2]d). A key that isn't known comes back as it is, so that a gap is seen, not hidden.
type Say func(key string, args ...any) string

// Count returns the sentence for n things: key.one for one, key.other for every other number. n fills the first gap,
// args the others.
func (s Say) Count(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return s(key+form, append([]any{n}, args...)...)
}

// ErrWords means that a language file is damaged.
var ErrWords = errors.New("invalid language file")

// Words are the sentences of the window in all its languages.
type Words struct {
	byLang map[string]map[string]string
}

// LoadWords reads every LANG/*.json below the folder dir of fsys: flat maps of keys to sentences. A key may stand in one
// file of a language only.
func LoadWords(fsys fs.FS, dir string) (*Words, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*", "*.json"))
	if err != nil {
		return nil, fmt.Errorf("load words: %w", err)
	}
	w := &Words{byLang: map[string]map[string]string{}}
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("load words: %w", err)
		}
		var part map[string]string
		if err := json.Unmarshal(data, &part); err != nil {
			return nil, fmt.Errorf("load words: %s: %w: %w", file, ErrWords, err)
		}
		lang := path.Base(path.Dir(file))
		if w.byLang[lang] == nil {
			w.byLang[lang] = map[string]string{}
		}
		for key, sentence := range part {
			if _, twice := w.byLang[lang][key]; twice {
				return nil, fmt.Errorf("load words: %s: %w: key %q twice", file, ErrWords, key)
			}
			w.byLang[lang][key] = sentence
		}
	}
	return w, nil
}

// Say speaks a language: "en" or "zh". What it lacks it says in English.
func (w *Words) Say(lang string) Say {
	return func(key string, args ...any) string {
		sentence, ok := w.byLang[lang][key]
		if !ok {
			if sentence, ok = w.byLang["en"][key]; !ok {
				return key
			}
		}
		if len(args) == 0 || !strings.Contains(sentence, "%") {
			return sentence
		}
		return fmt.Sprintf(sentence, args...)
	}
}
