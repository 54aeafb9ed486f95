package chat

import (
	"fmt"
	"strings"
	"unicode"
)

// role numbers the speakers.
type role int

const (
	system role = iota
	user
	assistant
)

func roleOf(name string) role {
	switch name {
	case "system":
		return system
	case "user":
		return user
	}
	return assistant
}

// place says where a system message at the head of a conversation is written.
type place int

const (
	ownTurn   place = iota
	firstUser       // in front of the first user message, trimmed together with it
	firstRaw        // the same, but only the user's message is trimmed
	lastUser        // in front of the last user message
)

// format is a way to write conversations: what stands in front of each speaker's text and behind it.
type format struct {
	kind        string
	begin       string    // of a conversation
	open, close [3]string // both empty for a role that must not speak there
	prompt      string    // begins the assistant's next turn
	trim        [3]bool   // white space around the text is dropped
	place       place
	glue        string // between a system message and the user's message that it is put in front of
	alternate   bool   // user and assistant must take turns, the user first
	opening     string // instead of open[system] at the head of a conversation
	absent      string // what stands there when there is no system message
	known       []string
}

func (f format) write(messages []Message) ([]Segment, error) {
	var w writer
	w.add(f.begin, true)
	head := ""
	hasHead := messages[0].Role == "system"
	if hasHead && (f.place != ownTurn || f.opening != "") {
		head, messages = messages[0].Content, messages[1:]
	} else {
		hasHead = false
	}
	switch {
	case f.place == ownTurn && hasHead:
		w.add(f.opening, true)
		w.add(f.strip(system, head), false)
		w.add(f.close[system], true)
	case f.place == ownTurn && (len(messages) == 0 || messages[0].Role != "system"):
		w.add(f.absent, true)
	}
	at := -1 // the message that the head is put in front of
	if hasHead && f.place != ownTurn {
		if at = 0; f.place == lastUser {
			at = len(messages) - 1
		}
		if len(messages) == 0 || messages[at].Role != "user" {
			return nil, fmt.Errorf("%w: %w", ErrTemplate, errLeftOut)
		}
	}
	for i, m := range messages {
		r := roleOf(m.Role)
		if f.alternate && (r == user) != (i%2 == 0) || f.open[r] == "" && f.close[r] == "" {
			return nil, fmt.Errorf("%w: %w: a message of the role %q there", ErrTemplate, errRaised, m.Role)
		}
		w.add(f.open[r], true)
		if i == at {
			f.join(&w, head, m.Content)
		} else {
			w.add(f.strip(r, m.Content), false)
		}
		w.add(f.close[r], true)
	}
	w.add(f.prompt, true)
	return w.segments, nil
}

// join writes a system message and the user's as one.
func (f format) join(w *writer, head, text string) {
	if f.trim[user] {
		text = strings.TrimRightFunc(text, isSpace)
		if f.place == firstUser {
			head = strings.TrimLeftFunc(head, isSpace)
		} else {
			text = strings.TrimLeftFunc(text, isSpace)
		}
	}
	w.add(head, false)
	w.add(f.glue, true)
	w.add(text, false)
}

func (f format) strip(r role, text string) string {
	if f.trim[r] {
		return strings.TrimFunc(text, isSpace)
	}
	return text
}

// isSpace reports whether Jinja's trim drops r.
func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1C <= r && r <= 0x1F }

// formats lists the ways that source's marks allow, the likeliest first. bos and eos are the spellings of the tokens.
func formats(source, bos, eos string) []format {
	has := func(marks ...string) bool {
		for _, m := range marks {
			if !strings.Contains(source, m) {
				return false
			}
		}
		return true
	}
	switch {
	case has("<|start_header_id|>", "<|eot_id|>"):
		return llama3(bos)
	case has("<start_of_turn>", "<end_of_turn>"):
		return gemma(bos)
	case has("<|assistant|>", "<|end|>"), has("'|>'", "<|end|>"), has("<|user|>", "<|end|>"):
		return phi3(bos)
	case has("[INST]", "[/INST]"):
		return mistral(bos, eos)
	}
	return nil
}

// llama3 is Meta's format since Llama 3. From 3.1 on a system turn with two dates is always there; today's is pinned, for
// prompts shall have one beginning.
func llama3(bos string) []format {
	header := func(name string) string { return "<|start_header_id|>" + name + "<|end_header_id|>\n\n" }
	const end = "<|eot_id|>"
	plain := format{
		kind: "llama3", begin: bos, trim: [3]bool{true, true, true},
		open:   [3]string{header("system"), header("user"), header("assistant")},
		close:  [3]string{end, end, end},
		prompt: header("assistant"),
		known:  []string{"message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>'"},
	}
	dated := plain
	dated.opening = header("system") + "Cutting Knowledge Date: December 2023\nToday Date: " + pinnedDate + "\n\n"
	dated.absent = dated.opening + end
	dated.known = []string{"Cutting Knowledge Date: December 2023", `"Today Date: " + date_string`}
	return []format{dated, plain}
}

