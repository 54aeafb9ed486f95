package compose

import (
	"cmp"
	"slices"

	"shelftalk/app/check"
	"shelftalk/inference"
)

// attempt is one written page with what the checks say of it.
type attempt struct {
	fields   []Field
	findings []check.Finding
	seed     uint64
	repaired int
}

// read takes a page out of a result: slots cleaned and joined, printed bullets in their places.
func (j *job) read(r inference.Result, pieces []piece) []Field {
	texts := map[string]string{}
	var sentences []string
	for _, p := range pieces {
		text := p.fixed
		if text == "" {
			text = clean(fieldOf(p.slot), r.Slot(p.slot), j.brief.Language)
		}
		if fieldOf(p.slot) == FieldDescription {
			sentences = append(sentences, text)
		} else {
			texts[p.slot] = text
		}
	}
	texts[FieldDescription] = join(sentences, j.brief.Language)
	out := make([]Field, 0, len(j.order))
	for _, name := range j.order {
		text := texts[name]
		if printed, ok := j.printed[name]; ok {
			text = printed
		}
		if check.IsBullet(name) && text == "" { // nothing came: code prints the fact
			text, _ = j.printedFor(name)
		}
		out = append(out, Field{Name: name, Text: text})
	}
	return out
}

// score ranks a field's text: fewer hard findings, fewer soft ones, more of the row's facts, fewer words that the row
// doesn't have. Smaller is better, the first figure that differs decides.
type score [4]int

func (j *job) score(f Field, findings []check.Finding) score {
	var s score
	for _, x := range findings {
		if x.Field != f.Name {
			continue
		}
		if x.Severity == check.Must {
			s[0]++
		} else {
			s[1]++
		}
	}
	s[2] = -len(j.plan.evidence.FactsIn(f.Text))
	s[3] = j.plan.evidence.Novel(f.Text)
	return s
}

func (s score) plus(o score) score {
	for i := range s {
		s[i] += o[i]
	}
	return s
}

func compareScores(a, b score) int { return slices.Compare(a[:], b[:]) }

func (j *job) total(a attempt) score {
	var s score
	for _, f := range a.fields {
		s = s.plus(j.score(f, a.findings))
	}
	return s
}

// choose makes the page of the best text of each field among the attempts, and puts the attempts behind it, best first.
// A lone attempt is the page.
func (c *Composer) choose(j *job, all []attempt) []attempt {
	slices.SortStableFunc(all, func(a, b attempt) int { return compareScores(j.total(a), j.total(b)) })
	if len(all) < 2 {
		return all
	}
	best := attempt{seed: all[0].seed, repaired: all[0].repaired}
	for i, f := range all[0].fields {
		pick := slices.MinFunc(all, func(a, b attempt) int {
			return cmp.Or(compareScores(j.score(a.fields[i], a.findings), j.score(b.fields[i], b.findings)))
		})
		best.fields = append(best.fields, Field{Name: f.Name, Text: pick.fields[i].Text})
		best.repaired = max(best.repaired, pick.repaired)
	}
	best.fields, best.findings = c.mend(j, best.fields)
	if compareScores(j.total(best), j.total(all[0])) > 0 { // fields that clash: bullets that say the same
		return all
	}
	if slices.Equal(best.fields, all[0].fields) {
		return all
	}
	return append([]attempt{best}, all...)
}
