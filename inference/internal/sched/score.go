package sched

import (
	"errors"
	"slices"

	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/nn"
	"shelftalk/inference/internal/sample"
)

// Scoring asks how likely labels are behind a prompt. It goes before the rows of batches, and beside interactive ones.
//
// The labels' tokens make a tree, so that what labels begin with in common is computed once; its branches are computed
// together, behind pages that they share.
type Scoring struct {
	Prompt []int32
	Labels [][]int32 // none is empty
	// Canceled, if set, tells that nobody wants the result any more.
	Canceled func() error
	// OnDone is told the log-probability of every token of every label, once, by the loop's goroutine.
	OnDone func(logs [][]float64, err error)
}

// scoring is a Scoring under way.
type scoring struct {
	Scoring
	nodes   []twig // the tree; the first is the prompt's end
	prompt  feed
	begun   bool
	waiting []branch // to be computed
}

// twig is a token in the tree of labels. It is computed if others follow.
type twig struct {
	token    int32
	parent   int
	children []int
	log      float64
}

// branch is a run of twigs, each the only computed one behind the one before, and the text that it stands behind.
type branch struct {
	twigs []int
	stem  *stem
}

// stem is a computed text that branches grow from.
type stem struct {
	seq  *kv.Seq
	left int // branches that still need it
}

// longestRun is the number of tokens of a branch that are computed at once.
const longestRun = 32

// Score queues a scoring. Its OnDone is called for certain, unless an error is returned.
func (l *Loop) Score(s Scoring) error {
	task := &scoring{Scoring: s, nodes: []twig{{parent: -1}}}
	longest := 0
	for _, label := range s.Labels {
		task.grow(label)
		longest = max(longest, len(label))
	}
	if len(s.Prompt)+longest > l.context {
		return ErrContext
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return ErrClosed
	}
	l.scores = append(l.scores, task)
	l.wake.Signal()
	return nil
}

// grow adds a label to the tree.
func (s *scoring) grow(label []int32) {
	at := 0
	for _, id := range label {
		at = s.child(at, id)
	}
}

// child returns the node of a token behind another, which it adds where it is missing.
func (s *scoring) child(at int, id int32) int {
	for _, c := range s.nodes[at].children {
		if s.nodes[c].token == id {
			return c
		}
	}
	c := len(s.nodes)
	s.nodes = append(s.nodes, twig{token: id, parent: at})
	s.nodes[at].children = append(s.nodes[at].children, c)
	return c
}

// logs collects the labels' log-probabilities.
func (s *scoring) logs() [][]float64 {
	out := make([][]float64, len(s.Labels))
	for i, label := range s.Labels {
		at := 0
		for _, id := range label {
			at = s.child(at, id)
			out[i] = append(out[i], s.nodes[at].log)
		}
	}
	return out
}

// score computes a pass of the first scoring. It reports whether there was one that could be computed.
func (l *Loop) score() bool {
	for len(l.scorings) > 0 {
		s := l.scorings[0]
		err := error(nil)
		if s.Canceled != nil {
			err = s.Canceled()
		}
		if err == nil {
			err = l.scorePass(s)
		}
		if errors.Is(err, kv.ErrFull) && l.yieldPages() {
			continue
		}
		if errors.Is(err, kv.ErrFull) && len(l.active) > 0 {
			return false // an interactive row will give its pages back
		}
		if err == nil && (!s.begun || len(s.waiting) > 0) {
			return true
		}
		l.scorings = slices.Delete(l.scorings, 0, 1)
		s.finish(err)
		return true
	}
	return false
}

func (s *scoring) finish(err error) {
	if s.prompt.seq != nil && !s.begun {
		s.prompt.seq.Close()
	}
	for _, b := range s.waiting {
		b.stem.drop()
	}
	if err != nil {
		s.OnDone(nil, err)
		return
	}
	s.OnDone(s.logs(), nil)
}

// drop tells that a branch doesn't need its stem any more.
func (s *stem) drop() {
	if s.left--; s.left == 0 {
		s.seq.Close()
	}
}

// yieldPages sends the youngest row of a batch back to waiting.
func (l *Loop) yieldPages() bool {
	for i := len(l.active) - 1; i >= 0; i-- {
		if a := l.active[i]; !a.Interactive {
			l.active = slices.Delete(l.active, i, i+1)
			a.suspend()
			l.waiting = append(l.waiting, a)
			return true
		}
	}
	return false
}

