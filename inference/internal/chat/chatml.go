package chat

import (
	"regexp"
	"strings"
)

const (
	turnStart = "<|im_start|>"
	turnEnd   = "<|im_end|>\n"

	// noThoughts is what Qwen 3's template writes for an answer without thoughts.
	noThoughts = "<think>\n\n</think>\n\n"
)

// chatML is the format of Qwen, SmolLM and many others. greeting is the system message of a conversation that brings
// none; empty for models that do without. The assistant's next turn begins with start.
func chatML(greeting, start string) format {
	open := func(name string) string { return turnStart + name + "\n" }
	f := format{
		kind:   "chatml",
		open:   [3]string{open("system"), open("user"), open("assistant")},
		close:  [3]string{turnEnd, turnEnd, turnEnd},
		prompt: open("assistant") + start,
	}
	if greeting != "" {
		f.absent = open("system") + greeting + turnEnd
	}
	return f
}

// probeChatML finds out whether write writes ChatML, and with which greeting.
func probeChatML(write func([]Message) ([]Segment, error)) (f format, ok bool) {
	got, err := write([]Message{{"user", "one"}})
	if err != nil {
		return format{}, false
	}
	text, greeting := Join(got), ""
	if rest, found := strings.CutPrefix(text, turnStart+"system\n"); found {
		if greeting, _, found = strings.Cut(rest, turnEnd); !found {
			return format{}, false
		}
	}
	_, start, _ := strings.Cut(text, turnStart+"assistant\n")
	f = chatML(greeting, start)
	return f, f.writesLike(write)
}

// guessChatML recognises ChatML by its marks alone: for templates that can't be executed.
func guessChatML(source string) (format, bool) {
	if !strings.Contains(source, turnStart) || !strings.Contains(source, "<|im_end|>") {
		return format{}, false
	}
	// The greeting stands in the template's own text.
	greeting := ""
	if m := regexp.MustCompile(`<\|im_start\|>system\\n([^{}'"<>]+)<\|im_end\|>`).FindStringSubmatch(source); m != nil {
		greeting = strings.ReplaceAll(m[1], `\n`, "\n")
	}
	start := ""
	if strings.Contains(source, "enable_thinking is false") && strings.Contains(source, `'<think>\n\n</think>\n\n'`) {
		start = noThoughts
	}
	f := chatML(greeting, start)
	f.known = []string{"enable_thinking", "message.content", "last_query_index"} // Qwen 3's
	return f, true
}
