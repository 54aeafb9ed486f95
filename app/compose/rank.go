package compose

import (
	"math"
	"slices"
	"strings"

	"shelftalk/app/check"
	"shelftalk/inference"
)

// attempt is one written page with what the checks say of it.
type attempt struct {
	parts    map[string]string // by slot, cleaned
	fields   []Field
	findings []check.Finding
	seed     uint64
	repaired int
}

// read takes a page's parts out of a result.
func (j *job) read(r inference.Result, pieces []piece) map[string]string {
	parts := map[string]string{}
	for _, p := range pieces {
		text := p.fixed
		if text == "" {
			text = j.tidy(p, r.Slot(p.slot))
		}
		parts[p.slot] = text
	}
	return parts
}

// tidy cleans what the model wrote into a slot.
func (j *job) tidy(p piece, text string) string {
	text = j.spelt(clean(fieldOf(p.slot), text, j.brief.Language))
	switch fieldOf(p.slot) {
	case FieldSEOTitle, FieldTitle:
		return j.brandOnce(text)
	case FieldDescription, FieldSEODescription:
		return j.inColour(text)
	}
	return text
}

// assemble makes a page's fields of its parts: sentences joined, printed bullets in their places.
func (j *job) assemble(parts map[string]string) []Field {
	var sentences []string
	for _, p := range j.pieces {
		if fieldOf(p.slot) == FieldDescription {
			sentences = append(sentences, parts[p.slot])
		}
	}
	out := make([]Field, 0, len(j.order))
	for _, name := range j.order {
		text := parts[name]
		if name == FieldDescription {
			text = join(j.linked(apart(sentences)), j.brief.Language)
		} else if printed, ok := j.printed[name]; ok {
			text = printed
		} else if f, ok := j.factOf(name); ok && !j.carries(text, f) {
			if printed, ok := j.printedFor(name); ok {
				text = printed
			}
		}
		out = append(out, Field{Name: name, Text: text})
	}
	return out
}

// factOf is the fact that a bullet is to carry.
func (j *job) factOf(name string) (fact, bool) {
	for i, f := range j.plan.bullets {
		if bulletName(i) == name {
			return f, true
		}
	}
	return fact{}, false
}

// carries says whether a bullet is worth more than its fact printed: it says most of the fact, adds little, and isn't a
// sentence about the product.
func (j *job) carries(text string, f fact) bool {
	if text == "" {
		return false
	}
	for _, start := range []string{"It ", "This ", "The ", "They ", "These ", "Is ", "Are ", "Has ", "这款", "该", "这个"} {
		if strings.HasPrefix(text, start) {
			return false
		}
	}
	if brand := j.plan.brand(); brand != "" && strings.Contains(text, brand) && !strings.Contains(f.value, brand) {
		return false
	}
	if !j.comparable() {
		return true
	}
	return check.Covered(j.plan.known(f), text) >= 0.6 && j.plan.evidence.Novel(text) <= 2 && len(text) <= 2*len(f.value)+24
}

// comparable says that row and draft are in the same language, so that words can be found again.
func (j *job) comparable() bool { return j.plan.language == string(j.brief.Language) }

// brandOnce takes off a brand at a title's end that the title has already.
func (j *job) brandOnce(text string) string {
	brand := j.plan.brand()
	if head, ok := strings.CutSuffix(text, brand); ok && brand != "" && strings.Contains(head, brand) {
		return strings.TrimRight(head, " |-–—·，,")
	}
	return text
}

// score ranks a part: fewer hard findings, fewer soft ones, more of the facts that it is to carry, fewer words that the
// row doesn't have (two are free), less of the supplier's own wording. Smaller is better, the first figure that differs
// decides.
type score [5]int

// fails says that a part should be made again.
func (s score) fails() bool { return s[0] > 0 || s[1] > 0 || s[2] >= 2 }

// The engine writes a slot again, at once and where it stands, while its text fails: so much more often, and so much warmer
// each time.
const (
	maxTries = 2
	warmer   = 0.2
)

