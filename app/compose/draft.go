package compose

import (
	"time"

	"shelftalk/app/catalog"
	"shelftalk/app/check"
)

// Language of a draft.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// Ruleset is a brand's voice: saved, cloned, chosen for a job.
type Ruleset struct {
	ID, Name string
	// Tone is a phrase, e.g. "plain and warm", and Audience who reads it, e.g. "people who cycle to work". Written in both
	// languages ("plain and warm / 平实、亲切"), each draft takes its own.
	Tone     string
	Audience string
	Never    []string // words and phrases that must not be written
	Must     []string // words that the description must carry
	// Careful is the truth dial, 0 (lively) to 1 (careful): it sets how bold the model's choices are, how many words that the
	// row doesn't have a sentence may bring before it is written again, and in Chinese the weight of context-aware decoding.
	Careful float64
	// Hooks is how many sentences without a traced fact a description may have.
	Hooks int
}

// Brief is everything that one generation depends on.
type Brief struct {
	Product  catalog.Product
	Template string // "product-page"
	Channel  string // channel.Channel.ID
	Ruleset  Ruleset
	Language Language
	Variants int    // candidates kept, at least 1
	Seed     uint64 // of the job; the row's own seed follows from it and the product's key
}

// Field names, in the order of writing. Bullets are "bullet_1" to "bullet_5".
const (
	FieldTitle          = "title"
	FieldDescription    = "description"
	FieldSEOTitle       = "seo_title"
	FieldSEODescription = "seo_description"
)

// Field is one written field.
type Field struct {
	Name string
	Text string
}

// Variant is one candidate for a draft's text, with what the checks say of it.
type Variant struct {
	Fields   []Field
	Findings []check.Finding
	Seed     uint64
	Repaired int // how many times fields were made again
}

// Text returns the text of the named field, or "".
func (v Variant) Text(name string) string {
	for _, f := range v.Fields {
		if f.Name == name {
			return f.Text
		}
	}
	return ""
}

// Status of a draft.
type Status string

// The states of a draft.
const (
	StatusDraft    Status = "draft"
	StatusEdited   Status = "edited"
	StatusApproved Status = "approved"
	StatusExported Status = "exported"
)

// Draft is the copy for one brief.
type Draft struct {
	ID         string // product key, channel, template and language: one draft each
	ProductKey string
	Row        int // of the source file
	Template   string
	Channel    string
	RulesetID  string
	Language   Language
	Variants   []Variant
	Chosen     int
	Status     Status
	Model      string // file name of the model that wrote it
	JobID      string
	Seconds    float64 // time that its generation took
	Tokens     int
	Created    time.Time
	Updated    time.Time
}

// Current is the chosen variant.
func (d *Draft) Current() Variant {
	if d.Chosen < 0 || d.Chosen >= len(d.Variants) {
		return Variant{}
	}
	return d.Variants[d.Chosen]
}
