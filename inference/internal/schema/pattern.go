package schema

import (
	"encoding/binary"
	"fmt"
	"regexp/syntax"
	"slices"
	"sort"
	"unicode/utf8"
)

// pattern is a regular expression as a deterministic automaton over characters, with the lengths that a text may have
// counted in. As the standard says it matches anywhere in the text, unless it holds ^ or $.
//
// Expressions are those of Go's regexp without borders of words, flags that ignore case, and lines; all others that
// ECMA 262 knows (references, looking around) are refused when they are read.
type pattern struct {
	states []state
	// left[n][s] is the least number of characters to an accepted text from state s behind n characters; n counts up to
	// len(left)-1 only, where the maximum is reached or, without one, the minimum.
	left [][]uint16
	open bool // no maximum
}

// state is a state of the automaton: its ways on, by ranges of characters in order.
type state struct {
	ways    []span
	accepts bool
}

// span is a range of characters with the state that they lead to.
type span struct {
	low, high rune
	to        int
}

// dead is a distance from which no text is accepted.
const dead = 1<<16 - 1

// The limits of patterns.
const (
	maxPattern = 512
	maxProgram = 4000
	maxStates  = 400
	maxSpans   = 40_000
	maxTable   = 4 << 20
)

func newPattern(source string, least, most int) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, fmt.Errorf("%w: %d bytes", ErrLimit, len(source))
	}
	if _, err := syntax.Parse(source, syntax.Perl); err != nil { // by itself, so that it can't close the group around it
		return nil, fmt.Errorf("%w: %w", ErrKeyword, err)
	}
	tree, err := syntax.Parse("(?s:.*)(?:"+source+")(?s:.*)", syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyword, err)
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyword, err)
	}
	if len(program.Inst) > maxProgram {
		return nil, fmt.Errorf("%w: %d steps", ErrLimit, len(program.Inst))
	}
	for _, i := range program.Inst {
		ends := syntax.EmptyOp(i.Arg)
		if i.Op == syntax.InstEmptyWidth && ends&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil, fmt.Errorf("%w: borders of words or lines", ErrKeyword)
		}
		if (i.Op == syntax.InstRune || i.Op == syntax.InstRune1) && syntax.Flags(i.Arg)&syntax.FoldCase != 0 {
			return nil, fmt.Errorf("%w: case that doesn't matter", ErrKeyword)
		}
	}
	p := &pattern{open: most < 0}
	if err := p.determine(program); err != nil {
		return nil, err
	}
	return p, p.measure(least, most)
}

// determine makes the automaton: its states are sets of the program's instructions.
func (p *pattern) determine(program *syntax.Prog) error {
	ids := map[string]int{}
	var sets [][]uint32
	spans := 0
	find := func(set []uint32) int {
		key := make([]byte, 0, 4*len(set))
		for _, pc := range set {
			key = binary.LittleEndian.AppendUint32(key, pc)
		}
		id, ok := ids[string(key)]
		if !ok {
			id = len(sets)
			ids[string(key)] = id
			sets = append(sets, set)
		}
		return id
	}
	find(closure(program, []uint32{uint32(program.Start)}, syntax.EmptyBeginText))
	for at := 0; at < len(sets); at++ {
		if len(sets) > maxStates || spans > maxSpans {
			return fmt.Errorf("%w: %d states", ErrLimit, len(sets))
		}
		s := state{accepts: accepts(program, sets[at], at == 0)}
		cuts := cutsOf(program, sets[at])
		for i, low := range cuts[:len(cuts)-1] {
			if !writable(low) {
				continue
			}
			var next []uint32
			for _, pc := range sets[at] {
				if inst := &program.Inst[pc]; inst.Op != syntax.InstMatch && inst.Op != syntax.InstEmptyWidth && inst.MatchRune(low) {
					next = append(next, inst.Out)
				}
			}
			if len(next) == 0 {
				continue
			}
			to := find(closure(program, next, 0))
			if last := len(s.ways) - 1; last >= 0 && s.ways[last].to == to && s.ways[last].high == low-1 {
				s.ways[last].high = cuts[i+1] - 1
				continue
			}
			s.ways = append(s.ways, span{low, cuts[i+1] - 1, to})
			spans++
		}
		p.states = append(p.states, s)
	}
	return nil
}

// writable reports whether a document holds the character, escaped or as it is.
func writable(r rune) bool {
	return r == '\n' || r >= ' ' && (r < 0xD800 || r > 0xDFFF) && r <= utf8.MaxRune
}