// gemma is Google's format. Gemma 3 puts a system message in front of the first user message; its predecessors refuse one,
// and get the same.
func gemma(bos string) []format {
	const end = "<end_of_turn>\n"
	third := format{
		kind: "gemma", begin: bos, trim: [3]bool{true, true, true}, place: firstRaw, glue: "\n\n", alternate: true,
		open:   [3]string{"<start_of_turn>system\n", "<start_of_turn>user\n", "<start_of_turn>model\n"},
		close:  [3]string{end, end, end},
		prompt: "<start_of_turn>model\n",
		known:  []string{"first_user_prefix if loop.first", "message['content'] | trim"},
	}
	older := third
	older.place = firstUser
	older.known = []string{"System role not supported", "message['content'] | trim"}
	return []format{third, older}
}

// phi3 is Microsoft's format, of which files have several: with or without a beginning token, with line breaks or none
// (Phi-4-mini), and without a turn for system messages (the first Phi-3).
func phi3(bos string) []format {
	turns := func(begin, line string, place place) format {
		end := "<|end|>" + line
		f := format{
			kind: "phi3", begin: begin, place: place, glue: "\n\n",
			open:   [3]string{"<|system|>" + line, "<|user|>" + line, "<|assistant|>" + line},
			close:  [3]string{end, end, end},
			prompt: "<|assistant|>" + line,
		}
		if place != ownTurn {
			f.open[system], f.close[system] = "", ""
		}
		return f
	}
	list := []format{
		turns("", "\n", ownTurn), turns(bos, "\n", ownTurn), turns("", "\n", firstUser), turns(bos, "\n", firstUser),
		turns("", "", ownTurn), turns(bos, "", ownTurn),
	}
	list[0].known = []string{"'<|system|>\n' + message['content'] + '<|end|>\n'", "'<|user|>\n' + message['content'] + '<|end|>\n'"}
	return list
}

// mistral is Mistral's format: of its first tokenizer (as first published, and as published later), of its third, of
// Tekken, and of the seventh version, which has a turn for system messages.
func mistral(bos, eos string) []format {
	turns := func(open, close, answer string, place place) format {
		return format{
			kind: "mistral", begin: bos, place: place, glue: "\n\n", alternate: true,
			open: [3]string{"", open, answer}, close: [3]string{"", close, eos},
		}
	}
	third := turns("[INST] ", "[/INST]", " ", lastUser)
	third.trim[assistant] = true
	seventh := turns("[INST] ", "[/INST]", " ", ownTurn)
	seventh.open[system], seventh.close[system], seventh.alternate = "[SYSTEM_PROMPT] ", "[/SYSTEM_PROMPT]", false
	list := []format{
		turns("[INST] ", " [/INST]", "", firstUser), turns(" [INST] ", " [/INST]", " ", firstUser), third,
		turns("[INST]", "[/INST]", "", lastUser), seventh,
	}
	list[2].known = []string{`loop.last and system_message is defined`, `"[INST] " + system_message`, `"[/INST]"`, `|trim + eos_token`}
	list[3].known = []string{`loop.last and system_message is defined`, `"[INST]" + system_message`, `"[/INST]"`, `message["content"] + eos_token`}
	return list
}

// isKnown reports whether source is a published template, which the format equals, that the library can't execute.
func (f format) isKnown(source string) bool {
	for _, k := range f.known {
		if !strings.Contains(source, k) && !strings.Contains(source, strings.ReplaceAll(k, "\n", `\n`)) {
			return false
		}
	}
	return len(f.known) > 0
}

// probes are conversations that tell formats apart.
func probes() [][]Message {
	return [][]Message{
		{{"user", " one "}},
		{{"user", " one "}, {"assistant", " two "}, {"user", " three "}},
		{{"system", " zero "}, {"user", " one "}},
		{{"system", " zero "}, {"user", " one "}, {"assistant", " two "}, {"user", " three "}},
		{{"user", "one"}, {"user", "two"}},
	}
}

// writesLike reports whether write writes the probes as f does, and refuses what it refuses.
func (f format) writesLike(write func([]Message) ([]Segment, error)) bool {
	for _, conversation := range probes() {
		got, err := write(conversation)
		want, refused := f.write(conversation)
		if (err == nil) != (refused == nil) || err == nil && Join(got) != Join(want) {
			return false
		}
	}
	return true
}
