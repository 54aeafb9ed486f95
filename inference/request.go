package inference

// Role says who speaks in a Message.
type Role string

// The roles of a chat.
const (
	System    Role = "system"
	User      Role = "user"
	Assistant Role = "assistant"
)

// Message is one turn of a chat. Content is data: a special token spelled inside it stays text.
type Message struct {
	Role    Role
	Content string
}

// Request is one generation. Requests whose Messages begin alike share the work on what they have in common.
type Request struct {
	Messages []Message
	// Frame is the fixed text of the answer with its slots. Empty: free text to the end of the turn.
	Frame  []Part
	Params Params
	// Schema, when set, is a JSON schema: the answer is a document that satisfies it, and closed within Params.MaxTokens
	// (with ReasonLength where it is closed by force). Frame and Length must be empty then, and of Rules only Numbers,
	// Never, Except and Script may be used: they hold inside the document's texts.
	//
	// Supported are type (one or several), properties, required, additionalProperties as true or false, items, minItems,
	// maxItems, minLength, maxLength, pattern, minimum, maximum, their exclusive kind, enum and const of plain values, and
	// the keywords that only describe. Any other is refused by name. Keys come in the order of the schema.
	Schema []byte
	// Rules and Length hold the free text of a request without a frame.
	Rules  Rules
	Length Length
	// Seed fixes every random choice of this request, whatever else runs beside it.
	Seed uint64
	// Contrast is the same prompt without the evidence: context-aware decoding (Shi et al., arXiv:2305.14739)
	// scores a token (1+Alpha)·log p(token|Messages) − Alpha·log p(token|Contrast), over tokens with
	// p(token|Messages) ≥ 0.1·max p. Empty, or Alpha 0: plain decoding.
	//
	// The second probability is asked for where more than one token passes. Behind Contrast the model then reads the
	// answer's last token, as it has read those of such places before; all other tokens of the answer, and fixed text, it
	// remembers as it read them behind Messages.
	Contrast []Message
	Alpha    float64
	// Classes, when set, multiply Alpha by what a token is. The two probabilities of the formula are then shares of those
	// of the tokens considered, so that tokens of different weights compare.
	Classes *Classes
}

// Classes are weights of Alpha: 1 leaves it as it is, 0 takes the contrast away.
type Classes struct {
	Function float64 // words that carry grammar ("the", "with", 的), punctuation, the end
	Number   float64 // anything with a digit
	Name     float64 // words that begin with a capital
	Content  float64 // all other words, and pieces of words
}

// Part is a piece of a frame: forced Text, or a Slot for the model to fill (then Text is empty).
type Part struct {
	Text string
	Slot *Slot
}

// Slot is a gap of a frame.
type Slot struct {
	Name string
	// Stop ends the slot; the matched text is not part of it. Empty: "\n". The end of the turn always ends a slot.
	Stop      []string
	MaxTokens int
	Length    Length
	Rules     Rules
	Params    *Params  // nil: the request's
	Alpha     *float64 // nil: the request's
	// Judge, when set, is told the text that the slot could end with, and returns how much is wrong with it. While that is
	// more than 0, the engine takes the text back and writes the slot again where it stands, at most Tries times: nothing
	// before the slot is computed anew. The text with least wrong stands, of equals the first. Such a slot's text streams
	// only when it is settled. Judge is called by one goroutine of the engine, on which every other row waits: it must be
	// quick, and return the same for the same text.
	Judge func(text string) float64
	Tries int
	// Warmer is added to the temperature with every try: at temperature 0 nothing else makes them differ.
	Warmer float64
}

// Length bounds a slot's text in the unit of Count (nil: Unicode code points). A zero bound is none. The slot can't end
// before Min, and from nine tenths of Max on only a continuation that can still end within Max is legal. Count is called by
// one goroutine of the engine; the string is valid during the call only.
type Length struct {
	Min, Max int
	Count    func(string) int
}

// Script is a set of writing systems.
type Script uint8

// The scripts a slot may be held to. Digits, punctuation and units belong to all of them.
const (
	Latin Script = 1 << iota
	Han
)

// Rules hold a slot's text while it is decoded. The zero value allows everything.
type Rules struct {
	// Numbers, when not nil, makes every digit run a prefix of one of these strings ("18", "1,299.00") and lets it end
	// only where it equals one. An empty, non-nil list allows no digit.
	Numbers []string
	// Never are phrases that can't be written: case, spacing, full width and token borders don't matter. A word that only
	// begins with one may be: whether it does is known when it ends, and until then it isn't streamed.
	Never *Phrases
	// Except are phrases of Never that are allowed here, because the row carries them.
	Except []string
	// OneOf limits the slot to exactly one of these strings.
	OneOf []string
	// Script, when not zero, masks letters of every other script.
	Script Script
	// Words, when not nil, are the Latin words that may stand in a text whose Script is without Latin, spelt as here: names,
	// models, units. Nil: up to five Latin letters behind a digit.
	Words []string
	// SentenceEnd lets the slot end only behind a sentence's end (. ! ? 。 ！ ？ and closing quotes).
	SentenceEnd bool
	// MaxSentences ends the slot behind its n-th sentence. Zero: no bound.
	MaxSentences int
	// NoRepeat refuses a sentence that the slot holds already.
	NoRepeat bool
}

