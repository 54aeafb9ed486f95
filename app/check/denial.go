package check

import (
	"slices"
	"strings"
)

// denial is what a row excludes: "not for children under 3 years", 不可放入洗碗机.
type denial struct {
	words []string // keys; a sentence that has them all speaks of it
	text  string
}

// denials finds what stands behind a "not" up to the next mark. A single word is left to the lexicon's polarity.
func denials(text string, toks []token) []denial {
	var out []denial
	for i, t := range toks {
		if !negator(t) {
			continue
		}
		var d denial
		end := i
		for k := i + 1; k < len(toks) && !strings.ContainsAny(text[toks[k-1].end:toks[k].start], ".,;:!?。；：！？，、"); k++ {
			if !stopword(toks[k]) {
				d.words = append(d.words, toks[k].key)
			}
			end = k
		}
		least := 2
		if t.kind == han {
			least = 4
		}
		if len(d.words) >= least && len(d.words) <= 12 {
			d.text = text[t.start:toks[end].end]
			out = append(out, d)
		}
	}
	return out
}

func negator(t token) bool {
	if t.kind == han {
		return strings.ContainsRune("不勿禁", firstRune(t.key))
	}
	return slices.Contains([]string{"not", "never", "without", "don't", "unsuitable", "avoid"}, t.key)
}

// denied flags sentences that say without a "not" what the row says with one.
func (j *judge) denied() {
	for _, s := range j.sentences {
		toks := j.toksIn(s)
		have := map[string]bool{}
		negative := false
		for _, t := range toks {
			have[t.key] = true
			negative = negative || negator(t) || t.key == "no" || strings.HasSuffix(t.key, "n't") || t.key == "无" || t.key == "非"
		}
		if negative || slices.ContainsFunc(j.found, func(f Finding) bool { return f.Kind == Claim && f.Start >= s.Start && f.End <= s.End }) {
			continue // said, or flagged already
		}
		for _, d := range j.Evidence.denied {
			if slices.ContainsFunc(d.words, func(w string) bool { return !have[w] }) {
				continue
			}
			f := j.add(Claim, Must, s.Start, s.End, "The row says %q.", d.text)
			f.Class = contradiction
			break
		}
	}
}