// scorePass computes a run of the prompt, or some branches.
func (l *Loop) scorePass(s *scoring) error {
	room := l.net.MaxTokens()
	if l.interactive() && l.perToken > 0 {
		room = min(room, max(smallStep, int(patience/l.perToken)))
	}
	if !s.begun {
		return l.scorePrompt(s, room)
	}
	return l.scoreBranches(s, room)
}

func (l *Loop) scorePrompt(s *scoring, room int) error {
	f := &s.prompt
	if f.seq == nil {
		f.prompt = s.Prompt
		f.open(l.cache)
	}
	n := min(room, len(f.pending))
	if err := f.seq.Reserve(n); err != nil {
		return err
	}
	last := 0
	if n == len(f.pending) {
		last = 1
	}
	l.net.Forward([]nn.Row{{Seq: f.seq, Tokens: f.pending[:n], Logits: last}})
	f.pending = f.pending[n:]
	if last > 0 {
		l.scoreTwigs(s, []int{0})
		s.begun = true
		s.branch(0, f.seq)
	}
	return nil
}

// branch puts the branches behind a computed node, whose text seq holds, on the list. seq is the scoring's from now on.
func (s *scoring) branch(node int, seq *kv.Seq) {
	from := &stem{seq: seq}
	for _, c := range s.nodes[node].children {
		if len(s.nodes[c].children) == 0 {
			continue
		}
		run := []int{c}
		for len(run) < longestRun {
			next, n := 0, 0
			for _, d := range s.nodes[run[len(run)-1]].children {
				if len(s.nodes[d].children) > 0 {
					next, n = d, n+1
				}
			}
			if n != 1 {
				break
			}
			run = append(run, next)
		}
		from.left++
		s.waiting = append(s.waiting, branch{run, from})
	}
	if from.left == 0 {
		seq.Close()
	}
}

// scoreBranches computes as many of the branches found last as there is room for.
func (l *Loop) scoreBranches(s *scoring, room int) error {
	var rows []nn.Row
	var taken []branch
	var twigs []int
	computed := false
	defer func() {
		if !computed { // a fault
			for i := range rows {
				rows[i].Seq.Discard()
				taken[i].stem.drop()
			}
		}
	}()
	for len(s.waiting) > 0 {
		b := s.waiting[len(s.waiting)-1]
		seq := b.stem.seq.Fork()
		tokens := s.text(b)[seq.Len():] // more than the run where there was no page for a copy
		err := seq.Reserve(len(tokens))
		if err != nil || len(tokens) > room {
			seq.Discard()
			if len(rows) > 0 {
				break
			}
			if err == nil {
				err = kv.ErrFull
			}
			return err
		}
		room -= len(tokens)
		rows = append(rows, nn.Row{Seq: seq, Tokens: tokens, Logits: len(b.twigs)})
		taken, twigs = append(taken, b), append(twigs, b.twigs...)
		s.waiting = s.waiting[:len(s.waiting)-1]
	}
	if len(rows) == 0 {
		return nil
	}
	l.net.Forward(rows)
	l.scoreTwigs(s, twigs)
	computed = true
	for i, b := range taken {
		b.stem.drop()
		s.branch(b.twigs[len(b.twigs)-1], rows[i].Seq)
	}
	return nil
}

// text is the prompt and the labels' tokens up to a branch's end.
func (s *scoring) text(b branch) []int32 {
	var back []int32
	for at := b.twigs[len(b.twigs)-1]; at > 0; at = s.nodes[at].parent {
		back = append(back, s.nodes[at].token)
	}
	slices.Reverse(back)
	return slices.Concat(s.Prompt, back)
}

// scoreTwigs gives the tokens behind computed nodes, whose residuals are kept in their order, their log-probabilities.
func (l *Loop) scoreTwigs(s *scoring, twigs []int) {
	for from := 0; from < len(twigs); from += l.net.MaxLogits() {
		some := twigs[from:min(len(twigs), from+l.net.MaxLogits())]
		l.net.Logits(from, len(some))
		l.net.Each(len(some), func(i int) {
			logits := l.net.Row(i)
			total := sample.LogSum(logits)
			for _, c := range s.nodes[some[i]].children {
				s.nodes[c].log = float64(logits[s.nodes[c].token]) - total
			}
		})
	}
}
