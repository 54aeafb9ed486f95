package sheet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// The names of the encodings, as Options.Encoding takes them and Table.Encoding gives them.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	GB18030     = "gb18030" // a superset of GBK and GB2312
	Big5        = "big5"
	ShiftJIS    = "shift_jis"
	EUCKR       = "euc-kr"
	Windows1252 = "windows-1252"
)

// Encodings lists the names, for a selector.
func Encodings() []string {
	return []string{UTF8, UTF16LE, UTF16BE, GB18030, Big5, ShiftJIS, EUCKR, Windows1252}
}

func decoderOf(name string) encoding.Encoding {
	switch name {
	case GB18030:
		return simplifiedchinese.GB18030
	case Big5:
		return traditionalchinese.Big5
	case ShiftJIS:
		return japanese.ShiftJIS
	case EUCKR:
		return korean.EUCKR
	case Windows1252:
		return charmap.Windows1252
	}
	return nil
}

// decode turns a file's bytes into text. An empty name means: find out. It returns the text without its byte order mark,
// the encoding's name, and how many characters couldn't be decoded (they stand as U+FFFD).
func decode(data []byte, name string) (text, used string, bad int, err error) {
	if name == "" {
		name = detect(data)
	}
	name = strings.ToLower(name)
	switch name {
	case UTF8:
		data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
		if utf8.Valid(data) {
			return string(data), name, 0, nil
		}
		text = strings.ToValidUTF8(string(data), "\ufffd")
		return text, name, strings.Count(text, "\ufffd") - bytes.Count(data, []byte("\ufffd")), nil
	case UTF16LE:
		return decodeUTF16(bytes.TrimPrefix(data, []byte{0xff, 0xfe}), binary.LittleEndian, name)
	case UTF16BE:
		return decodeUTF16(bytes.TrimPrefix(data, []byte{0xfe, 0xff}), binary.BigEndian, name)
	}
	enc := decoderOf(name)
	if enc == nil {
		return "", "", 0, fmt.Errorf("%w: unknown encoding %q; known are %s", ErrEncoding, name, strings.Join(Encodings(), ", "))
	}
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", "", 0, fmt.Errorf("%w %q: %w", ErrEncoding, name, err)
	}
	return string(out), name, bytes.Count(out, []byte("\ufffd")), nil
}

func decodeUTF16(data []byte, order binary.ByteOrder, name string) (string, string, int, error) {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	text := string(utf16.Decode(units))
	bad := strings.Count(text, "\ufffd")
	if len(data)%2 != 0 { // a file cut in the middle of a character
		text, bad = text+"\ufffd", bad+1
	}
	return text, name, bad, nil
}

// detect names the encoding: byte order marks, then strict UTF-8, then UTF-16 without a mark, then the likeliest of the
// old ones.
func detect(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return UTF8
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return UTF16LE
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return UTF16BE
	}
	if name := bareUTF16(data); name != "" {
		return name
	}
	if utf8.Valid(data) {
		return UTF8
	}
	return detectLegacy(data)
}

// bareUTF16 recognises UTF-16 without a mark by the zero bytes of its ASCII half: every table has delimiters and line
// ends.
func bareUTF16(data []byte) string {
	sample := data[:min(len(data), 64<<10)&^1]
	var even, odd int
	for i := 0; i < len(sample); i += 2 {
		if sample[i] == 0 && sample[i+1] != 0 {
			even++
		}
		if sample[i+1] == 0 && sample[i] != 0 {
			odd++
		}
	}
	pairs := len(sample) / 2
	switch {
	case odd*20 > pairs && even*50 < odd:
		return UTF16LE
	case even*20 > pairs && odd*50 < even:
		return UTF16BE
	}
	return ""
}

// legacySample bounds what detectLegacy looks at: bytes outside ASCII, which alone tell the encodings apart.
const legacySample = 256 << 10

