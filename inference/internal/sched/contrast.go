package sched

import (
	"slices"

	"shelftalk/inference/internal/nn"
)

// contrast is the second sequence of a row: its own prompt, and behind that the answer. It is asked only where it has a
// say, which the row's own logits tell; then the answer's last token is computed in it, too. All other tokens of the answer
// it borrows from the row: their keys and values as the row's prompt made them.
//
// A choice that the contrast is asked for waits for the step after the row's own. So all rows fill every step, be it with
// a token or with a question; and where a step is small, the question goes along unasked. Either way the numbers are the
// same, and they depend on the row alone.
type contrast struct {
	feed
	own   []int32 // the places in the answer of the tokens computed in it
	asked bool    // a choice waits for it
	ready bool    // it is computed beside the row, in case it is asked

	logits  []float32 // the row's, while a choice waits
	net     *nn.Net
	kept    int // index of its residual
	scratch []float32
}

// LogitsOf computes the contrast's logits of a few tokens.
func (c *contrast) LogitsOf(dst []float32, ids []int32) { c.net.LogitsOf(dst, c.kept, ids, c.scratch) }

// reading reports whether the prompt is to be computed yet. Its last token may be left to a question right behind it.
func (c *contrast) reading() bool {
	unread := len(c.prompt) - c.seq.Len()
	return unread > 1 || unread == 1 && !c.asked
}

// next makes the tokens pending that a question behind answer needs computed next: its last one, or others before it that
// were computed before the row gave its pages back. The lent tokens of answer before them are to be borrowed first. The
// place before the answer's first is that of the prompt's last token.
func (c *contrast) next(answer []int32) (lent int, err error) {
	last := len(answer) - 1
	c.keepOwn(last)
	if n := len(c.prompt) + last; c.seq.Len() > n {
		if err := c.seq.Truncate(n); err != nil {
			return 0, err
		}
	}
	at := c.seq.Len() - len(c.prompt)
	if at < 0 {
		c.pending = append(c.pending[:0], c.prompt[len(c.prompt)-1])
		return 0, nil
	}
	i, _ := slices.BinarySearch(c.own, int32(at))
	from := last
	if i < len(c.own) {
		from = min(from, int(c.own[i]))
	}
	to := from + 1
	for i++; i < len(c.own) && int(c.own[i]) == to && to <= last; i++ {
		to++
	}
	if to == last {
		to++
	}
	c.pending = append(c.pending[:0], answer[from:to]...)
	return from - at, nil
}

// forget tells that only n tokens of the answer are left.
func (c *contrast) forget(n int) error {
	c.keepOwn(n)
	return c.seq.Truncate(len(c.prompt) + n)
}

// begin makes room for a row's logits.
func (c *contrast) begin(l *Loop) {
	c.net = l.net
	c.scratch = make([]float32, 2*l.net.Width())
	if n := len(l.rooms); n > 0 {
		c.logits, l.rooms = l.rooms[n-1], l.rooms[:n-1]
		return
	}
	c.logits = make([]float32, l.net.Config.Vocab)
}

// release gives everything back.
func (c *contrast) release(l *Loop) {
	c.suspend()
	if c.logits != nil {
		l.rooms = append(l.rooms, c.logits)
		c.logits = nil
	}
}

// suspend gives the pages back. What was computed stays known, to be computed again.
func (c *contrast) suspend() {
	if c.seq != nil {
		c.seq.Close()
		c.seq = nil
	}
	c.pending, c.asked, c.ready = nil, false, false
}

// conclude tells that the choice behind answer can be made: with what the contrast says, if it is used. Else the answer's last
// token is borrowed, too, when a later choice needs it.
func (c *contrast) conclude(answer []int32, used bool) error {
	c.asked, c.ready = false, false
	last := len(answer) - 1
	if last < 0 {
		return nil
	}
	c.keepOwn(last)
	if used {
		c.own = append(c.own, int32(last))
		return nil
	}
	if n := len(c.prompt) + last; c.seq.Len() > n {
		return c.seq.Truncate(n)
	}
	return nil
}

// keepOwn forgets the computed tokens from the n-th of the answer on.
func (c *contrast) keepOwn(n int) {
	for len(c.own) > 0 && int(c.own[len(c.own)-1]) >= n {
		c.own = c.own[:len(c.own)-1]
	}
}

// takeQuestion takes up to room of the tokens that a row's contrast lacks into the step. It returns their number.
func (l *Loop) takeQuestion(r *row, room int) int {
	c := r.contrast
	lent, err := c.next(r.answer)
	if err != nil {
		l.remove(r, err)
		return 0
	}
	n := min(room, len(c.pending))
	if !l.reserve(r, &c.feed, lent+n) {
		return 0
	}
	l.ask(r, lent, n)
	return n
}

// ask puts n pending tokens of a row's contrast into the step, behind as many lent ones.
func (l *Loop) ask(r *row, lent, n int) {
	c := r.contrast
	at := max(0, c.seq.Len()-len(c.prompt))
	if lent > 0 {
		l.loans = append(l.loans, nn.Loan{To: c.seq, From: r.main.seq, At: len(r.Prompt) + at, Tokens: r.answer[at : at+lent]})
	}
	if c.seq.Len()+lent+n < len(c.prompt)+len(r.answer) {
		l.take(r, &c.feed, n, 0)
		return
	}
	// behind all others: its logits are computed in another way
	l.later = append(l.later, nn.Row{Seq: c.seq, Tokens: c.pending[:n:n], Logits: 1})
	l.lateTakers = append(l.lateTakers, taker{r, &c.feed, n})
	l.asking = append(l.asking, r)
}

// fewTokens is the number up to which a step takes hardly longer than with one token.
const fewTokens = 4

// anticipate adds the contrasts of rows that may be about to ask them: of interactive ones, which don't want to wait, and
// where the step is small.
func (l *Loop) anticipate() {
	tokens := 0
	for _, t := range l.takers {
		tokens += t.n
	}
	for _, r := range l.choosers {
		c := r.contrast
		if c == nil || r.slot().Alpha == 0 || c.reading() || len(r.main.pending) > 1 || !r.Interactive && tokens+len(l.later) >= fewTokens {
			continue
		}
		lent, err := c.next(r.answer)
		if err != nil || c.seq.Reserve(lent+len(c.pending)) != nil {
			continue
		}
		if c.seq.Len()+lent+len(c.pending) == len(c.prompt)+len(r.answer) {
			c.ready = true
			l.ask(r, lent, len(c.pending))
		}
	}
}
