package inference

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"

	"shelftalk/inference/internal/chat"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/sched"
	"shelftalk/inference/internal/schema"
)

// job translates a request for the scheduler.
func (m *Model) job(r Request) (sched.Job, error) {
	j := sched.Job{Seed: r.Seed}
	err := m.writes()
	if err != nil {
		return j, err
	}
	if j.Prompt, err = m.prompt(r.Messages); err != nil {
		return j, err
	}
	if len(r.Contrast) > 0 && usesContrast(r) {
		if j.Contrast, err = m.prompt(r.Contrast); err != nil {
			return j, fmt.Errorf("contrast: %w", err)
		}
	}
	if r.Schema != nil {
		slot, err := m.document(r)
		j.Parts = []sched.Part{{Slot: slot}}
		return j, err
	}
	if len(r.Frame) == 0 {
		free := Slot{Length: r.Length, Rules: r.Rules}
		slot, err := m.slot(r, free, sample.Rules{Stop: append(m.template.Stops(), r.Params.Stop...)})
		if err != nil {
			return j, err
		}
		j.Parts = []sched.Part{{Slot: slot}}
		return j, nil
	}
	for i, p := range r.Frame {
		if p.Slot == nil {
			j.Parts = append(j.Parts, sched.Part{Text: p.Text})
			continue
		}
		rules := sample.Rules{Stop: p.Slot.Stop, NotEmpty: true}
		if len(rules.Stop) == 0 {
			rules.Stop = []string{"\n"}
		}
		slot, err := m.slot(r, *p.Slot, rules)
		if err != nil {
			return j, fmt.Errorf("part %d, slot %q: %w", i+1, p.Slot.Name, err)
		}
		j.Parts = append(j.Parts, sched.Part{Slot: slot})
	}
	return j, nil
}

// usesContrast reports whether any slot of r weighs the contrast.
func usesContrast(r Request) bool {
	if r.Alpha != 0 {
		return true
	}
	for _, p := range r.Frame {
		if p.Slot != nil && p.Slot.Alpha != nil && *p.Slot.Alpha != 0 {
			return true
		}
	}
	return false
}

// prompt writes a conversation as the model reads it.
func (m *Model) prompt(messages []Message) ([]int32, error) {
	list := make([]chat.Message, len(messages))
	for i, msg := range messages {
		list[i] = chat.Message{Role: string(msg.Role), Content: msg.Content}
	}
	segments, err := m.template.Write(list)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	ids := chat.Encode(m.tokens, segments)
	if len(ids) == 0 {
		return nil, fmt.Errorf("%w: an empty prompt", ErrRequest)
	}
	return ids, nil
}

// slot translates a slot; rules holds what is already known of its rules.
func (m *Model) slot(r Request, s Slot, rules sample.Rules) (*sched.Slot, error) {
	p := r.Params
	if s.Params != nil {
		p = *s.Params
	}
	alpha := r.Alpha
	if s.Alpha != nil {
		alpha = *s.Alpha
	}
	switch {
	case s.Length.Min < 0 || s.Length.Max < 0 || s.Length.Max > 0 && s.Length.Min > s.Length.Max:
		return nil, fmt.Errorf("%w: a length from %d to %d", ErrRequest, s.Length.Min, s.Length.Max)
	case s.Tries < 0 || s.Warmer < 0 || s.MaxTokens < 0 || p.MaxTokens < 0 || s.Rules.MaxSentences < 0 || p.LogProbs < 0 || p.LogProbs > maxLogProbs:
		return nil, fmt.Errorf("%w: a bound out of range", ErrRequest)
	}
	rules.Min, rules.Max, rules.Count = s.Length.Min, s.Length.Max, s.Length.Count
	rules.Numbers, rules.Except, rules.OneOf, rules.Script = s.Rules.Numbers, s.Rules.Except, s.Rules.OneOf, sample.Script(s.Rules.Script)
	rules.Words = s.Rules.Words
	rules.SentenceEnd, rules.MaxSentences, rules.Fresh = s.Rules.SentenceEnd, s.Rules.MaxSentences, s.Rules.NoRepeat
	if s.Rules.Never != nil {
		rules.Never = s.Rules.Never.set
	}
	most := s.MaxTokens
	if most == 0 {
		most = p.MaxTokens
	}
	steer, err := m.params(p)
	if err != nil {
		return nil, err
	}
	out := &sched.Slot{Name: s.Name, Rules: rules, MaxTokens: most, Params: steer, Alpha: alpha, Probs: p.LogProbs > 0, Others: max(0, p.LogProbs-1)}
	out.Judge, out.Tries, out.Warmer = s.Judge, s.Tries, s.Warmer
	if c := r.Classes; c != nil {
		out.Weights = &sample.Weights{Class: m.classes()}
		out.Weights.Of[sample.Function], out.Weights.Of[sample.Number] = c.Function, c.Number
		out.Weights.Of[sample.Name], out.Weights.Of[sample.Content] = c.Name, c.Content
	}
	return out, nil
}

