package sched

import (
	"strings"

	"shelftalk/inference/internal/sample"
)

// A slot with a judge is written again while something is wrong with it. Its tokens are taken back to its beginning, what
// the cache has of the text before it stays, and the row's random choices go on from where they were: so another text
// comes, and always the same one. The text with least wrong stands; where that isn't the last, its tokens are read again.

// ending is how a slot's text ends: at the first n bytes of text, with mark behind them.
type ending struct {
	text []byte
	n    int
	mark string
	why  Reason
}

// written is a text of a slot that isn't good, with its tokens.
type written struct {
	ending
	wrong float64
	ids   []int32
	logs  []float64
	probs []Prob
	own   []int32 // of the contrast, see there
}

// judged reports whether the current slot may yet be written again.
func (r *row) judged() bool { return r.slot().Judge != nil && r.slot().Tries > 0 }

// again judges the slot's text, and takes it back if the slot is to be written another time. Otherwise it returns how the
// slot ends.
func (r *row) again(e ending) (end ending, again bool, err error) {
	if !r.judged() {
		return e, false, nil
	}
	slot, n := r.slot(), r.guard.Tokens()
	wrong := slot.Judge(strings.TrimSpace(string(e.text[:e.n]) + e.mark))
	if !(wrong > 0) {
		return e, false, nil
	}
	last := r.tries == slot.Tries
	if r.kept == nil || wrong < r.kept.wrong {
		if last {
			return e, false, nil
		}
		e.text = append([]byte(nil), e.text...)
		r.kept = &written{
			ending: e, wrong: wrong, ids: append([]int32(nil), r.answer[len(r.answer)-n:]...),
			logs: append([]float64(nil), r.logs...), probs: append([]Prob(nil), r.probs...),
		}
		if r.contrast != nil {
			r.kept.own = append([]int32(nil), r.contrast.own...)
		}
	}
	if err := r.forget(n); err != nil {
		return e, false, err
	}
	r.clear()
	if last {
		r.restore(r.kept)
		return r.kept.ending, false, nil
	}
	r.tries++
	r.params.Temperature += slot.Warmer
	return e, true, r.reread()
}

// clear makes the current slot as it was before its first token.
func (r *row) clear() {
	r.guard.Restart()
	r.dismiss()
	r.logs, r.best, r.shown = r.logs[:0], sample.Cut{At: -1}, 0
	r.probs, r.bans = nil, r.bans[:0]
}

// restore writes a try's tokens once more.
func (r *row) restore(t *written) {
	for _, id := range t.ids {
		r.guard.Accept(r.loop.tokens.Bytes(id))
	}
	r.logs, r.probs = append(r.logs, t.logs...), t.probs
	r.extend(t.ids)
	if r.contrast != nil {
		r.contrast.own = append(r.contrast.own[:0], t.own...)
	}
}
