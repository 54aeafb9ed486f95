package check

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"shelftalk/app/catalog"
)

// Evidence is what a product's row carries, in the form that the checks compare with: words, numbers, claims. It is
// computed once per product and is read-only afterwards.
type Evidence struct {
	product  catalog.Product
	lexicon  *Lexicon
	fields   []evidenceField
	numbers  []quantity
	measures []said          // the row's numbers, with what it says they measure
	lists    []float64       // lengths of the row's lists: "in three colours" counts them
	backed   map[int]uint8   // lexicon entries, see backedIn
	denied   []denial        // what the row says the product is not for
	text     string          // all that may be spoken about, folded
	words    map[string]bool // with those of the headers
	values   map[string]bool // without
	pairs    map[string]bool // values' words that stand side by side
	facts    int             // fields with role Attribute, Brand or Description
	letters  scripts

	translation *Translation    // nil: the row is in the draft's language
	stays       map[string]bool // folded Latin words that a translated text may hold
}

type evidenceField struct {
	index int
	role  catalog.Role
	toks  []token
	value string
}

// NewEvidence reads a product's row.
func NewEvidence(p catalog.Product, l *Lexicon) *Evidence {
	e := &Evidence{product: p, lexicon: l, backed: map[int]uint8{}, words: map[string]bool{}, values: map[string]bool{}, pairs: map[string]bool{}}
	var all strings.Builder
	for i, f := range p.Fields {
		if f.Role == catalog.Ignore || f.Role == catalog.GTIN || f.Role == catalog.Key {
			continue
		}
		e.numbers = append(e.numbers, quantities(f.Value)...)
		if f.Role == catalog.Price {
			continue
		}
		toks := tokens(f.Value)
		e.fields = append(e.fields, evidenceField{i, f.Role, toks, f.Value})
		for i, t := range toks {
			e.words[t.key], e.values[t.key] = true, true
			if i > 0 {
				e.pairs[toks[i-1].key+" "+t.key] = true
			}
		}
		all.WriteString(foldString(f.Value) + "\n")
		l.backedIn(f.Value, e.backed)
		e.addMeasures(f)
		e.denied = append(e.denied, denials(f.Value, toks)...)
		if f.Role == catalog.Attribute { // "Battery: 700 mAh": a header names what is there
			l.backedIn(f.Name, e.backed)
			for _, t := range tokens(f.Name) {
				e.words[t.key] = true
			}
		}
		if n := listLength(f.Value); n > 1 {
			e.lists = append(e.lists, float64(n))
		}
		if f.Role != catalog.Title && f.Role != catalog.Category {
			e.facts++
		}
		e.letters.count(f.Value)
	}
	e.text = all.String()
	return e
}

func listLength(value string) int {
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(",;/、；，", r) })
	if len(parts) > 10 {
		return 0
	}
	return len(parts)
}

// Numbers are the digit runs that a text about the product may hold, as the row spells them; numbers that the row spells
// in letters are added in digits ("two seater": "2"). Prices are left out.
func (e *Evidence) Numbers() []string {
	out := []string{}
	for _, f := range e.fields {
		for _, t := range f.toks {
			if t.kind == digits {
				out = append(out, t.key)
			}
		}
		for _, q := range quantities(f.value) {
			for _, v := range q.values {
				out = append(out, strconv.FormatFloat(v, 'f', -1, 64))
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Backed are the phrases that claim something which the row carries, and the phrases inside them.
func (e *Evidence) Backed() []string {
	var out []string
	for id, bits := range e.backed {
		if bits&1 != 0 {
			out = append(out, plurals(e.lexicon.entries[id].claims)...)
		}
	}
	for _, f := range e.fields { // a sealed phrase of the row holds others: they must be writable inside it
		for _, m := range e.lexicon.claimsIn(f.value, f.toks) {
			if e.lexicon.entries[m.entry].sealed {
				for i := m.from; i < m.to; i++ {
					out = append(out, f.value[f.toks[i].start:f.toks[i].end], f.value[f.toks[i].start:f.toks[m.to-1].end])
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Product is the row, in the draft's language.
func (e *Evidence) Product() catalog.Product { return e.product }

// Facts counts the fields that say something beyond the product's name and category.
func (e *Evidence) Facts() int { return e.facts }

// Language is "zh" when most of the row's letters are Han, else "en".
func (e *Evidence) Language() string {
	if e.letters.han*2 > e.letters.latin { // a Han character carries as much as a few letters
		return "zh"
	}
	return "en"
}

// Has says whether the row holds the phrase, whatever its case and width.
func (e *Evidence) Has(phrase string) bool {
	return strings.Contains(e.text, strings.TrimSpace(foldString(phrase)))
}

// scripts counts letters by writing system.
type scripts struct{ latin, han, other int }

func (s *scripts) count(text string) {
	for _, r := range text {
		switch {
		case isHan(r):
			s.han++
		case !unicode.IsLetter(r):
		case unicode.Is(unicode.Latin, r) || r == 'Ω' || r == 'µ' || r == 'μ':
			s.latin++
		default:
			s.other++
		}
	}
}

// HasLatin says whether the row holds Latin letters: a brand, a model's name, a unit.
func (e *Evidence) HasLatin() bool { return e.letters.latin > 0 }
