package inferencetest

import (
	"fmt"
	"strings"
)

// controls are the last tokens: begin of text, and the marks of ChatML.
func controls() []string { return []string{"<|endoftext|>", "<|im_start|>", "<|im_end|>"} }

// vocabulary returns the tokens, in the byte-level alphabet, and the merges: every byte, some pairs and words of English,
// and two Chinese characters, whose bytes merge step by step.
func vocabulary() (tokens, merges []string) {
	for b := range 256 {
		tokens = append(tokens, letter(b))
	}
	for _, merge := range []string{
		"Ġ|t", "h|e", "Ġt|he", "i|n", "a|n", "e|r", "r|e", "o|n", "Ġ|a", "Ġa|n", "Ġan|d", "Ġ|s", "o|r", "e|n", "i|t",
		"in|g", "Ġ|w", "Ġw|it", "Ġwit|h", "e|s", "a|l", "l|e", "Ġ|f", "Ġf|or", "Ġ|i", "Ġi|s", "Ġ|Ġ", "ĠĠ|ĠĠ", "-|-",
		"--|--", "Ċ|Ċ", "t|i", "ti|t", "tit|le", "Ġs|t", "Ġst|e", "ä|¸", "ä¸|į", "é|Ķ", "éĶ|Ī", "ï|¼", "ï¼|Į",
	} {
		left, right, _ := strings.Cut(merge, "|")
		tokens = append(tokens, left+right)
		merges = append(merges, left+" "+right)
	}
	return append(tokens, controls()...), merges
}

// pieces returns a vocabulary of SentencePiece's kind, with the kinds and scores of its tokens: the bytes, the characters
// of ASCII, and words.
func pieces() (tokens []string, kinds []int32, scores []float32) {
	add := func(token string, kind int32) {
		tokens, kinds, scores = append(tokens, token), append(kinds, kind), append(scores, -float32(len(tokens)))
	}
	add("<unk>", 2)
	for b := range 256 {
		add(fmt.Sprintf("<0x%02X>", b), 6)
	}
	add("▁", 1)
	for c := '!'; c <= '~'; c++ {
		add(string(c), 1)
	}
	for _, word := range []string{
		"▁t", "he", "▁the", "in", "an", "er", "re", "on", "▁a", "▁an", "▁and", "▁s", "or", "en", "it", "ing", "es", "al", "le",
		"▁▁", "--", "ti", "tit", "title", "不", "锈", "，", "no", "▁no", "ye", "yes", "▁yes",
	} {
		add(word, 1)
	}
	for _, name := range controls() {
		add(name, 3)
	}
	return tokens, kinds, scores
}

// letter is the character that stands for a byte: printable ones of Latin-1 for themselves, the rest from U+0100 on.
func letter(b int) string {
	shifted := 0
	for c := range 256 {
		printable := '!' <= c && c <= '~' || 0xA1 <= c && c <= 0xFF && c != 0xAD
		if c == b {
			if printable {
				return string(rune(b))
			}
			return string(rune(0x100 + shifted))
		}
		if !printable {
			shifted++
		}
	}
	return ""
}