// wrong grades what is wrong with the text of a piece, as the engine wrote it: nothing where it will do, or where code has
// something better. A sentence with too many words of its own is worth another try, but no repair.
func (c *Composer) wrong(j *job, p piece, text string) float64 {
	text = j.tidy(p, text)
	s, _ := c.judge(j, p, text)
	switch {
	case j.printable(p, text):
		return 0
	case !s.fails() && j.listed(p, text):
		return 0.9
	case !s.fails():
		return min(0.9, 0.1*float64(max(0, j.ownWords(p, text)-j.freedom())))
	}
	return 100*float64(s[0]) + 10*float64(s[1]) + max(0, float64(s[2])) + min(0.9, 0.1*float64(1+s[3]))
}

// judge scores a part, and says what is wrong with it.
func (c *Composer) judge(j *job, p piece, text string) (score, []check.Finding) {
	name := fieldOf(p.slot)
	in := c.input(j, []Field{{Name: name, Text: text}})
	in.Must = nil // the description as a whole is to carry them
	var s score
	var found []check.Finding
	for _, f := range check.Draft(in) {
		if f.Severity == check.Must {
			s[0]++
		} else {
			s[1]++
		}
		found = append(found, f)
	}
	e := j.plan.evidence
	if (name == FieldTitle || name == FieldSEOTitle) && (stutters(text) || !e.Counted(text) || !j.names(text)) {
		s[1]++
	}
	if name == FieldDescription || check.IsBullet(name) {
		s[2] = j.missing(p, text)
	} else {
		s[2] = -len(e.FactsIn(text))
	}
	if j.comparable() {
		s[3] = e.Novel(text)
		if most := 3; e.Translated() && name == FieldDescription && s[3] > most && !loosely(p) {
			s[1]++ // every word is known: what is added is the model's own
		}
		if j.brief.Language == Chinese && (name == FieldTitle || name == FieldSEOTitle) && !e.Tiled(text) {
			s[2] = 2 // characters out of order are slips, not words
		}
		if name == FieldDescription || name == FieldSEODescription {
			s[3] = max(0, s[3]-2)
		}
		s[4] = int(10 * e.CopiedShare(text))
	}
	return s, found
}

// names says that a title has a good part of the row's: "Flysheet Poles" is no title for a tent.
func (j *job) names(title string) bool {
	return j.plan.title == "" || j.plan.evidence.Translated() || !j.comparable() || check.Covered(j.plan.title, title) >= 0.34
}

// stutters says that a part of a title, between its marks, has no word that didn't stand before it, or a long one twice.
func stutters(title string) bool {
	said := map[string]bool{}
	for i, part := range strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return strings.ContainsRune(",;|，；、·", r) }) {
		fresh := i == 0
		here := map[string]bool{}
		for _, word := range strings.FieldsFunc(part, func(r rune) bool { return r == ' ' || r == '-' }) {
			if here[word] && len(word) > 3 {
				return true
			}
			fresh = fresh || !said[word]
			said[word], here[word] = true, true
		}
		if !fresh {
			return true
		}
	}
	return false
}

// ownWords counts the words of a sentence that the row doesn't have, in Chinese the characters.
func (j *job) ownWords(p piece, text string) int {
	name := fieldOf(p.slot)
	if name != FieldDescription && name != FieldSEODescription || !j.comparable() || loosely(p) {
		return 0
	}
	return j.plan.evidence.Novel(text)
}

// freedom is how many words of its own a sentence may have: 1 where the dial is at careful, 4 at lively.
func (j *job) freedom() int {
	if j.tuning.FreeHand {
		return math.MaxInt32
	}
	return max(1, int(math.Round(4-4*j.brief.Ruleset.Careful)))
}

// loosely says that a piece's facts aren't wholly translated: its text brings words of its own.
func loosely(p piece) bool { return slices.ContainsFunc(p.facts, func(f fact) bool { return f.loose }) }