// document translates the slot of a request with a schema.
func (m *Model) document(r Request) (*sched.Slot, error) {
	u := r.Rules
	if len(r.Frame) > 0 || r.Length.Min != 0 || r.Length.Max != 0 || u.OneOf != nil || u.Words != nil || u.SentenceEnd || u.MaxSentences > 0 || u.NoRepeat {
		return nil, fmt.Errorf("%w: a schema beside a frame, a length, or rules that a document can't keep to", ErrRequest)
	}
	s, err := m.schemas.compile(r.Schema)
	if err != nil {
		return nil, refusal(err)
	}
	if n := len(m.Tokens(string(s.Least()))); r.Params.MaxTokens > 0 && n > r.Params.MaxTokens {
		return nil, fmt.Errorf("%w: the shortest document of the schema has %d tokens, at most %d are wanted", ErrRequest, n, r.Params.MaxTokens)
	}
	return m.slot(r, Slot{Rules: u}, sample.Rules{Schema: s})
}

// schemas keeps the schemas compiled last, so that the rows of a batch share one.
type schemas struct {
	mu   sync.Mutex
	list map[string]*schema.Schema
}

// maxSchemas is the number of schemas kept.
const maxSchemas = 16

func (c *schemas) compile(source []byte) (*schema.Schema, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, ok := c.list[string(source)]; ok {
		return s, nil
	}
	s, err := schema.Compile(source)
	if err != nil {
		return nil, err
	}
	if c.list == nil || len(c.list) >= maxSchemas {
		c.list = map[string]*schema.Schema{}
	}
	c.list[string(source)] = s
	return s, nil
}

// maxLogProbs bounds Params.LogProbs.
const maxLogProbs = 64

// params translates sampling parameters.
func (m *Model) params(p Params) (sample.Params, error) {
	out := sample.Params{
		Repeat: p.RepeatPenalty, Frequency: p.FrequencyPenalty, Presence: p.PresencePenalty, Last: cmp.Or(max(0, p.RepeatLast), 64),
		Sigma: p.TopNSigma, TopK: p.TopK, Typical: p.Typical, TopP: p.TopP, MinP: p.MinP, Temperature: p.Temperature,
		XTC:      sample.XTC{Probability: p.XTC.Probability, Threshold: cmp.Or(p.XTC.Threshold, 0.1)},
		Mirostat: sample.Mirostat{Tau: p.Mirostat.Tau, Eta: cmp.Or(p.Mirostat.Eta, 0.1)},
		DRY: sample.DRY{
			Multiplier: p.DRY.Multiplier, Base: cmp.Or(p.DRY.Base, 1.75), Allowed: cmp.Or(p.DRY.Allowed, 2), Last: p.DRY.Last,
			Breakers: p.DRY.Breakers, Bytes: m.tokens.Bytes,
		},
	}
	if out.DRY.Breakers == nil {
		out.DRY.Breakers = []string{"\n", ":", "\"", "*"}
	}
	if slices.Contains(out.DRY.Breakers, "") || out.DRY.Base < 1 || out.DRY.Allowed < 0 {
		return out, fmt.Errorf("%w: DRY with base %v, %d tokens allowed, breakers %q", ErrRequest, out.DRY.Base, out.DRY.Allowed, out.DRY.Breakers)
	}
	for id, add := range p.Bias {
		if id < 0 || int(id) >= m.info.Vocab || math.IsNaN(add) {
			return out, fmt.Errorf("%w: a bias of %v for token %d of %d", ErrRequest, add, id, m.info.Vocab)
		}
		out.Bias = append(out.Bias, sample.Bias{ID: id, Add: float32(add)})
	}
	slices.SortFunc(out.Bias, func(a, b sample.Bias) int { return cmp.Compare(a.ID, b.ID) })
	return out, nil
}

func reasonOf(r sched.Reason) Reason {
	switch r {
	case sched.Ended:
		return ReasonEnd
	case sched.Cut:
		return ReasonLength
	default:
		return ReasonStop
	}
}
