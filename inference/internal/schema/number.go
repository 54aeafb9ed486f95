package schema

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
)

// bounds hold a number. Numbers are written with at most whole digits, and as many behind the point as places says; inside
// they are counted in the last place.
type bounds struct {
	low, high int64
	whole     int
	places    int
	unit      int64 // 10^places
}

// The states of a number.
const (
	atSign  = iota
	atFirst // behind a minus
	inWhole
	atPlace // behind the point
	inPlaces
)

func boundsOf(fields map[string]value, integer bool, where string) (bounds, error) {
	b := bounds{whole: 12, places: 6}
	if integer {
		b = bounds{whole: 15}
	}
	b.unit = power(b.places)
	b.high = power(b.whole)*b.unit - 1
	b.low = -b.high
	for _, f := range []struct {
		name      string
		low, open bool
	}{{"minimum", true, false}, {"exclusiveMinimum", true, true}, {"maximum", false, false}, {"exclusiveMaximum", false, true}} {
		v, ok := fields[f.name]
		if !ok {
			continue
		}
		n, ok := v.of.(json.Number)
		if !ok {
			return b, fmt.Errorf("%w: %s: %q isn't a number", ErrSyntax, where, f.name)
		}
		if len(n) > 40 {
			return b, fmt.Errorf("%w: %s: %q is %s", ErrLimit, where, f.name, n)
		}
		if x, err := n.Float64(); err != nil || x > 1e15 || x < -1e15 || x != 0 && x < 1e-15 && x > -1e-15 {
			return b, fmt.Errorf("%w: %s: %q is %s", ErrLimit, where, f.name, n)
		}
		exact, ok := new(big.Rat).SetString(n.String())
		if !ok {
			return b, fmt.Errorf("%w: %s: %q is %s", ErrSyntax, where, f.name, n)
		}
		b.tighten(exact, f.low, f.open)
	}
	if b.low > b.high {
		return b, fmt.Errorf("%w: %s: no number that can be written lies within its bounds", ErrEmpty, where)
	}
	return b, nil
}

// tighten applies a bound. open leaves the bound itself out.
func (b *bounds) tighten(x *big.Rat, low, open bool) {
	x = new(big.Rat).Mul(x, new(big.Rat).SetInt64(b.unit))
	floor := new(big.Int).Div(x.Num(), x.Denom()) // Euclidean: rounds down, the denominator being positive
	whole := x.IsInt()
	if !floor.IsInt64() {
		if floor.Sign() > 0 == low { // beyond what can be written
			b.low, b.high = 1, 0
		}
		return
	}
	n := floor.Int64()
	switch {
	case low && (!whole || open):
		b.low = max(b.low, n+1)
	case low:
		b.low = max(b.low, n)
	case whole && open:
		b.high = min(b.high, n-1)
	default:
		b.high = min(b.high, n)
	}
}

