package inference

import "shelftalk/inference/internal/sample"

// Phrases is a set of phrases that a text may not contain, compiled once and shared by any number of rows.
type Phrases struct{ set *sample.Phrases }

// NewPhrases compiles phrases. Case, spacing, full width and token borders don't matter; where a phrase begins or ends with
// a letter of a script that has words, it does so at a word's border only.
func NewPhrases(phrases []string) *Phrases { return &Phrases{sample.NewPhrases(phrases)} }
