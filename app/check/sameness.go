package check

import (
	"cmp"
	"slices"
	"strings"
)

// Pair says how alike two texts of a catalogue are: the share of their word runs that they have in common.
type Pair struct {
	A, B     int // indexes, A < B
	Likeness float64
}

// Sameness finds the texts that are at least as alike as least (0 to 1), most alike first. It compares runs of three words
// (five Han characters), through an index, so that a large catalogue doesn't need every pair.
func Sameness(texts []string, least float64) []Pair {
	sets := make([]map[string]bool, len(texts))
	index := map[string][]int{}
	var out []Pair
	for b, text := range texts {
		sets[b] = shingles(text)
		shared := map[int]int{}
		for s := range sets[b] {
			for _, a := range index[s] {
				shared[a]++
			}
			index[s] = append(index[s], b)
		}
		for a, n := range shared {
			if v := float64(n) / float64(len(sets[a])+len(sets[b])-n); v >= least {
				out = append(out, Pair{a, b, v})
			}
		}
	}
	slices.SortFunc(out, func(x, y Pair) int {
		return cmp.Or(cmp.Compare(y.Likeness, x.Likeness), x.A-y.A, x.B-y.B)
	})
	return out
}

func shingles(text string) map[string]bool {
	toks := tokens(text)
	set := map[string]bool{}
	for i := range toks {
		n := 3
		if toks[i].kind == han {
			n = 5
		}
		if i+n > len(toks) {
			break
		}
		keys := make([]string, n)
		for k, t := range toks[i : i+n] {
			keys[k] = t.key
		}
		set[strings.Join(keys, " ")] = true
	}
	return set
}

// Opening is what a text begins with, for comparing: three words, or six Han characters.
func Opening(text string) string {
	var keys []string
	for _, t := range tokens(text) {
		keys = append(keys, t.key)
		if len(keys) == 6 || (len(keys) == 3 && t.kind != han) {
			break
		}
	}
	return strings.Join(keys, " ")
}

// Words counts a text's words; a Han character is one.
func Words(text string) int { return len(tokens(text)) }
