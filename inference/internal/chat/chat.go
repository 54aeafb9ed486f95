// Package chat writes a conversation as the model's training did: the turns between the model's own marks.
//
// A model file carries a template for that, written in Jinja. Nearly every template of the models that this program is
// made for comes down to one of five formats: ChatML, Llama 3's, Gemma's, Phi-3's and Mistral's. New finds that out by the
// template's marks and by rendering probes, and then uses its own formatter. Any other template is executed, locked down:
// it sees no file, no other template, no clock, and has bounds on time, output and memory. One that can't be executed is
// replaced by plain text, with a Notice to show.
//
// Models that think aloud before they answer are asked not to, where their template has a switch for it.
//
// A conversation comes out as segments. What the template wrote is trusted: a control token spelled there is that token.
// What a message says is data and stays text whatever it spells. Two conversations that begin with the same messages
// begin with the same segments, so that they can share a prefix.
package chat

import (
	"errors"
	"fmt"
	"strings"

	"shelftalk/inference/internal/token"
)

var (
	// ErrRole means a message whose role isn't system, user or assistant.
	ErrRole = errors.New("unknown role")
	// ErrEmpty means a conversation without messages.
	ErrEmpty = errors.New("no messages")
	// ErrTemplate means that the model's template refused the conversation, or broke one of its bounds.
	ErrTemplate = errors.New("the model's chat template can't write this conversation")
)

// Message is one turn. Role is system, user or assistant.
type Message struct{ Role, Content string }

// Segment is a piece of a written conversation. Trusted text comes from the template, any other from a message.
type Segment = token.Part

// Encoder is what Encode needs of a tokenizer.
type Encoder interface {
	AppendParts(dst []int32, parts []token.Part) []int32
	AddBOS() bool
	BOS() int32
}

// Encode returns the ids of a conversation: control tokens in trusted segments only.
func Encode(t Encoder, segments []Segment) []int32 {
	ids := t.AppendParts(nil, segments)
	if t.AddBOS() && (len(ids) == 0 || ids[0] != t.BOS()) {
		ids = append([]int32{t.BOS()}, ids...)
	}
	return ids
}

// Join returns the segments as one text.
func Join(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Template writes conversations for one model. It is safe for concurrent use.
type Template struct {
	write  func([]Message) ([]Segment, error)
	kind   string
	notice string
	stops  []string
}

// New reads a model's template; bos and eos are the spellings of its tokens. It always returns a Template that works:
// see Notice.
func New(source, bos, eos string) *Template {
	if strings.TrimSpace(source) == "" {
		return plain("The model file has no chat template: prompts are written as plain text.")
	}
	j, err := compile(source, bos, eos)
	if err == nil {
		err = j.try()
	}
	if err != nil {
		return guess(source, bos, eos, err)
	}
	if f, ok := probeChatML(j.write); ok {
		return builtIn(f)
	}
	for _, f := range formats(source, bos, eos) {
		if f.writesLike(j.write) {
			return builtIn(f)
		}
	}
	return &Template{write: j.write, kind: "template"}
}

// builtIn is a Template of a built-in format. A model whose vocabulary lacks the mark that ends a turn writes it as text.
func builtIn(f format) *Template {
	t := &Template{write: f.write, kind: f.kind}
	if mark := strings.TrimSpace(f.close[assistant]); mark != "" {
		t.stops = []string{mark}
	}
	return t
}

// guess finds a format by the marks of a template that can't be executed because of err.
func guess(source, bos, eos string, err error) *Template {
	f, ok := guessChatML(source)
	if !ok {
		list := formats(source, bos, eos)
		for _, f := range list {
			if f.isKnown(source) {
				return builtIn(f)
			}
		}
		if len(list) == 0 {
			return plain(fmt.Sprintf("The model's chat template can't be used (%v): prompts are written as plain text.", err))
		}
		f = list[0]
	}
	t := builtIn(f)
	if !f.isKnown(source) {
		t.notice = fmt.Sprintf("The model's chat template can't be executed, but its marks are those of %s: prompts are written that way.", f.kind)
	}
	return t
}

// Kind is "chatml", "llama3", "gemma", "phi3", "mistral", "template" (the file's own, executed) or "plain".
func (t *Template) Kind() string { return t.kind }

// Notice is a sentence for the user where the file's template isn't followed; usually empty.
func (t *Template) Notice() string { return t.notice }

// Stops are texts that end the assistant's turn beside the model's own end tokens.
func (t *Template) Stops() []string { return t.stops }

// Write writes a conversation up to the place where the assistant's next turn begins.
func (t *Template) Write(messages []Message) ([]Segment, error) {
	if len(messages) == 0 {
		return nil, ErrEmpty
	}
	for i, m := range messages {
		if m.Role != "system" && m.Role != "user" && m.Role != "assistant" {
			return nil, fmt.Errorf("message %d, role %q: %w", i, m.Role, ErrRole)
		}
	}
	return t.write(messages)
}

// writer collects segments, joining neighbours of one kind.
type writer struct{ segments []Segment }

func (w *writer) add(text string, trusted bool) {
	if text == "" {
		return
	}
	if n := len(w.segments); n > 0 && w.segments[n-1].Trusted && trusted {
		w.segments[n-1].Text += text
		return
	}
	w.segments = append(w.segments, Segment{Text: text, Trusted: trusted})
}

// plain writes a conversation without marks: "User: …", "Assistant: …".
func plain(notice string) *Template {
	return &Template{kind: "plain", notice: notice, stops: []string{"\nUser:"}, write: func(messages []Message) ([]Segment, error) {
		var w writer
		for _, m := range messages {
			switch m.Role {
			case "user":
				w.add("User: ", true)
			case "assistant":
				w.add("Assistant: ", true)
			}
			w.add(m.Content, false)
			w.add("\n\n", true)
		}
		w.add("Assistant:", true)
		return w.segments, nil
	}}
}
