// Package textstream turns the bytes of generated tokens into text that can be shown at once.
//
// A token may end inside a character, and what looks like text may turn out to be the beginning of a stop string. A Stream
// holds back just so much: an unfinished character, and the longest tail that is a beginning of a stop string. What it
// gives out is valid UTF-8 and final.
package textstream

import "unicode/utf8"

// Stops is a set of stop strings, compiled: an automaton over bytes that knows, after each, the longest beginning of a
// stop string that the text ends with. It is immutable and may be shared.
type Stops struct {
	states []state
	edges  map[edge]int32
}

type state struct {
	depth int   // length of the beginning that the state stands for
	fail  int32 // the state of the longest proper tail that is a beginning too
	match int   // length of the longest stop string that ends here; 0 for none
}

type edge struct {
	from int32
	b    byte
}

// NewStops compiles stop strings. Empty ones are left out.
func NewStops(texts []string) *Stops {
	s := &Stops{states: make([]state, 1), edges: map[edge]int32{}}
	var order []edge // tree edges
	for _, text := range texts {
		at := int32(0)
		for i := range len(text) {
			e := edge{at, text[i]}
			next, ok := s.edges[e]
			if !ok {
				next = int32(len(s.states))
				s.states = append(s.states, state{depth: i + 1})
				s.edges[e] = next
				order = append(order, e)
			}
			at = next
		}
		if text != "" {
			s.states[at].match = len(text)
		}
	}
	s.link(order)
	return s
}

// link sets each state's fail link, by depth.
func (s *Stops) link(tree []edge) {
	byDepth := map[int][]edge{}
	deepest := 0
	for _, e := range tree {
		d := s.states[e.from].depth
		byDepth[d] = append(byDepth[d], e)
		deepest = max(deepest, d)
	}
	for d := 0; d <= deepest; d++ {
		for _, e := range byDepth[d] {
			to := s.edges[e]
			if e.from != 0 {
				s.states[to].fail = s.step(s.states[e.from].fail, e.b)
			}
			if fail := s.states[s.states[to].fail]; s.states[to].match == 0 {
				s.states[to].match = fail.match
			}
		}
	}
}

func (s *Stops) step(at int32, b byte) int32 {
	for {
		if next, ok := s.edges[edge{at, b}]; ok {
			return next
		}
		if at == 0 {
			return 0
		}
		at = s.states[at].fail
	}
}

// Stream is the text of one answer. The zero value has no stop strings.
type Stream struct {
	stops   *Stops
	at      int32
	held    []byte
	stopped bool
}

// New returns a stream that ends at the first of stops. stops may be nil.
func New(stops *Stops) *Stream { return &Stream{stops: stops} }

// Stopped reports whether a stop string was met. Bytes behind it are ignored.
func (s *Stream) Stopped() bool { return s.stopped }

// Write takes the bytes of a token and returns the text that has become final; stopped says that a stop string is
// complete. Neither it nor what follows is part of the text. Of stop strings that end at the same byte, the longest counts.
func (s *Stream) Write(p []byte) (text string, stopped bool) {
	if s.stopped {
		return "", true
	}
	for _, b := range p {
		s.held = append(s.held, b)
		if s.stops == nil {
			continue
		}
		s.at = s.stops.step(s.at, b)
		if n := s.stops.states[s.at].match; n > 0 {
			s.held = s.held[:len(s.held)-n]
			s.stopped = true
			return s.Flush(), true
		}
	}
	keep := 0
	if s.stops != nil {
		keep = s.stops.states[s.at].depth
	}
	return s.release(len(s.held) - keep), false
}

// Flush returns what is held back, at the end of an answer. A character that was never finished becomes U+FFFD.
func (s *Stream) Flush() string {
	text := valid(s.held)
	s.held, s.at = s.held[:0], 0
	return text
}

// Pending returns what is held back now, without giving it out.
func (s *Stream) Pending() string { return string(s.held) }

// release gives out the first n held bytes, less a character that isn't complete.
func (s *Stream) release(n int) string {
	n -= Unfinished(s.held[:n])
	if n == 0 {
		return ""
	}
	text := valid(s.held[:n])
	s.held = append(s.held[:0], s.held[n:]...)
	return text
}

// Unfinished returns the number of bytes at the end of p that begin a character and don't complete it: 0 to 3.
func Unfinished(p []byte) int {
	for n := 1; n <= min(len(p), utf8.UTFMax-1); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// valid is p as text, each byte that belongs to no character replaced by U+FFFD.
func valid(p []byte) string {
	if utf8.Valid(p) {
		return string(p)
	}
	var b []byte
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		b = utf8.AppendRune(b, r)
		p = p[n:]
	}
	return string(b)
}
