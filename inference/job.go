package inference

import (
	"fmt"

	"shelftalk/inference/internal/chat"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/sched"
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
	if len(r.Frame) == 0 {
		slot := &sched.Slot{
			Rules: sample.Rules{Stop: append(m.template.Stops(), r.Params.Stop...)}, MaxTokens: r.Params.MaxTokens,
			Params: params(r.Params), Recent: recent(r.Params), Alpha: r.Alpha,
		}
		j.Parts = []sched.Part{{Slot: slot}}
		return j, nil
	}
	for i, p := range r.Frame {
		if p.Slot == nil {
			j.Parts = append(j.Parts, sched.Part{Text: p.Text})
			continue
		}
		slot, err := slotOf(r, *p.Slot)
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

func slotOf(r Request, s Slot) (*sched.Slot, error) {
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
	case s.MaxTokens < 0 || s.Rules.MaxSentences < 0:
		return nil, fmt.Errorf("%w: a negative bound", ErrRequest)
	}
	rules := sample.Rules{
		Stop: s.Stop, Min: s.Length.Min, Max: s.Length.Max, Count: s.Length.Count,
		Numbers: s.Rules.Numbers, Except: s.Rules.Except, OneOf: s.Rules.OneOf, Script: sample.Script(s.Rules.Script),
		SentenceEnd: s.Rules.SentenceEnd, MaxSentences: s.Rules.MaxSentences, NotEmpty: true,
	}
	if len(rules.Stop) == 0 {
		rules.Stop = []string{"\n"}
	}
	if s.Rules.Never != nil {
		rules.Never = s.Rules.Never.set
	}
	most := s.MaxTokens
	if most == 0 {
		most = p.MaxTokens
	}
	return &sched.Slot{Name: s.Name, Rules: rules, MaxTokens: most, Params: params(p), Recent: recent(p), Alpha: alpha}, nil
}

func params(p Params) sample.Params {
	return sample.Params{Penalty: p.RepeatPenalty, TopK: p.TopK, TopP: p.TopP, MinP: p.MinP, Temperature: p.Temperature}
}

// defaultRecent is what RepeatLast is when it isn't set.
const defaultRecent = 64

func recent(p Params) int {
	if p.RepeatLast > 0 {
		return p.RepeatLast
	}
	return defaultRecent
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
