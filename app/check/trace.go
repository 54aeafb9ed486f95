package check

import "shelftalk/app/catalog"

// Trace says that bytes Start to End of a text carry the Fact-th field of the product.
type Trace struct{ Start, End, Fact int }

// Traces finds what of a text comes from which field of the row: the longest run of words that a field has in the same
// order, at least one word with a meaning of its own, or two Han characters. Attributes go before the supplier's text,
// both before the title.
func (e *Evidence) Traces(text string) []Trace {
	toks := tokens(text)
	var out []Trace
	for i := 0; i < len(toks); {
		best, at := 0, -1
		for _, f := range e.fields {
			if f.role == catalog.Category {
				continue
			}
			if n := longestRun(toks[i:], f.toks); n > best || (n == best && n > 0 && at >= 0 && rank(f.role) < rank(e.product.Fields[at].Role)) {
				best, at = n, f.index
			}
		}
		if best == 0 {
			i++
			continue
		}
		end := i + best
		out = append(out, Trace{toks[i].start, toks[end-1].end, at})
		i = end
	}
	return out
}

func rank(r catalog.Role) int {
	switch r {
	case catalog.Title:
		return 2
	case catalog.Description:
		return 1
	}
	return 0
}

// longestRun is how many tokens at the start of toks stand in field in the same order without a gap; 0 when they mean
// nothing by themselves.
func longestRun(toks, field []token) int {
	best := 0
	for k := range field {
		n := 0
		for n < len(toks) && k+n < len(field) && toks[n].key == field[k+n].key {
			n++
		}
		if n > best && telling(toks[:n], n == len(field)) {
			best = n
		}
	}
	for best > 0 && stopword(toks[best-1]) {
		best--
	}
	if best > 0 && stopword(toks[0]) {
		return 0
	}
	return best
}

// telling says whether a run carries a fact: a number, a word that isn't grammar, two Han characters, or one that is the
// whole field.
func telling(run []token, whole bool) bool {
	chars := 0
	for _, t := range run {
		switch {
		case t.kind == han:
			chars++
		case !stopword(t):
			return true
		}
	}
	return chars >= 2 || (chars == 1 && whole)
}

// Tiled says whether a Chinese title is made of pieces of the row: each of its Han characters stands with a neighbour as
// in some field.
func (e *Evidence) Tiled(text string) bool {
	toks := tokens(text)
	for i := 0; i < len(toks); {
		if toks[i].kind != han {
			i++
			continue
		}
		best := 0
		for _, f := range e.fields {
			for k := range f.toks {
				n := 0
				for i+n < len(toks) && k+n < len(f.toks) && toks[i+n].key == f.toks[k+n].key {
					n++
				}
				best = max(best, n)
			}
		}
		if best < 2 {
			return false
		}
		i += best
	}
	return true
}

// factsIn counts the fields, title and category left out, of which a sentence carries something. A word that the title
// has too counts when a fact has it.
func (e *Evidence) factsIn(toks []token) int {
	n := 0
	for _, f := range e.fields {
		if f.role == catalog.Title || f.role == catalog.Category {
			continue
		}
		for i := range toks {
			if longestRun(toks[i:], f.toks) > 0 {
				n++
				break
			}
		}
	}
	return n
}

// FactsIn counts the row's facts of which a text carries something, and tells which fields they are.
func (e *Evidence) FactsIn(text string) []int {
	toks := tokens(text)
	var out []int
	for _, f := range e.fields {
		if f.role == catalog.Title || f.role == catalog.Category {
			continue
		}
		for i := range toks {
			if longestRun(toks[i:], f.toks) > 0 {
				out = append(out, f.index)
				break
			}
		}
	}
	return out
}

// longestCopy is the longest run of a text that the supplier's own description has word for word, and its bytes.
func (e *Evidence) longestCopy(toks []token) (run, start, end int) {
	for _, f := range e.fields {
		if f.role != catalog.Description {
			continue
		}
		for i := range toks {
			for k := range f.toks {
				n := 0
				for i+n < len(toks) && k+n < len(f.toks) && toks[i+n].key == f.toks[k+n].key {
					n++
				}
				if n > run {
					run, start, end = n, toks[i].start, toks[i+n-1].end
				}
			}
		}
	}
	return run, start, end
}

// CopiedShare is the share of a text's words that stand in runs of at least four words (eight Han characters) of the
// supplier's description.
func (e *Evidence) CopiedShare(text string) float64 {
	toks := tokens(text)
	if len(toks) == 0 {
		return 0
	}
	copied := 0
	for i := 0; i < len(toks); {
		need, best := 4, 0
		if toks[i].kind == han {
			need = 8
		}
		for _, f := range e.fields {
			if f.role != catalog.Description {
				continue
			}
			for k := range f.toks {
				n := 0
				for i+n < len(toks) && k+n < len(f.toks) && toks[i+n].key == f.toks[k+n].key {
					n++
				}
				best = max(best, n)
			}
		}
		if best >= need {
			copied += best
			i += best
		} else {
			i++
		}
	}
	return float64(copied) / float64(len(toks))
}

// Covered is the share of a text's words, those of grammar left out, that another text has too.
func Covered(text, by string) float64 {
	have := map[string]bool{}
	for _, t := range tokens(by) {
		have[t.key] = true
	}
	all, hit := 0, 0
	for _, t := range tokens(text) {
		if stopword(t) {
			continue
		}
		all++
		if have[t.key] {
			hit++
		}
	}
	if all == 0 {
		return 0
	}
	return float64(hit) / float64(all)
}

// Repeats says whether a text adds next to nothing to another: most of its words stand there, each of its numbers, and its
// "not", if it has one.
func Repeats(text, said string) bool {
	if Denies(text) && !Denies(said) {
		return false
	}
	have := map[string]bool{}
	for _, t := range tokens(said) {
		have[t.key] = true
	}
	for _, t := range tokens(text) {
		if t.kind == digits && !have[t.key] {
			return false
		}
	}
	return Covered(text, said) >= 0.6
}

// KeepsFigures says whether a text has every number and Latin word of another.
func KeepsFigures(text, by string) bool {
	have := map[string]bool{}
	for _, t := range tokens(by) {
		have[t.key] = true
	}
	for _, t := range tokens(text) {
		if t.kind != han && !stopword(t) && !have[t.key] {
			return false
		}
	}
	return true
}

// Novel counts the words of a text, those of grammar left out, that the row doesn't have.
func (e *Evidence) Novel(text string) int {
	n := 0
	for _, t := range tokens(text) {
		if !stopword(t) && !e.words[t.key] {
			n++
		}
	}
	return n
}
