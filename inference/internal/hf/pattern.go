package hf

import "strings"

// wordsGPT2 is what the byte-level stage cuts by where nothing else is said.
const wordsGPT2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

// pattern is a known way of cutting text into words.
type pattern struct {
	name       string // GGUF's
	expression string
	digits     bool // digits are cut off first, one by one
	composed   bool // characters are composed before
	whole      bool // a word that is a token isn't merged
}

// patterns lists the ways of the families.
func patterns() []pattern {
	const (
		endings = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
		gaps    = `|\s*[\r\n]+|\s+(?!\S)|\s+`
		qwen2   = endings + `|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*` + gaps
		upper   = `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`
		lower   = `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`
		signs   = `| ?[^\s\p{L}\p{N}]+[\r\n/]*` + gaps
		begin   = `[^\r\n\p{L}\p{N}]?` + upper
		capital = `|` + begin + `+` + lower + `*`
		small   = begin + `*` + lower + `+`
		tekken  = small + capital + `|\p{N}` + signs
		gpt4o   = small + endings + `?` + capital + endings + `?|\p{N}{1,3}` + signs
	)
	llama := strings.Replace(qwen2, `|\p{N}|`, `|\p{N}{1,3}|`, 1)
	list := []pattern{
		{name: "qwen2", expression: qwen2, composed: true},
		{name: "llama-bpe", expression: llama, whole: true},
		{name: "smaug-bpe", expression: llama},
		{name: "tekken", expression: tekken, whole: true}, // Mistral Nemo
		{name: "gpt-4o", expression: gpt4o},               // Phi 4 mini
	}
	// GPT-2's own, and the same written shorter.
	for _, words := range []string{wordsGPT2, `'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`} {
		list = append(list, pattern{name: "smollm", expression: words, digits: true}, pattern{name: "gpt-2", expression: words})
	}
	return list
}
