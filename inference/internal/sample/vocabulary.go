package sample

import "strings"

// Vocabulary is what a sampler knows of a model's tokens.
type Vocabulary struct {
	// Breaks are the tokens that end a turn or a line; Marks those that end a sentence and write nothing else but closing
	// quotes and space.
	Breaks, Marks []int32
	// Pauses are the tokens that something whole stands before: Breaks, Marks, commas, dashes and brackets.
	Pauses []int32
}

// NewVocabulary sorts the tokens 0 to n-1, whose bytes bytes returns. ends are those that end a turn.
func NewVocabulary(n int, bytes func(int32) []byte, ends []int32) *Vocabulary {
	v := &Vocabulary{Breaks: append([]int32(nil), ends...)}
	for id := range int32(n) {
		s := string(bytes(id))
		if s == "" {
			continue
		}
		if s[0] == '\n' {
			v.Breaks = append(v.Breaks, id)
			continue
		}
		if strings.HasPrefix(s, " (") || strings.HasPrefix(s, " -") || strings.HasPrefix(s, " –") || strings.IndexAny(s, ",;，；、：（") == 0 {
			v.Pauses = append(v.Pauses, id)
		}
		rest := strings.TrimLeft(s, ".!?。！？")
		if rest != s && len(s)-len(rest) <= 3 && strings.Trim(rest, closers+" \n") == "" {
			v.Marks = append(v.Marks, id)
		}
	}
	v.Pauses = append(append(v.Pauses, v.Breaks...), v.Marks...)
	return v
}

// Best returns the largest logit of ids.
func Best(logits []float32, ids []int32) float32 {
	best := float32(-1e30)
	for _, id := range ids {
		best = max(best, logits[id])
	}
	return best
}