// missing grades how much of its facts a part leaves out: 0 little, 1 a good deal, 2 most. A fact beside another that the
// part carries may be left out: the bullets have it, or code adds the supplier's own sentence.
func (j *job) missing(p piece, text string) int {
	if len(p.facts) == 0 || !j.comparable() {
		return 0
	}
	worst, most := 0, 2
	for _, f := range p.facts {
		if check.Covered(j.plan.known(f), text) >= 0.6 {
			most = 1
		}
	}
	for _, f := range p.facts {
		switch covered := check.Covered(j.plan.known(f), text); {
		case covered >= 0.34 && f.translated && !check.KeepsFigures(j.plan.known(f), text):
			worst = 2 // PP is the handle's, or 24 hours the cold's: half of a fact is another
		case covered >= 0.6:
		case covered < 0.34 && f.details && j.own(piece{facts: []fact{f}}) == "":
			worst = 2
		case covered < 0.34:
			worst = max(worst, most)
		default:
			worst = max(worst, 1)
		}
	}
	return worst
}

// completed adds to a sentence the supplier's own of the facts that it leaves out beside others.
func (j *job) completed(p piece, text string) string {
	if fieldOf(p.slot) != FieldDescription || !j.comparable() {
		return text
	}
	rest := piece{facts: slices.DeleteFunc(slices.Clone(p.facts), func(f fact) bool {
		return !f.details || check.Covered(j.plan.known(f), text) >= 0.34
	})}
	if own := j.own(rest); text != "" && own != "" && len(rest.facts) < len(p.facts) {
		return join([]string{text, own}, j.brief.Language)
	}
	return text
}

// combine makes a page of the best text for each slot among the attempts. open are the slots of which none is good, notes
// what is wrong with them.
func (c *Composer) combine(j *job, all []attempt) (best attempt, open map[string]bool, notes []string) {
	best = attempt{parts: map[string]string{}, seed: all[0].seed}
	open = map[string]bool{}
	for _, p := range j.pieces {
		var top score
		var wrong []check.Finding
		for i, a := range all {
			s, found := c.judge(j, p, a.parts[p.slot])
			if i > 0 && slices.Compare(s[:], top[:]) >= 0 {
				continue
			}
			top, wrong = s, found
			best.parts[p.slot] = a.parts[p.slot]
			best.repaired = max(best.repaired, a.repaired)
		}
		if !top.fails() || j.printable(p, best.parts[p.slot]) {
			continue
		}
		open[p.slot] = true
		for _, f := range wrong {
			if f.Text != "" && len(notes) < 4 {
				notes = append(notes, f.Detail)
			}
		}
	}
	return best, open, notes
}

// printable says that code has a bullet ready in a part's place.
func (j *job) printable(p piece, text string) bool {
	f, ok := j.factOf(p.slot)
	if !ok || j.carries(text, f) {
		return false
	}
	_, ok = j.printedFor(p.slot)
	return ok
}

// finish makes the page of an attempt: sentences and titles that failed to the end give way to the row's own, fields are
// mended.
func (c *Composer) finish(j *job, a attempt, failed map[string]bool) attempt {
	parts := map[string]string{}
	for _, p := range j.pieces {
		if parts[p.slot] = a.parts[p.slot]; !failed[p.slot] {
			parts[p.slot] = j.completed(p, a.parts[p.slot])
			continue
		}
		switch own := ""; fieldOf(p.slot) {
		case FieldDescription:
			parts[p.slot] = j.own(p)
		case FieldTitle:
			if own = j.plainTitle(); own != "" {
				parts[p.slot] = own
			}
		case FieldSEOTitle:
			if own = j.plainSEOTitle(""); own != "" {
				parts[p.slot] = own
			}
		}
	}
	fields := j.assemble(parts)
	if strings.TrimSpace(fields[1].Text) == "" { // every sentence failed: what there is, flagged
		fields = j.assemble(a.parts)
	}
	fields[1].Text = j.pruned(fields)
	a.fields, a.findings = c.mend(j, fields)
	a.findings = c.verdict(j, a.fields, a.findings)
	return a
}

// own is the supplier's own wording of the facts of a sentence; "" where it has none in the draft's language.
func (j *job) own(p piece) string {
	var out []string
	for _, f := range p.facts {
		if f.details && !f.loose && !foreign(f.value, j.brief.Language) {
			out = append(out, clean(FieldDescription, f.value, j.brief.Language))
		}
	}
	return join(out, j.brief.Language)
}
