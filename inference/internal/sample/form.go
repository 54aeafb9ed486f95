package sample

import "shelftalk/inference/internal/schema"

// judgeForm judges a token as the continuation of a document that a schema describes. Script, numbers and forbidden phrases
// are judged inside its texts, each for itself; keys and constants are the schema's own business.
func (g *Guard) judgeForm(tok []byte) Verdict {
	r := &g.rules
	g.formTrial.CopyFrom(&g.form)
	run, letters := g.run, g.letters
	if !r.Never.Empty() {
		g.trial.borrow(&g.folded)
	}
	for i, b := range tok {
		if !g.formTrial.Step(b) {
			return Verdict{}
		}
		c := g.formTrial.Char
		if c < 0 {
			continue
		}
		if r.Script != 0 && !letters.add(c, g.alphabet) || r.Numbers != nil && !run.add(c, g.numbers) {
			return Verdict{}
		}
		if r.Never.Empty() {
			continue
		}
		g.trial.add(c, len(g.text)+i, r.Never)
		h, bad := g.trial.settle(r.Never, g.except, c == '\n')
		if !bad {
			h, bad = g.impatient()
		}
		if bad {
			return Verdict{Undo: g.undo(h)}
		}
	}
	if g.scratch = g.formTrial.Begun(g.scratch[:0]); len(g.scratch) > 0 && !g.goesOn(g.scratch, run, letters) {
		return Verdict{}
	}
	return Verdict{OK: true, End: g.formTrial.Over(), Keep: len(g.text) + len(tok)}
}

// goesOn reports whether a character that has begun can become a legal one.
func (g *Guard) goesOn(begun []byte, run run, letters scriptRun) bool {
	if g.rules.Script == 0 && g.rules.Numbers == nil {
		return true
	}
	if begun[0] == '\\' {
		return g.rules.Numbers == nil || run.done(g.numbers)
	}
	return completions(begun, func(c rune) bool { return g.mayFollow(c, run, letters) })
}

// acceptForm takes the bytes of a legal token.
func (g *Guard) acceptForm(tok []byte) {
	r := &g.rules
	for i, b := range tok {
		g.form.Step(b)
		c := g.form.Char
		if c < 0 {
			continue
		}
		if r.Script != 0 {
			g.letters.add(c, g.alphabet)
		}
		if r.Numbers != nil {
			g.run.add(c, g.numbers)
		}
		if !r.Never.Empty() {
			g.folded.add(c, len(g.text)+i, r.Never)
			g.folded.settle(r.Never, g.except, c == '\n')
		}
	}
	g.text = append(g.text, tok...)
	g.ends = append(g.ends, len(g.text))
	g.checked = len(g.text)
}

// Form is the document's machine, nil without a schema. It may only be looked at.
func (g *Guard) Form() *schema.Machine {
	if g.rules.Schema == nil {
		return nil
	}
	return &g.form
}

// Forced is what must follow the text and a token that Token has just called legal; nil: the text alone.
func (g *Guard) Forced(tok []byte) []byte {
	if g.rules.Schema == nil {
		return nil
	}
	if tok == nil {
		return g.form.Forced(nil)
	}
	return g.formTrial.Forced(nil)
}

// Rest is what closes the text, or the text with the token that Token has called legal last.
func (g *Guard) Rest(tried bool) []byte {
	if tried {
		return g.formTrial.Finish(nil)
	}
	return g.form.Finish(nil)
}

// Regret is the number of tokens at the text's end that can't stay if its last text is closed where it stands: those of a
// forbidden word.
func (g *Guard) Regret() int {
	if g.rules.Never.Empty() {
		return 0
	}
	g.trial.borrow(&g.folded)
	g.trial.add('\n', len(g.text), g.rules.Never)
	h, bad := g.trial.settle(g.rules.Never, g.except, true)
	if !bad {
		return 0
	}
	return g.since(g.trial.word(h))
}
