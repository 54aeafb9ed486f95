package sched

import (
	"slices"
	"testing"
)

func TestLookup(t *testing.T) {
	for name, c := range map[string]struct{ text, want []int32 }{
		"nothing":                       {nil, nil},
		"one token":                     {[]int32{1}, nil},
		"nothing stood before":          {[]int32{1, 2, 3, 4, 5, 6}, nil},
		"two tokens are too few":        {[]int32{7, 1, 2, 9, 8, 1, 2}, nil},
		"three are enough":              {[]int32{7, 1, 2, 9, 8, 7, 1, 2}, []int32{9, 8, 7, 1, 2}},
		"the latest of equals":          {[]int32{1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3}, []int32{5, 1, 2, 3}},
		"the longest":                   {[]int32{0, 1, 2, 3, 4, 9, 1, 2, 3, 5, 0, 1, 2, 3}, []int32{4, 9, 1, 2, 3, 5, 0, 1, 2, 3}},
		"a run of one token":            {[]int32{5, 5, 5, 5}, []int32{5}},
		"a text that repeats itself":    {[]int32{1, 2, 1, 2, 1, 2, 1, 2}, []int32{1, 2}},
		"at the very beginning":         {[]int32{1, 2, 3, 1, 2, 3}, []int32{1, 2, 3}},
		"more than mostRepeat is alike": {[]int32{9, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 7, 9, 1, 2, 3, 4, 5}, []int32{7, 9, 1, 2, 3, 4, 5}},
	} {
		if got := lookup(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// What is never written is hardly drafted any more, and what is written again is drafted again.
func TestLuck(t *testing.T) {
	k := luck{share: hope}
	drafted := 0
	for range 160 {
		if n := k.size(); n > 0 {
			drafted++
			k.learn(n, 0)
		}
	}
	if drafted > 24 {
		t.Errorf("%d of 160 chances were taken though none paid", drafted)
	}
	chances := 0
	for n := 0; n < longestDraft; chances++ {
		if n = k.size(); n > 0 {
			k.learn(n, n)
		}
		if chances > 200 {
			t.Fatalf("%d chances were taken well, and it still drafts %d tokens", chances, n)
		}
	}
}
