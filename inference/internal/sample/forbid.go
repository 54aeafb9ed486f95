package sample

import "unicode/utf8"

// phraseIn looks for a forbidden phrase that the tail completes, or shows to be complete.
func (g *Guard) phraseIn(tail []byte) (hit, bool) {
	g.trial.borrow(&g.folded)
	for i := 0; i < len(tail); {
		c, size := utf8.DecodeRune(tail[i:])
		g.trial.add(c, g.checked+i, g.rules.Never)
		i += size
		if h, bad := g.trial.settle(g.rules.Never, g.except, false); bad {
			return h, true
		}
	}
	return g.impatient()
}

// impatient looks for a forbidden phrase that may yet become a longer word, once patience is over.
func (g *Guard) impatient() (hit, bool) {
	if g.undone < patience {
		return hit{}, false
	}
	for _, h := range g.trial.open {
		if int(h.end) == len(g.trial.text) && excuse(g.trial.text, int(h.start), int(h.end), g.except) == none {
			return h, true
		}
	}
	return hit{}, false
}

// phraseAtEnd looks for a forbidden phrase that counts if text, a continuation of g.text or a part of it, ends as it is.
func (g *Guard) phraseAtEnd(text []byte) (hit, bool) {
	if g.rules.Never.Empty() || len(text) < g.checked && len(g.folded.open) == 0 && len(g.except) == 0 {
		return hit{}, false
	}
	if len(text) < g.checked { // a beginning of the text: looked at anew
		g.trial.reset()
		return g.phraseFrom(text, 0)
	}
	g.trial.borrow(&g.folded)
	return g.phraseFrom(text, g.checked)
}

// phraseFrom goes on with trial from a byte of text to its end.
func (g *Guard) phraseFrom(text []byte, from int) (hit, bool) {
	for from < len(text) {
		c, size := utf8.DecodeRune(text[from:])
		g.trial.add(c, from, g.rules.Never)
		from += size
		if h, bad := g.trial.settle(g.rules.Never, g.except, false); bad {
			return h, true
		}
	}
	return g.trial.settle(g.rules.Never, g.except, true)
}

// undo is the number of accepted tokens to be taken back for a forbidden phrase: from the one that its last word begins
// in, but no more than the phrase's end is in.
func (g *Guard) undo(h hit) int {
	if int(h.end) > len(g.folded.text) || g.undone >= patience {
		return 0 // the candidate itself completes it
	}
	return g.since(g.trial.word(h))
}

// since is the number of tokens from the one on that holds a byte of the text.
func (g *Guard) since(at int) int {
	at += len(g.fixed)
	n := 0
	for n < len(g.ends) && g.ends[len(g.ends)-1-n] > at {
		n++
	}
	return n
}

// Rewind takes the last n tokens back.
func (g *Guard) Rewind(n int) {
	g.undone++
	ends := append([]int(nil), g.ends[:len(g.ends)-n]...)
	written := append(append([]byte(nil), g.fixed[:g.healed]...), g.text...)
	g.clear()
	from := 0
	for _, end := range ends {
		g.Accept(written[from:end])
		from = end
	}
}

// Doubt reports whether the token judged last may turn out to belong to a forbidden phrase, and whether a word begins in it
// from which on it would be taken back then.
func (g *Guard) Doubt() (open, begins bool) {
	open = len(g.trial.ways)+len(g.trial.open) > 0
	for i := len(g.folded.text); i < len(g.trial.text) && !begins; i++ {
		begins = g.trial.begins[i]
	}
	return open, open && begins
}
