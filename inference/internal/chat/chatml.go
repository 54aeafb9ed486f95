package chat

import (
	"regexp"
	"slices"
	"strings"
)

const (
	turnStart = "<|im_start|>"
	turnEnd   = "<|im_end|>\n"
)

// chatML is the format of Qwen, SmolLM and many others. greeting is the system message of a conversation that brings
// none; empty for models that do without.
func chatML(greeting string) *Template {
	return &Template{kind: "chatml", write: func(messages []Message) ([]Segment, error) {
		var w writer
		if greeting != "" && messages[0].Role != "system" {
			w.add(turnStart+"system\n"+greeting+turnEnd, true)
		}
		for _, m := range messages {
			w.add(turnStart+m.Role+"\n", true)
			w.add(m.Content, false)
			w.add(turnEnd, true)
		}
		w.add(turnStart+"assistant\n", true)
		return w.segments, nil
	}}
}

// probeChatML finds out whether write writes ChatML, and with which greeting.
func probeChatML(write func([]Message) ([]Segment, error)) (greeting string, ok bool) {
	bare := []Message{{"user", "one"}}
	got, err := write(bare)
	if err != nil {
		return "", false
	}
	text := Join(got)
	if rest, found := strings.CutPrefix(text, turnStart+"system\n"); found {
		if greeting, _, found = strings.Cut(rest, turnEnd); !found {
			return "", false
		}
	}
	for _, conversation := range [][]Message{
		bare,
		{{"user", "one"}, {"assistant", "two"}, {"user", "three"}},
		{{"system", "zero"}, {"user", "one"}},
		{{"system", "zero"}, {"user", "one"}, {"assistant", "two"}, {"user", "three"}},
	} {
		got, err := write(conversation)
		if err != nil {
			return "", false
		}
		want, _ := chatML(greeting).write(conversation)
		if !slices.Equal(got, want) {
			return "", false
		}
	}
	return greeting, true
}

// greetingSource finds the greeting in a ChatML template's own text.
var greetingSource = regexp.MustCompile(`<\|im_start\|>system\\n([^{}'"<>]+)<\|im_end\|>`)

// guessChatML recognises ChatML by its marks alone: for templates that can't be executed. nil where they are missing.
func guessChatML(source string) *Template {
	if !strings.Contains(source, turnStart) || !strings.Contains(source, "<|im_end|>") {
		return nil
	}
	greeting := ""
	if m := greetingSource.FindStringSubmatch(source); m != nil {
		greeting = strings.ReplaceAll(m[1], `\n`, "\n")
	}
	t := chatML(greeting)
	t.notice = "The model's chat template can't be executed, but its marks are those of ChatML: prompts are written that way."
	return t
}