func power(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// A number's frame: n digits of the whole part and f places are written, v is their digits as one number, and neg its sign.

// size is the range of the amount, without the sign.
func (b *bounds) size(neg bool) (low, high int64) {
	if neg {
		return max(0, -b.high), -b.low
	}
	return max(0, b.low), b.high
}

func (b *bounds) meets(neg bool, from, to int64) bool {
	low, high := b.size(neg)
	return from <= high && to >= low
}

// reachable reports whether a number that is written so far can become one within the bounds. whole tells that digits may
// still follow before the point.
func (b *bounds) reachable(f *frame, whole bool) bool {
	if !whole {
		step := power(b.places - int(f.f))
		return b.meets(f.neg, f.v*step, f.v*step+step-1)
	}
	for more, ten := 0, int64(1); int(f.n)+more <= b.whole; more, ten = more+1, ten*10 {
		if b.meets(f.neg, f.v*ten*b.unit, (f.v+1)*ten*b.unit-1) {
			return true
		}
		if f.v == 0 {
			break // no digit follows a leading zero
		}
	}
	return false
}

// done reports whether the number may end.
func (b *bounds) done(f *frame) bool {
	if f.at != inWhole && f.at != inPlaces {
		return false
	}
	x := f.v * power(b.places-int(f.f))
	return b.meets(f.neg, x, x)
}

// feed takes a byte of a number.
func (b *bounds) feed(f *frame, c byte) result {
	next := *f
	isDigit := '0' <= c && c <= '9'
	switch {
	case c == '-' && f.at == atSign && b.low < 0:
		next.at, next.neg = atFirst, true
		if low, high := b.size(true); low > high {
			return refused
		}
	case c == '.' && f.at == inWhole && b.places > 0:
		next.at = atPlace
		if !b.reachable(&next, false) {
			return refused
		}
	case isDigit && (f.at == atSign || f.at == atFirst || f.at == inWhole && f.v > 0 && int(f.n) < b.whole):
		if f.at == atSign && b.high < 0 {
			return refused
		}
		next.at, next.n, next.v = inWhole, f.n+1, f.v*10+int64(c-'0')
		if !b.reachable(&next, true) {
			return refused
		}
	case isDigit && (f.at == atPlace || f.at == inPlaces) && int(f.f) < b.places:
		next.at, next.f, next.v = inPlaces, f.f+1, f.v*10+int64(c-'0')
		if !b.reachable(&next, false) {
			return refused
		}
	case b.done(f):
		return over
	default:
		return refused
	}
	*f = next
	return taken
}

// finish appends the shortest rest of a number.
func (b *bounds) finish(dst []byte, f *frame) []byte {
	g := *f
	if g.at == atSign && b.high < 0 {
		dst, g.at, g.neg = append(dst, '-'), atFirst, true
	}
	if g.at >= atPlace {
		return b.finishPlaces(dst, &g)
	}
	if b.done(&g) {
		return dst
	}
	low, high := b.size(g.neg)
	for length := 0; length <= b.whole+b.places+1; length++ {
		for places := 0; places <= b.places; places++ {
			digits := length - places
			if places > 0 {
				digits-- // the point
			}
			if digits < 0 || int(g.n)+digits > b.whole || int(g.n)+digits == 0 {
				continue
			}
			from, to, ok := b.span(&g, digits)
			step := power(b.places - places)
			x := (max(from, low) + step - 1) / step * step
			if !ok || x > min(to, high) {
				continue
			}
			return b.print(dst, x, digits, places)
		}
	}
	return dst
}

// span is the range of the numbers with so many more digits before the point.
func (b *bounds) span(f *frame, digits int) (from, to int64, ok bool) {
	ten := power(digits)
	switch {
	case f.n > 0:
		return f.v * ten * b.unit, (f.v+1)*ten*b.unit - 1, digits == 0 || f.v > 0
	case digits == 1:
		return 0, 10*b.unit - 1, true
	}
	return ten / 10 * b.unit, ten*b.unit - 1, true
}

// print appends what is missing of x.
func (b *bounds) print(dst []byte, x int64, digits, places int) []byte {
	s := strconv.FormatInt(x/b.unit, 10)
	dst = append(dst, s[len(s)-digits:]...)
	if places > 0 {
		rest := strconv.FormatInt(b.unit+x%b.unit, 10)
		dst = append(append(dst, '.'), rest[1:1+places]...)
	}
	return dst
}

func (b *bounds) finishPlaces(dst []byte, f *frame) []byte {
	if b.done(f) {
		return dst
	}
	low, high := b.size(f.neg)
	from := f.v * power(b.places-int(f.f))
	to := from + power(b.places-int(f.f)) - 1
	for places := int(f.f); places <= b.places; places++ {
		step := power(b.places - places)
		x := (max(from, low) + step - 1) / step * step
		if places == 0 || x > min(to, high) {
			continue
		}
		rest := strconv.FormatInt(b.unit+x%b.unit, 10)
		return append(dst, rest[1+f.f:1+places]...)
	}
	return dst
}
