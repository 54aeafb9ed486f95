// Package check judges text with rules that can be explained and repeated: limits, numbers and claims that aren't in the
// product's data, empty and repeated text, wrong language, Markdown left over. Its functions are pure.
package check

// Kind names a rule.
type Kind string

// The rules.
const (
	Empty    Kind = "empty"
	Length   Kind = "length"
	Number   Kind = "number"   // a number that the row doesn't have
	Claim    Kind = "claim"    // quality, material, availability, effect ... that the row doesn't carry
	Banned   Kind = "banned"   // a never-word of the ruleset or the channel
	Repeat   Kind = "repeat"   // the same sentence or bullet twice
	Filler   Kind = "filler"   // a sentence without a traced fact
	Language Kind = "language" // wrong language
	Markup   Kind = "markup"   // Markdown, HTML or a prompt's label left over
	Leak     Kind = "leak"     // a fact of the prompt's example
	Alike    Kind = "sameness" // too like another draft of the catalogue
	Copied   Kind = "copied"   // the supplier's own text, word for word
	Missing  Kind = "missing"  // a word that the ruleset wants isn't there
	Cut      Kind = "cut"      // the text stops in the middle
	Grammar  Kind = "grammar"  // words that do not go together: "a LED"
	// Translated is what a draft in another language than its row's owes to a model's translation.
	Translated Kind = "translated"
)

// Severity ranks findings.
type Severity string

// Must is a finding that stands between a draft and approval; Should is one to look at.
const (
	Must   Severity = "must"
	Should Severity = "should"
)

// Finding is one judgement about one field, with its reason and its cure in words for translation: Code selects the
// sentence, Args fill it.
type Finding struct {
	Kind     Kind
	Severity Severity
	Field    string // "title", "description", "bullet_1" ..., "seo_title", "seo_description"
	// Start and End are byte offsets of the words it is about in the field's text; equal when it is about all of it.
	Start, End int
	Text       string // those words
	Class      string // for Claim: "quality", "material", "availability", "effect" ...; for Translated: what has no translation
	Detail     string // one English sentence: what is wrong and why
	Got, Limit int    // for Length
}
