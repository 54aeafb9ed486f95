package quality

import (
	"slices"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
	"shelftalk/app/compose"
)

// Figures are the counts of one arm in one language.
type Figures struct {
	Arm      string           `json:"arm"`
	Language compose.Language `json:"language"`
	Rows     int              `json:"rows"`
	Skipped  int              `json:"skipped"`
	Failed   int              `json:"failed"`
	// Filled counts drafts without an empty field.
	Filled int `json:"filled"`
	// LimitsFirst is the share of pages within all limits as the model wrote them; Limits that of the delivered drafts.
	LimitsFirst float64 `json:"limits_first"`
	Limits      float64 `json:"limits"`
	// NumbersFirst counts numbers that the row doesn't have as the model wrote them, Numbers in what is delivered,
	// NumbersUnflagged those of them without a finding.
	NumbersFirst     int `json:"numbers_first"`
	Numbers          int `json:"numbers"`
	NumbersUnflagged int `json:"numbers_unflagged"`
	// Claims counts claims that the row doesn't carry, by class; ClaimDrafts the drafts that have any.
	Claims      map[string]int `json:"claims"`
	ClaimsAll   int            `json:"claims_all"`
	ClaimDrafts int            `json:"claim_drafts"`
	Leaks       int            `json:"example_leaks"`
	Labels      int            `json:"label_leaks"`
	// Copied is the share of the descriptions' words that are the supplier's, in runs of at least four words.
	Copied float64 `json:"copied"`
	// Own is the share of the words of descriptions, for the page and for search engines, that the row doesn't have; words of
	// grammar count as had. Rows in another language don't count.
	Own float64 `json:"own"`
	// Of drafts in another language than their rows': OtherWords is the share of words that are left in the row's language
	// (names, models and units don't count), Glossary that of the facts that the glossary has every word of, ToCompare that
	// of the drafts with a sentence or fact that somebody should compare with the row.
	Translated    int     `json:"translated"`
	OtherWords    float64 `json:"other_words"`
	Glossary      float64 `json:"glossary"`
	ToCompare     float64 `json:"to_compare"`
	RightLanguage float64 `json:"right_language"` // share of drafts
	Openings      float64 `json:"distinct_openings"`
	MostAlike     float64 `json:"most_alike"` // largest likeness between two descriptions
	Coverage      float64 `json:"coverage"`   // share of the rows' facts that the drafts carry
	Flagged       float64 `json:"flagged"`    // share of drafts with any finding
	FlaggedMust   float64 `json:"flagged_must"`
	Words         float64 `json:"description_words"`
	TokensPerRow  float64 `json:"tokens_per_row"`
	SecondsPerRow float64 `json:"seconds_per_row"` // of the whole arm, both languages
}

// figures counts each language of an arm.
func (m *measured) figures() []Figures {
	var out []Figures
	for _, lang := range []compose.Language{compose.English, compose.Chinese} {
		if f := m.count(lang); f.Rows > 0 {
			out = append(out, f)
		}
	}
	return out
}

func (m *measured) count(lang compose.Language) Figures {
	f := Figures{Arm: m.arm, Language: lang, Claims: map[string]int{}}
	t := tally{openings: map[string]bool{}}
	for i, b := range m.briefs {
		if b.Language != lang {
			continue
		}
		f.Rows++
		switch o := m.outcomes[i]; {
		case o.Err != nil:
			f.Failed++
		case o.Skipped != "":
			f.Skipped++
		default:
			t.draft(&f, m.options, b, o.Draft)
		}
	}
	first, within := 0, 0
	for _, x := range m.first {
		if x.language != lang {
			continue
		}
		first++
		f.NumbersFirst += x.numbers
		if !x.length {
			within++
		}
	}
	f.LimitsFirst = share(within, first)
	t.close(&f)
	f.SecondsPerRow = m.seconds / float64(max(1, len(m.briefs)))
	return f
}

// tally sums what becomes a share at the end.
type tally struct {
	drafts, limits, language, flagged, must, tokens, words int
	facts, carried                                         int
	other, all, values, known, compare                     int // of drafts from rows in another language
	own, written                                           int // words of descriptions whose row is in their language
	copied                                                 float64
	openings                                               map[string]bool
	descriptions                                           []string
}

func (t *tally) draft(f *Figures, o Options, b compose.Brief, d compose.Draft) {
	v := d.Current()
	judged := v
	o.Composer.Recheck(b, &judged)
	e := o.Composer.Evidence(b)
	kinds := map[check.Kind]bool{}
	must, claims := false, 0
	for _, x := range judged.Findings {
		kinds[x.Kind] = true
		must = must || x.Severity == check.Must
		switch x.Kind {
		case check.Claim:
			f.Claims[x.Class]++
			claims++
		case check.Number:
			f.Numbers++
			if !slices.ContainsFunc(v.Findings, func(y check.Finding) bool { return y.Kind == check.Number && y.Field == x.Field }) {
				f.NumbersUnflagged++
			}
		case check.Leak:
			f.Leaks++
		case check.Markup:
			f.Labels++
		}
	}
	f.ClaimsAll += claims
	f.ClaimDrafts += one(claims > 0)
	f.Filled += one(!kinds[check.Empty])
	t.drafts++
	t.limits += one(!kinds[check.Length])
	t.language += one(!kinds[check.Language])
	t.flagged += one(len(judged.Findings) > 0)
	t.must += one(must)
	t.tokens += d.Tokens
	text := v.Text(compose.FieldDescription)
	t.descriptions = append(t.descriptions, text)
	t.openings[check.Opening(text)] = true
	t.copied += e.CopiedShare(text)
	t.words += check.Words(text)
	all := ""
	for _, field := range v.Fields {
		all += field.Text + "\n"
		if described := field.Name == compose.FieldDescription || field.Name == compose.FieldSEODescription; described && e.Language() == string(b.Language) {
			t.own += e.Novel(field.Text)
			t.written += check.Words(field.Text)
		}
	}
	if e.Translated() {
		f.Translated++
		t.other += len(e.Foreign(all))
		t.all += check.Words(all)
		t.compare += one(kinds[check.Translated])
		for _, field := range e.Product().Fields {
			if field.Role == catalog.Attribute || field.Role == catalog.Description || field.Role == catalog.Title {
				t.values++
				t.known += one(len(e.Foreign(field.Value)) == 0)
			}
		}
	}
	t.facts += e.Facts()
	t.carried += len(e.FactsIn(all))
}

func (t *tally) close(f *Figures) {
	f.Limits = share(t.limits, t.drafts)
	f.RightLanguage = share(t.language, t.drafts)
	f.OtherWords = share(t.other, t.all)
	f.Glossary = share(t.known, t.values)
	f.ToCompare = share(t.compare, f.Translated)
	f.Flagged = share(t.flagged, t.drafts)
	f.FlaggedMust = share(t.must, t.drafts)
	f.Openings = share(len(t.openings), t.drafts)
	f.Coverage = share(t.carried, t.facts)
	f.TokensPerRow = share(t.tokens, t.drafts)
	f.Words = share(t.words, t.drafts)
	f.Own = share(t.own, t.written)
	if t.drafts > 0 {
		f.Copied = t.copied / float64(t.drafts)
	}
	if pairs := check.Sameness(t.descriptions, 0.05); len(pairs) > 0 {
		f.MostAlike = pairs[0].Likeness
	}
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
