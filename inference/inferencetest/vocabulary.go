package inferencetest

import "strings"

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
