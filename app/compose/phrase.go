package compose

import (
	"slices"
	"strings"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
)

// What an English sentence looks like that a small model wrote from labels and values, and what code does about it.

// sentenceVerbs are the verbs that such a sentence has, if it has any.
var sentenceVerbs = strings.Fields("is are has have can comes come features includes include holds hold takes take fits uses keeps keep makes make " +
	"goes gives give offers offer lets let stands stand stays stay folds opens works runs measures weighs suits needs need carries " +
	"covers pairs mounts lasts was will")

// listing says that a sentence is a list of values: their marks stand in it, or it doesn't begin as one does and has no verb.
func listing(text string) bool {
	if strings.Contains(text, "; ") {
		return true
	}
	words := strings.Fields(strings.ToLower(strings.TrimRight(text, ".!?")))
	if len(words) == 0 || slices.Contains([]string{"this", "these", "the", "it", "they", "its", "each", "both"}, words[0]) {
		return false
	}
	return !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(sentenceVerbs, strings.TrimRight(w, ",;:")) })
}

// listed says that a sentence of the description is nothing but its facts' values, where the supplier's text isn't either.
func (j *job) listed(p piece, text string) bool {
	if j.brief.Language != English || fieldOf(p.slot) != FieldDescription || !listing(text) {
		return false
	}
	return !slices.ContainsFunc(p.facts, func(f fact) bool { return f.details && check.Covered(text, f.value) >= 0.9 })
}

// pruned is a page's description without the sentences that only list values which the rest of the page has, as long as two
// others are left.
func (j *job) pruned(fields []Field) string {
	text := fields[1].Text
	if j.brief.Language != English {
		return text
	}
	spans := check.Sentences(text)
	own := j.plan.product.Value(catalog.Description)
	var kept []string
	for i, s := range spans {
		sentence := text[s.Start:s.End]
		rest := text[:s.Start] + text[s.End:]
		for _, f := range fields {
			if f.Name != FieldDescription {
				rest += "\n" + f.Text
			}
		}
		left := len(kept) + len(spans) - i - 1
		if left < 2 || !listing(sentence) || check.Covered(sentence, own) >= 0.9 || !check.Repeats(sentence, rest) {
			kept = append(kept, sentence)
		}
	}
	return strings.Join(kept, " ")
}

// inColour says a colour in its own words where the model lists it among the materials: "made of canvas, pine, and cream".
func (j *job) inColour(text string) string {
	lower := strings.ToLower(text)
	if j.brief.Language != English || !strings.Contains(lower, "made of ") && !strings.Contains(lower, "made from ") {
		return text
	}
	for _, f := range j.plan.facts {
		if f.kind.ID != "colour" {
			continue
		}
		end := strings.TrimRight(f.value, ".") + "."
		at := len(text) - len(end)
		if at < 0 || !strings.EqualFold(text[at:], end) {
			continue
		}
		if head, ok := strings.CutSuffix(text[:at], " and "); ok {
			return strings.TrimRight(head, ",") + ", in " + text[at:]
		}
	}
	return text
}
