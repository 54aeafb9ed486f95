package catalog

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"shelftalk/app/sheet"
)

// stats are what a column's cells look like, counted over its filled ones.
type stats struct {
	rows, filled, distinct int
	links, gtins, money    int
	codes                  int // short, without a space, with a digit
	texts                  int // two words or more, or two Chinese characters
	long                   int // beyond 120 characters, or marked up
	unspaced               int // no space inside, at most 40 characters, ASCII
	sample                 []string
	letters                int // cells with a letter
	measured, sum          int // cells judged, their characters
}

// statRows bounds the cells of a column that are judged, the others are only counted: a mapping has to be there while the
// user looks.
const statRows = 2_000

var (
	link     = regexp.MustCompile(`(?i)^(https?://|www\.|//)\S+$|\.(jpe?g|png|gif|webp|svg|mp4|pdf)(\?\S*)?$`)
	moneyAmt = regexp.MustCompile(`(?i)^([$€£¥￥₹]|usd|eur|gbp|cny|rmb|us\$)\s*\d[\d.,]*$|^\d[\d.,]*\s*([$€£¥￥₹元]|usd|eur|gbp|cny|rmb)$`)
	code     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/\-]*$`)
	markup   = regexp.MustCompile(`</?[a-zA-Z][^>]*>`)
)

func columnStats(t *sheet.Table, c int) stats {
	s := stats{rows: len(t.Rows)}
	seen := map[string]bool{}
	for i, row := range t.Rows {
		cell := row[c]
		if i < statRows {
			cell = tidy(cell)
		} else if cell = strings.TrimSpace(cell); missing(cell) {
			cell = ""
		}
		if cell == "" {
			continue
		}
		s.filled++
		if !seen[cell] {
			s.distinct++
			seen[cell] = true
			if len(s.sample) < 3 {
				s.sample = append(s.sample, shorten(strings.ReplaceAll(cell, "\n", " ")))
			}
		}
		if i < statRows {
			s.measured++
			s.look(cell)
		}
	}
	return s
}

func (s *stats) look(cell string) {
	n := utf8.RuneCountInString(cell)
	s.sum += n
	words := len(strings.Fields(cell))
	digits := strings.ContainsFunc(cell, unicode.IsDigit)
	if strings.ContainsFunc(cell, unicode.IsLetter) {
		s.letters++
	}
	switch {
	case link.MatchString(cell):
		s.links++
		return
	case validGTIN(cell):
		s.gtins++
	case moneyAmt.MatchString(cell):
		s.money++
	}
	if words == 1 && n <= 40 && code.MatchString(cell) {
		s.unspaced++
		if digits && n >= 4 {
			s.codes++
		}
	}
	if n > 120 || markup.MatchString(cell) {
		s.long++
	}
	if words > 1 || hasHan(cell) && n > 1 {
		s.texts++
	}
}

// share is n of the judged cells.
func (s stats) share(n int) float64 {
	if s.measured == 0 {
		return 0
	}
	return float64(n) / float64(s.measured)
}

// isKey: nearly every row has a code, and no two the same.
func (s stats) isKey() bool {
	return s.filled*10 >= s.rows*9 && s.distinct*100 >= s.filled*98 && s.share(s.unspaced) > 0.95 && (s.share(s.codes) > 0.8 || s.rows < 3 && s.codes > 0)
}

func (s stats) isLong() bool { return s.share(s.long) > 0.3 }

// isTitle: most rows have a short text of their own.
func (s stats) isTitle() bool {
	if s.measured == 0 {
		return false
	}
	mean := s.sum / s.measured
	return s.share(s.texts) > 0.6 && s.filled*10 >= s.rows*7 && s.distinct*10 >= s.filled*8 && mean >= 3 && mean <= 100
}

// validGTIN accepts 8, 12, 13 or 14 digits with a right check digit.
func validGTIN(s string) bool {
	switch len(s) {
	case 8, 12, 13, 14:
	default:
		return false
	}
	sum := 0
	for i := range len(s) {
		d := s[len(s)-1-i]
		if d < '0' || d > '9' {
			return false
		}
		sum += int(d-'0') * (1 + 2*(i%2))
	}
	return sum%10 == 0
}

// shorten cuts a value for a preview.
func shorten(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
