package compose

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"shelftalk/app/check"
)

// What code mends by itself: spaces and marks around a text, sentences that carry nothing or claim too much, lengths,
// bullets that the model got wrong.

// clean takes off what a model puts around a text.
func clean(name, text string, language Language) string {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.NewReplacer("**", "", "`", "").Replace(text)
	text = strings.TrimLeft(text, "-*•·#–—> ：:")
	if r := []rune(text); len(r) > 1 && strings.ContainsRune(`"“'「`, r[0]) && strings.ContainsRune(`"”'」`, r[len(r)-1]) {
		text = string(r[1 : len(r)-1])
	}
	text = strings.TrimSpace(text)
	sentence := name == FieldDescription || name == FieldSEODescription
	if !sentence {
		text = strings.TrimRight(text, " .。,，;；:：、–-|")
	}
	if text == "" {
		return ""
	}
	if language == English && (sentence || check.IsBullet(name)) {
		text = upperFirst(text)
	}
	if sentence {
		if strings.HasSuffix(text, "..") && !strings.HasSuffix(text, "...") { // "a nib, F.."
			text = text[:len(text)-1]
		}
		text = ended(whole(strings.TrimRight(text, " ,，;；:：、–-"), language), language)
	}
	if language == English {
		return check.Articled(text)
	}
	if sentence {
		return commas(text)
	}
	return text
}

// whole takes off the last clause of a Chinese sentence that stops inside a number: "…，1.".
func whole(text string, language Language) string {
	head, ok := strings.CutSuffix(text, ".")
	if r, _ := utf8.DecodeLastRuneInString(head); !ok || language != Chinese || !unicode.IsDigit(r) {
		return text
	}
	if i := strings.LastIndex(head, "，"); i > 0 {
		return head[:i]
	}
	return text
}

// ended sets a full stop where a sentence has no end.
func ended(text string, language Language) string {
	r, _ := utf8.DecodeLastRuneInString(text)
	switch {
	case language == Chinese && r == '.' && len(text) > 1 && hanWord(lastRune(text[:len(text)-1])):
		return text[:len(text)-1] + "。"
	case text == "" || strings.ContainsRune(".!?。！？", r):
		return text
	case language == Chinese:
		return text + "。"
	}
	return text + "."
}

func lastRune(s string) string {
	_, n := utf8.DecodeLastRuneInString(s)
	return s[len(s)-n:]
}

// mend repairs a page's fields by code as far as findings can be met without a model, and returns the fields with the
// findings that are left.
func (c *Composer) mend(j *job, fields []Field) ([]Field, []check.Finding) {
	fields = slices.Clone(fields)
	for range 3 { // a repair can uncover another finding
		found := check.Draft(c.input(j, fields))
		changed := false
		for i, f := range fields {
			if text := c.mendField(j, f, ofField(found, f.Name)); text != f.Text {
				fields[i].Text, changed = text, true
			}
		}
		if !changed {
			return fields, found
		}
	}
	return fields, check.Draft(c.input(j, fields))
}

func (c *Composer) mendField(j *job, f Field, found []check.Finding) string {
	if len(found) == 0 {
		return f.Text
	}
	if text := undoubled(f.Text, found); text != f.Text {
		return text
	}
	if text := j.remeasured(f.Text, found); text != f.Text {
		return text
	}
	if text := withoutEchoes(f.Text, found); text != f.Text {
		return text
	}
	switch {
	case f.Name == FieldDescription:
		return j.mendDescription(f.Text, found)
	case check.IsBullet(f.Name):
		if text, ok := j.printedFor(f.Name); ok && serious(found) {
			return text
		}
	case f.Name == FieldTitle:
		if text := j.plainTitle(); serious(found) && text != "" {
			return text
		}
	case f.Name == FieldSEOTitle:
		if serious(found) || has(found, check.Length) {
			return j.plainSEOTitle(fTitle(f, found))
		}
	case f.Name == FieldSEODescription:
		return j.mendSEODescription(f.Text, found)
	}
	return f.Text
}

// undoubled takes one of two equal words or characters out.
func undoubled(text string, found []check.Finding) string {
	for _, f := range found {
		half := len(f.Text) / 2
		if f.Kind != check.Repeat || half == 0 || half > 24 {
			continue
		}
		first, second := strings.TrimSpace(f.Text[:half]), strings.TrimSpace(f.Text[half:])
		if strings.EqualFold(first, second) {
			return text[:f.Start] + first + text[f.End:]
		}
	}
	return text
}

// remeasured gives numbers the row's unit.
func (j *job) remeasured(text string, found []check.Finding) string {
	for _, f := range found {
		if f.Kind != check.Number {
			continue
		}
		if mended := j.plan.evidence.Remeasured(text, f.Start); mended != text {
			return mended
		}
	}
	return text
}

// serious says that a text can't stay as it is.
func serious(found []check.Finding) bool {
	for _, f := range found {
		switch f.Kind {
		case check.Filler, check.Copied, check.Missing, check.Alike:
		default:
			return true
		}
	}
	return false
}

func has(found []check.Finding, kind check.Kind) bool {
	return slices.ContainsFunc(found, func(f check.Finding) bool { return f.Kind == kind })
}

func ofField(found []check.Finding, name string) []check.Finding {
	var out []check.Finding
	for _, f := range found {
		if f.Field == name {
			out = append(out, f)
		}
	}
	return out
}

// mendDescription drops the sentences that findings are about, as long as one is left that carries a fact.
func (j *job) mendDescription(text string, found []check.Finding) string {
	var kept []string
	for _, s := range check.Sentences(text) {
		bad := false
		for _, f := range found {
			if f.Start < f.End && f.Start < s.End && f.End > s.Start && f.Kind != check.Copied && !echo(f) {
				bad = true
			}
		}
		if !bad {
			kept = append(kept, text[s.Start:s.End])
		}
	}
	if len(kept) == 0 {
		return text
	}
	return join(kept, j.brief.Language)
}

