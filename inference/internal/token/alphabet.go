package token

import "unicode/utf8"

// The byte-level alphabet writes every byte as one printable character: bytes that are printable in Latin-1 as
// themselves, the 68 others as U+0100, U+0101, … in their order.

// printable reports whether the alphabet writes byte b as the character of the same number.
func printable(b int) bool { return '!' <= b && b <= '~' || 0xA1 <= b && b <= 0xFF && b != 0xAD }

// letter returns the character of the alphabet that stands for b.
func letter(b byte) rune {
	if printable(int(b)) {
		return rune(b)
	}
	switch n := rune(b); {
	case n <= ' ':
		return 0x100 + n
	case n <= 0xA0:
		return 0x121 + n - 0x7F
	}
	return 0x143
}

// unletter is the inverse of letter.
func unletter(r rune) (byte, bool) {
	switch {
	case r >= 0 && r <= 0xFF && printable(int(r)):
		return byte(r), true
	case 0x100 <= r && r <= 0x120:
		return byte(r - 0x100), true
	case 0x121 <= r && r <= 0x142:
		return byte(r - 0x121 + 0x7F), true
	case r == 0x143:
		return 0xAD, true
	}
	return 0, false
}

// appendRaw appends the bytes that tok stands for. A character outside the alphabet stands for its own UTF-8.
func appendRaw(dst []byte, tok string) []byte {
	for _, r := range tok {
		if b, ok := unletter(r); ok {
			dst = append(dst, b)
		} else {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
