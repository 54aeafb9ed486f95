package chat

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2/exec"
)

// Bounds of a template's execution.
const (
	maxSource = 64 << 10
	maxOutput = 1 << 20
	maxString = 256 << 10 // of a variable
	maxJoins  = 32        // in one tag
	maxItems  = 256       // of lists and arguments, in one tag
	maxDepth  = 64        // of brackets in one tag
	maxRange  = 1000
	maxLoop   = 4096
	maxTime   = 2 * time.Second
)

// The characters that frame a message's number where its content will stand. They are for private use: no template has
// them, and compile refuses one that does.
const (
	markStart = "\uE000"
	markEnd   = "\uE001"
)

var (
	errMarks   = errors.New("it contains characters for private use")
	errSyntax  = errors.New("it isn't spelled as it should be")
	errSource  = errors.New("it is too long")
	errTime    = errors.New("it takes too long")
	errOutput  = errors.New("it writes too much")
	errLeftOut = errors.New("it leaves out a message")
	errRaised  = errors.New("it refuses the conversation")
)

// jinja executes a template that isn't one of the built-in formats.
type jinja struct {
	template *exec.Template
	bos, eos string
}

// within runs fn, turns its panics into errors, and gives up waiting after maxTime. What then still runs ends soon: a
// template of bounded size is parsed in bounded time, and one that is executed looks at its deadline.
func within(fn func() error) error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("it breaks: %v", p)
			}
		}()
		done <- fn()
	}()
	timer := time.NewTimer(maxTime)
	defer timer.Stop()
	select {
	case err := <-done:
		return err
	case <-timer.C:
		return errTime
	}
}

func compile(source, bos, eos string) (*jinja, error) {
	if len(source) > maxSource {
		return nil, errSource
	}
	if strings.Contains(source, markStart) || strings.Contains(source, markEnd) {
		return nil, errMarks
	}
	if err := vet(source); err != nil {
		return nil, err
	}
	// The library finds no last element in a list of one.
	source = strings.ReplaceAll(source, "messages[-1]", "messages[messages|length - 1]")
	j := &jinja{bos: bos, eos: eos}
	err := within(func() (err error) {
		j.template, err = parse(source)
		return err
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// try renders conversations, to know that the template works at all.
func (j *jinja) try() error {
	for _, conversation := range probes()[:3] {
		if _, err := j.write(conversation); err != nil {
			return err
		}
	}
	return nil
}

// write renders a conversation. A template that has no place for a system message gets it at the head of the first
// user message.
func (j *jinja) write(messages []Message) ([]Segment, error) {
	segments, err := j.render(messages)
	if err != nil && len(messages) > 1 && messages[0].Role == "system" && messages[1].Role == "user" {
		folded := append([]Message{{"user", messages[0].Content + "\n\n" + messages[1].Content}}, messages[2:]...)
		if again, err := j.render(folded); err == nil {
			return again, nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTemplate, err)
	}
	return segments, nil
}

// render executes the template over placeholders and puts the contents in afterwards: so the template can't change
// them, and what is trusted and what isn't stays apart. A placeholder is a numbered mark with a space on each side; where
// the template trimmed a space away, the content is trimmed on that side.
func (j *jinja) render(messages []Message) ([]Segment, error) {
	list := make([]any, len(messages))
	for i, m := range messages {
		list[i] = map[string]any{"role": m.Role, "content": " " + markStart + strconv.Itoa(i) + markEnd + " "}
	}
	var out bounded
	err := within(func() error {
		return j.template.Execute(&out, exec.NewContext(map[string]any{
			"messages":              list,
			"add_generation_prompt": true,
			"bos_token":             j.bos,
			"eos_token":             j.eos,
			"tools":                 nil,
			"enable_thinking":       false,
			deadline:                time.Now().Add(maxTime),
		}))
	})
	if err != nil {
		return nil, err
	}
	return fill(out.String(), messages)
}

func fill(text string, messages []Message) ([]Segment, error) {
	var w writer
	seen := make([]bool, len(messages))
	for {
		before, rest, found := strings.Cut(text, markStart)
		if !found {
			w.add(text, true)
			break
		}
		number, after, found := strings.Cut(rest, markEnd)
		i, err := strconv.Atoi(number)
		if !found || err != nil || i < 0 || i >= len(messages) {
			return nil, errMarks
		}
		content := messages[i].Content
		before, spaced := strings.CutSuffix(before, " ")
		if !spaced {
			content = strings.TrimLeftFunc(content, isSpace)
		}
		after, spaced = strings.CutPrefix(after, " ")
		if !spaced {
			content = strings.TrimRightFunc(content, isSpace)
		}
		w.add(before, true)
		w.add(content, false)
		seen[i] = true
		text = after
	}
	for _, ok := range seen {
		if !ok {
			return nil, errLeftOut
		}
	}
	return w.segments, nil
}

// bounded is an output that refuses to grow beyond maxOutput.
type bounded struct{ strings.Builder }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > maxOutput {
		return 0, errOutput
	}
	return b.Builder.Write(p)
}

// WriteString keeps io.WriteString from going past Write's bound.
func (b *bounded) WriteString(s string) (int, error) {
	if b.Len()+len(s) > maxOutput {
		return 0, errOutput
	}
	return b.Builder.WriteString(s)
}