// mendSEODescription drops bad sentences, cuts to the limit, and falls back on the description's beginning.
func (j *job) mendSEODescription(text string, found []check.Finding) string {
	if serious(found) && !has(found, check.Length) {
		text = j.mendDescription(text, found)
	}
	if limit, ok := j.limit(FieldSEODescription); ok && limit.Max > 0 {
		return cutTo(text, limit.Max, limit.Unit.Count, j.brief.Language)
	}
	return text
}

// printedFor is the bullet that code makes of the fact behind a bullet's name.
func (j *job) printedFor(name string) (string, bool) {
	for i, f := range j.plan.bullets {
		if bulletName(i) == name {
			text, ok := f.printed(j.brief.Language)
			return text, ok && j.fits(name, text)
		}
	}
	return "", false
}

// plainTitle is the row's own title, if it is in the draft's language and fits.
func (j *job) plainTitle() string {
	title := strings.Trim(strings.Join(strings.Fields(j.plan.evidence.Known(j.plan.title)), " "), " ,，、-–|·")
	limit, ok := j.limit(FieldTitle)
	if title == "" || foreign(title, j.brief.Language) {
		return ""
	}
	if !j.plan.evidence.Translated() {
		title = calm(title)
	}
	if brand := j.plan.brand(); brand != "" && !j.titleHas(brand) && j.writable(brand) && ok {
		gap := j.template.gap()
		if latinEdge(title) {
			gap = " "
		}
		if with := brand + gap + title; limit.Max == 0 || limit.Unit.Count(with) <= limit.Max {
			title = with
		}
	}
	if ok && limit.Max > 0 {
		title = cutTo(title, limit.Max, limit.Unit.Count, j.brief.Language)
	}
	return title
}

// calm makes a title in capitals one with capitals at the words' beginnings.
func calm(title string) string {
	if strings.ContainsFunc(title, unicode.IsLower) || !strings.ContainsFunc(title, unicode.IsUpper) {
		return title
	}
	words := strings.Fields(title)
	for i, w := range words {
		if r := []rune(w); len(r) > 3 {
			words[i] = string(r[0]) + strings.ToLower(string(r[1:]))
		}
	}
	return strings.Join(words, " ")
}

// fTitle is a SEO title's text where only its length is wrong, else "".
func fTitle(f Field, found []check.Finding) string {
	for _, x := range found {
		if x.Kind != check.Length {
			return ""
		}
	}
	return f.Text
}

// plainSEOTitle cuts text at a word, or makes a title of the row's name and brand.
func (j *job) plainSEOTitle(text string) string {
	limit, _ := j.limit(FieldSEOTitle)
	if text == "" {
		text = j.plainTitle()
		brand := j.plan.brand()
		if brand != "" && !strings.Contains(strings.ToLower(text), strings.ToLower(brand)) && j.writable(brand) && limit.Unit.Count(text+" | "+brand) <= limit.Max {
			text += " | " + brand
		}
	}
	if limit.Max == 0 {
		return text
	}
	return cutTo(text, limit.Max, limit.Unit.Count, j.brief.Language)
}

// writable says that a brand may stand in the draft: in a translated row it is among the names that stay.
func (j *job) writable(brand string) bool {
	return j.plan.evidence.Translated() || !foreign(brand, j.brief.Language)
}

// latinEdge says that a text begins with a Latin letter or a digit.
func latinEdge(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsDigit(r) || unicode.IsLetter(r) && !unicode.Is(unicode.Han, r)
}

func (j *job) titleHas(brand string) bool {
	return strings.Contains(strings.ToLower(j.plan.title), strings.ToLower(brand))
}

func (p plan) brand() string {
	for _, f := range p.facts {
		if f.brand() {
			return f.value
		}
	}
	return ""
}

// cutTo shortens a text to a limit: at a sentence's end, else at a mark, else behind a word; never inside one.
func cutTo(text string, limit int, count func(string) int, language Language) string {
	if count(text) <= limit {
		return text
	}
	best := ""
	for _, s := range check.Sentences(text) {
		if count(text[:s.End]) <= limit {
			best = text[:s.End]
		}
	}
	if best != "" {
		return best
	}
	end := 0
	for i, r := range text {
		if count(text[:i]) > limit-1 {
			break
		}
		if r == ' ' || strings.ContainsRune("，、；。", r) || (unicode.Is(unicode.Han, r) && !midWord(text, i)) {
			end = i
		}
	}
	wasSentence := strings.ContainsAny(text[len(text)-min(3, len(text)):], ".。!！?？")
	text = trimDangling(text[:end])
	if wasSentence {
		text = ended(text, language)
	}
	return text
}

// midWord says that a cut at i would part Latin letters or digits.
func midWord(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	return (unicode.IsDigit(before) || unicode.IsLetter(before) && !unicode.Is(unicode.Han, before)) && !unicode.Is(unicode.Han, after)
}

// trimDangling takes off marks and small words that a text can't end in.
func trimDangling(text string) string {
	for {
		short := strings.TrimRight(text, " ,，;；:：、–-|&(（")
		i := strings.LastIndexByte(short, ' ')
		switch strings.ToLower(short[i+1:]) {
		case "a", "an", "the", "and", "or", "with", "for", "of", "to", "in", "by", "from", "at", "on", "is", "are", "its", "your":
			short = short[:max(i, 0)]
		}
		if short == text {
			return text
		}
		text = short
	}
}