// cutsOf returns the characters where the ways on from a set change, from the first to behind the last.
func cutsOf(program *syntax.Prog, set []uint32) []rune {
	cuts := []rune{'\n', '\n' + 1, ' ', 0xD800, 0xE000, utf8.MaxRune + 1}
	for _, pc := range set {
		inst := &program.Inst[pc]
		switch inst.Op {
		case syntax.InstRune1:
			cuts = append(cuts, inst.Rune[0], inst.Rune[0]+1)
		case syntax.InstRune:
			if len(inst.Rune) == 1 {
				cuts = append(cuts, inst.Rune[0], inst.Rune[0]+1)
				continue
			}
			for i, r := range inst.Rune {
				cuts = append(cuts, r+rune(i%2))
			}
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	return slices.DeleteFunc(cuts, func(r rune) bool { return r < '\n' || r > utf8.MaxRune+1 })
}

// closure follows the instructions that read nothing. What asks for the text's end stays in the set.
func closure(program *syntax.Prog, from []uint32, here syntax.EmptyOp) []uint32 {
	seen := map[uint32]bool{}
	var out []uint32
	for stack := slices.Clone(from); len(stack) > 0; {
		pc := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[pc] {
			continue
		}
		seen[pc] = true
		switch inst := &program.Inst[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			stack = append(stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			stack = append(stack, inst.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(inst.Arg)&^here == 0 {
				stack = append(stack, inst.Out)
			} else if syntax.EmptyOp(inst.Arg)&^here == syntax.EmptyEndText {
				out = append(out, pc)
			}
		case syntax.InstFail:
		default:
			out = append(out, pc)
		}
	}
	slices.Sort(out)
	return out
}

// accepts reports whether the text may end in a set.
func accepts(program *syntax.Prog, set []uint32, start bool) bool {
	here := syntax.EmptyEndText
	if start {
		here |= syntax.EmptyBeginText
	}
	return slices.ContainsFunc(closure(program, set, here), func(pc uint32) bool {
		return program.Inst[pc].Op == syntax.InstMatch
	})
}

// measure fills the table of distances.
func (p *pattern) measure(least, most int) error {
	rows := least + 1
	if !p.open {
		rows = most + 1
	}
	if rows*len(p.states) > maxTable || rows > dead {
		return fmt.Errorf("%w: %d states over %d characters", ErrLimit, len(p.states), rows-1)
	}
	p.left = make([][]uint16, rows)
	for n := rows - 1; n >= 0; n-- {
		row := make([]uint16, len(p.states))
		for s := range row {
			row[s] = dead
			if p.states[s].accepts && n >= least {
				row[s] = 0
			}
		}
		p.left[n] = row
		if n < rows-1 {
			p.relax(row, p.left[n+1])
		} else if p.open {
			for p.relax(row, row) {
			}
		}
	}
	if p.left[0][0] == dead {
		return fmt.Errorf("%w: no text of that length", ErrEmpty)
	}
	return nil
}

// relax lowers the distances of a row by way of the next, and reports whether any changed.
func (p *pattern) relax(row, next []uint16) bool {
	changed := false
	for s := range row {
		for _, w := range p.states[s].ways {
			if d := next[w.to]; d < dead-1 && d+1 < row[s] {
				row[s], changed = d+1, true
			}
		}
	}
	return changed
}

// distance is left for n characters in a state.
func (p *pattern) distance(n, s int) int {
	if n >= len(p.left) {
		if !p.open {
			return dead
		}
		n = len(p.left) - 1
	}
	return int(p.left[n][s])
}

// next returns the state behind a character, from which an accepted text can be reached behind n characters.
func (p *pattern) next(s int, r rune, n int) (int, bool) {
	ways := p.states[s].ways
	i := sort.Search(len(ways), func(i int) bool { return ways[i].high >= r })
	if i == len(ways) || ways[i].low > r || p.distance(n, ways[i].to) == dead {
		return 0, false
	}
	return ways[i].to, true
}

// any returns the first character from low to high that next would take.
func (p *pattern) any(s int, low, high rune, n int) (rune, bool) {
	for _, w := range p.states[s].ways {
		if w.high >= low && w.low <= high && p.distance(n, w.to) < dead {
			return max(low, w.low), true
		}
	}
	return 0, false
}

// nearest returns the character that leads nearest to an accepted text, preferring those of ASCII.
func (p *pattern) nearest(s, n int) (rune, int) {
	best, to, least := rune(-1), 0, dead
	for _, w := range p.states[s].ways {
		if d := p.distance(n+1, w.to); d < least {
			best, to, least = w.low, w.to, d
			if best == ' ' && w.high > ' ' { // something to be seen
				best = min(w.high, 'a')
			}
		}
	}
	return best, to
}