// detectLegacy picks among the encodings from before Unicode by how ordinary the decoded text would be. Mostly-ASCII
// files are common (an English header over a few Chinese cells), so only the bytes outside ASCII are judged. Where two
// come close, the statistics of chardet decide.
func detectLegacy(data []byte) string {
	runs := highRuns(data)
	best, second := "", ""
	var bestScore, secondScore float64
	for _, name := range []string{GB18030, Big5, ShiftJIS, EUCKR, Windows1252} {
		score := plausible(name, runs)
		if score > bestScore {
			best, second, bestScore, secondScore = name, best, score, bestScore
		} else if score > secondScore {
			second, secondScore = name, score
		}
	}
	switch {
	case best == "":
		return Windows1252 // it has a character for nearly every byte
	case secondScore > bestScore-0.15:
		if guess := chardetName(runs); guess == second {
			return second
		}
	}
	return best
}

func chardetName(runs []byte) string {
	switch strings.ToLower(chardet.Detect(runs).Encoding) {
	case "gb2312", "gbk", "gb18030":
		return GB18030
	case "big5":
		return Big5
	case "shift_jis", "cp932":
		return ShiftJIS
	case "euc-kr", "cp949", "uhc", "johab":
		return EUCKR
	case "windows-1252", "iso-8859-1":
		return Windows1252
	}
	return ""
}

// highRuns keeps the bytes that matter: runs that begin with a byte above ASCII, each with the byte behind it (the second
// byte of a pair may be ASCII), parted by line feeds.
func highRuns(data []byte) []byte {
	out := make([]byte, 0, min(len(data), legacySample))
	for i := 0; i < len(data) && len(out) < legacySample; i++ {
		if data[i] < 0x80 {
			continue
		}
		for i < len(data) && data[i] >= 0x80 {
			out = append(out, data[i])
			if i+1 < len(data) {
				out = append(out, data[i+1])
			}
			i += 2
		}
		out = append(out, '\n')
		i--
	}
	return out
}

// plausible scores the runs, read as the named encoding: the share of characters that are among its common ones, less
// what doesn't decode at all.
func plausible(name string, runs []byte) float64 {
	if name == Windows1252 {
		return plausible1252(runs)
	}
	text, err := decoderOf(name).NewDecoder().Bytes(runs)
	if err != nil {
		return 0
	}
	var common, rare, bad int
	lead := byte(0)
	for i := 0; i < len(runs); i++ {
		b := runs[i]
		if lead == 0 {
			if b >= 0x80 {
				lead = b
			}
			continue
		}
		if commonPair(name, lead, b) {
			common++
		} else {
			rare++
		}
		lead = 0
	}
	bad = bytes.Count(text, []byte("\ufffd"))
	total := common + rare
	if total == 0 {
		return 0
	}
	return float64(common)/float64(total) - 3*float64(bad)/float64(total)
}

// commonPair says whether two bytes are, in this encoding, a character of everyday writing.
func commonPair(name string, lead, trail byte) bool {
	switch name {
	case GB18030: // level 1 of GB 2312 (the 3,755 most used), its punctuation and full-width forms
		return trail >= 0xa1 && (lead >= 0xb0 && lead <= 0xd7 || lead >= 0xa1 && lead <= 0xa3)
	case Big5: // level 1 (5,401 characters) and punctuation
		return (trail >= 0x40 && trail <= 0x7e || trail >= 0xa1) && lead >= 0xa1 && lead <= 0xc6
	case ShiftJIS: // punctuation, kana, level 1
		return (lead == 0x81 || lead == 0x82 || lead == 0x83 || lead >= 0x88 && lead <= 0x97) && trail >= 0x40 && trail != 0x7f
	case EUCKR: // hangul, and its punctuation
		return trail >= 0xa1 && (lead >= 0xb0 && lead <= 0xc8 || lead == 0xa1)
	}
	return false
}

// plausible1252 likes letters and signs that stand alone between ASCII ones, as in café and 20 °C.
func plausible1252(runs []byte) float64 {
	var single, total int
	for run := range bytes.SplitSeq(runs, []byte{'\n'}) {
		high := 0
		for _, b := range run {
			switch {
			case b >= 0x80:
				high++
			}
			if b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d {
				return 0 // not assigned
			}
		}
		if high == 0 {
			continue
		}
		total++
		if high == 1 {
			single++
		}
	}
	if total == 0 {
		return 0
	}
	return float64(single) / float64(total) * 0.9
}