// Params steer sampling. The zero value is greedy decoding. What is set is applied in llama.cpp's order: bias, repetition
// penalties, DRY, TopNSigma, TopK, Typical, TopP, MinP, XTC, temperature.
type Params struct {
	Temperature      float64 // 0: greedy
	TopK             int     // 0: off
	TopP             float64 // 0 or 1: off
	MinP             float64 // 0: off
	Typical          float64 // locally typical sampling (arXiv:2202.00666): the share kept; 0 or 1: off
	TopNSigma        float64 // keeps logits within so many standard deviations of the top (arXiv:2411.07641); 0: off
	XTC              XTC
	RepeatPenalty    float64 // 0 or 1: off; over the last RepeatLast tokens of the answer
	FrequencyPenalty float64 // taken off a token's logit for each time that it is among them; 0: off
	PresencePenalty  float64 // taken off once; 0: off
	RepeatLast       int     // 0: 64
	DRY              DRY
	Mirostat         Mirostat
	Bias             map[int32]float64 // added to the logits of tokens (Model.Tokens gives their ids)
	Stop             []string
	MaxTokens        int // 0: up to the context's end
	// LogProbs, when not zero, adds to the answer the log-probability of each token, and as many alternatives less one:
	// 1 is the token alone.
	LogProbs int
}

// XTC takes away, with a probability, all but the least likely of the tokens that have at least Threshold (0: 0.1; above
// one half it does nothing).
type XTC struct{ Probability, Threshold float64 }

// DRY discourages a repetition of n tokens from going on, by Multiplier·Base^(n−Allowed) off the logit of the token that
// would do so. Multiplier 0: off.
type DRY struct {
	Multiplier float64
	Base       float64 // 0: 1.75
	Allowed    int     // 0: 2
	Last       int     // tokens of the answer to look back on; 0: all
	// Breakers are texts that no repetition reaches over; nil: "\n", ":", "\"" and "*".
	Breakers []string
}

// Mirostat holds the text's surprise near Tau bits (the second algorithm of arXiv:2007.14966), in the place of TopNSigma,
// TopK, Typical, TopP, MinP and XTC. Tau 0: off.
type Mirostat struct {
	Tau float64
	Eta float64 // 0: 0.1
}

// Reason says why a text ended.
type Reason string

// The reasons.
const (
	ReasonStop   Reason = "stop"   // a stop string, or the frame's end
	ReasonEnd    Reason = "end"    // the model ended its turn
	ReasonLength Reason = "length" // MaxTokens or Length.Max
)

// Chunk is a piece of a streamed answer. The texts of a slot's chunks, joined, are the slot's text.
type Chunk struct {
	Slot   string // "" in free text
	Text   string
	Done   bool // the slot (or the free text) ends here
	Reason Reason
	// Probs are the tokens that have become certain, where Params.LogProbs asks for them. Text need not end where they do.
	Probs []TokenProb
}

// TokenProb is a chosen token. Forced text isn't chosen.
type TokenProb struct {
	Text    string
	LogProb float64 // under the plain prompt, without penalties and rules
	Top     []Alternative
}

// Alternative is one of the likeliest tokens in a place.
type Alternative struct {
	Text    string
	LogProb float64
}

// SlotText is a filled slot. Text is trimmed of the space that surrounds it.
type SlotText struct {
	Name   string
	Text   string
	Reason Reason
	Tokens int
	// LogProb is the sum of the chosen tokens' log-probabilities under the plain prompt.
	LogProb float64
	Probs   []TokenProb // where Params.LogProbs asks for them
}

// Result is the answer to the Index-th request of a batch. Err is the row's own error: the batch goes on.
type Result struct {
	Index int
	Text  string     // free text, or the whole frame as written
	Slots []SlotText // free text is one without a name
	// Prompt and Generated count tokens; Cached of Prompt came from a shared prefix.
	Prompt, Cached, Generated int
	Err                       error
}

// Slot returns the text of the named slot, or "".
func (r Result) Slot(name string) string {
	for _, s := range r.Slots {
		if s.Name == name {
			return s.Text
		}
	}
	return ""
}

// BatchOptions steer Model.Batch.
type BatchOptions struct {
	// Rows is the number of requests decoded together. 0: the engine's choice, the smallest number that writes about as
	// fast as any, found out in the first steps.
	Rows int
	// OnStep, when set, is called after every step from the engine's goroutine: be quick.
	OnStep func(Progress)
	// OnText, when set, is called with a row's current slot and that slot's text so far, after each of its tokens.
	OnText func(index int, slot, text string)
}

// Progress counts a running batch.
type Progress struct {
	Active    int // rows being decoded
	Prefilled int // prompt tokens computed so far
	Generated int // tokens sampled so far
	// TokensPerSecond is Generated over the last seconds.
	TokensPerSecond float64
}
