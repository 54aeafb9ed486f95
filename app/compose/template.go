package compose

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"shelftalk/app/catalog"
)

// ErrPrompts is wrapped by every complaint about a prompt file.
var ErrPrompts = errors.New("invalid prompt file")

// template is what stands before the model for one kind of page in one language: assets/prompts/<template>.<language>.json.
type template struct {
	Language Language `json:"language"`
	System   string   `json:"system"`
	Tone     string   `json:"tone"`
	Audience string   `json:"audience"`
	Never    string   `json:"never"`
	Must     string   `json:"must"`
	Note     string   `json:"note"`
	Padding  []string `json:"padding"` // words that fill a sentence up; not written unless the row has them
	// Spelling maps words to the prompt's own variety of the language; a word that the row has stays.
	Spelling map[string]string `json:"spelling"`
	Labels   labels            `json:"labels"`
	Examples []pageExample     `json:"examples"`
}

// labels are the words of the frame.
type labels struct {
	Product        string `json:"product"`
	Category       string `json:"category"`
	Brand          string `json:"brand"`
	Details        string `json:"details"`
	Title          string `json:"title"`
	Sentence       string `json:"sentence"`
	Bullet         string `json:"bullet"`
	SEOTitle       string `json:"seo_title"`
	SEODescription string `json:"seo_description"`
	Colon          string `json:"colon"`
	List           string `json:"list"`
	From           string `json:"from"`
	Name           string `json:"name"` // stands for the facts of a row that has none
}

// pageExample is a row with its page. It teaches form; what it says must not come back.
type pageExample struct {
	Topics    []string    `json:"topics"`
	Product   [][3]string `json:"product"` // role, label, value
	Title     string      `json:"title"`
	Sentences []struct {
		Facts []string `json:"facts"`
		Text  string   `json:"text"`
	} `json:"sentences"`
	Bullets []struct {
		Fact string `json:"fact"`
		Text string `json:"text"`
	} `json:"bullets"`
	SEOTitle       string   `json:"seo_title"`
	SEODescription string   `json:"seo_description"`
	Leaks          []string `json:"leaks"`
}

// factKind is a meaning that a column may have.
type factKind struct {
	ID       string            `json:"id"`
	Name     map[string]string `json:"name"`
	Words    []string          `json:"words"`
	Describe int               `json:"describe"` // rank in the description; 0: not for it
	Bullet   int               `json:"bullet"`   // rank among the bullets
	Figure   bool              `json:"figure"`   // printed by code
}

const factsFile = "facts.json"

func loadTemplates(fsys fs.FS) (map[Language]*template, []factKind, error) {
	out := map[Language]*template{}
	var kinds struct {
		Kinds []factKind `json:"kinds"`
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		base := path.Base(name)
		if err != nil || d.IsDir() || (base != factsFile && !strings.HasPrefix(base, ProductPage+".")) {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		if base == factsFile {
			if err := json.Unmarshal(data, &kinds); err != nil {
				return fmt.Errorf("%s: %w: %w", name, ErrPrompts, err)
			}
			return nil
		}
		var t template
		if err := json.Unmarshal(data, &t); err != nil {
			return fmt.Errorf("%s: %w: %w", name, ErrPrompts, err)
		}
		if t.System == "" || t.Labels.Title == "" || len(t.Examples) == 0 {
			return fmt.Errorf("%s: %w: no system text, labels or examples", name, ErrPrompts)
		}
		out[t.Language] = &t
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("load prompts: %w", err)
	}
	for _, l := range []Language{English, Chinese} {
		if out[l] == nil {
			return nil, nil, fmt.Errorf("load prompts: %w: none for language %q", ErrPrompts, l)
		}
	}
	if len(kinds.Kinds) == 0 {
		return nil, nil, fmt.Errorf("load prompts: %w: no facts.json", ErrPrompts)
	}
	return out, kinds.Kinds, nil
}

// system is the first message: what the model is, and the ruleset. A job's rows share it.
func (t *template) system(r Ruleset) string {
	var b strings.Builder
	b.WriteString(t.System)
	add := func(format, what string) {
		if what = oneLine(what, 300); what != "" {
			fmt.Fprintf(&b, "\n"+format, what)
		}
	}
	add(t.Tone, catalog.Label(r.Tone, string(t.Language)))
	add(t.Audience, catalog.Label(r.Audience, string(t.Language)))
	add(t.Never, strings.Join(r.Never, t.Labels.List))
	add(t.Must, strings.Join(r.Must, t.Labels.List))
	return b.String()
}

const examplesShown = 3

// examples picks the first examples that are far from the product, in the file's order, so that most rows share them.
func (t *template) examples(p catalog.Product) []pageExample {
	about := strings.ToLower(p.Value(catalog.Title) + " " + p.Value(catalog.Category))
	var out []pageExample
	for _, e := range t.Examples {
		near := false
		for _, topic := range e.Topics {
			near = near || strings.Contains(about, topic)
		}
		if !near && len(out) < examplesShown {
			out = append(out, e)
		}
	}
	return out
}

// row writes a product as the user's message: a line for each field.
func (t *template) row(title, category string, facts []fact) string {
	var b strings.Builder
	line := func(label, value string) {
		if value != "" {
			b.WriteString(label + t.Labels.Colon + value + "\n")
		}
	}
	line(t.Labels.Product, title)
	line(t.Labels.Category, category)
	for _, f := range facts {
		line(f.label, f.value)
	}
	return strings.TrimRight(b.String(), "\n")
}

// exampleTurns are an example's two messages: the row, and the page in the form of the frame. Where the cues tell, see
// job.cuesTell, the row doesn't.
func (t *template) exampleTurns(e pageExample, cuesTell bool) (row, page string) {
	var facts []fact
	var title, category string
	byLabel := map[string]fact{}
	for _, f := range e.Product {
		switch catalog.Role(f[0]) {
		case catalog.Title:
			title = f[2]
		case catalog.Category:
			category = f[2]
		default:
			byLabel[f[1]] = fact{label: f[1], value: f[2]}
			if !cuesTell || catalog.Role(f[0]) == catalog.Brand {
				facts = append(facts, byLabel[f[1]])
			}
		}
	}
	var lines []string
	name := t.head(t.Labels.Title) + t.gap() + e.Title
	if !cuesTell {
		lines = append(lines, name)
	}
	for _, s := range e.Sentences {
		var from []fact
		for _, name := range s.Facts {
			from = append(from, byLabel[name])
		}
		lines = append(lines, t.cue(t.Labels.Sentence, from)+t.gap()+s.Text)
	}
	for _, s := range e.Bullets {
		lines = append(lines, t.cue(t.Labels.Bullet, []fact{byLabel[s.Fact]})+t.gap()+s.Text)
	}
	if cuesTell {
		lines = append(lines, name)
	}
	lines = append(lines, t.head(t.Labels.SEOTitle)+t.gap()+e.SEOTitle, t.head(t.Labels.SEODescription)+t.gap()+e.SEODescription)
	return t.row(title, category, facts), strings.Join(lines, "\n")
}

// head is the forced text before a slot: "Title:". The space behind it is the model's.
func (t *template) head(label string) string { return label + strings.TrimRight(t.Labels.Colon, " ") }

// cue is the forced text before a slot that is to carry facts: "Sentence – Material: oak; Height: 46 cm –".
func (t *template) cue(label string, from []fact) string {
	names := make([]string, len(from))
	for i, f := range from {
		names[i] = f.label
		if f.value != "" {
			names[i] += t.Labels.Colon + strings.TrimRight(f.value, ".。")
		}
	}
	if len(from) == 0 {
		names = []string{t.Labels.Name}
	}
	return label + t.Labels.From + strings.Join(names, t.Labels.List) + strings.TrimRight(t.Labels.From, " ")
}

// gap stands between a cue and a text in the examples: a space where the language has them.
func (t *template) gap() string {
	if t.Language == Chinese {
		return ""
	}
	return " "
}

// names are all labels of the frame: a text that begins with one has copied it.
func (t *template) names() []string {
	l := t.Labels
	return []string{l.Product, l.Category, l.Details, l.Title, l.Sentence, l.Bullet, l.SEOTitle, l.SEODescription}
}

func (t *template) leaks() []string {
	var out []string
	for _, e := range t.Examples {
		out = append(out, e.Leaks...)
	}
	return out
}

// oneLine makes a cell's text one line of at most n characters, without control characters.
func oneLine(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := string(r[:n])
	if i := strings.LastIndexAny(cut, " 。，；、"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;，；、")
}
