package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"shelftalk/inference/internal/kv"
	"shelftalk/inference/internal/quant"
)

// stored is a position's key and value in a layer, as floats.
func (n *Net) stored(seq *kv.Seq, l, h, pos int) (key, value []float32) {
	page, dim := seq.Pages()[pos/kv.PageTokens], n.Config.HeadDim
	keys := n.keysAt(page, l, h, pos)
	for i := range dim {
		key = append(key, quant.HalfToFloat(keys[i*16]))
		value = append(value, quant.HalfToFloat(n.cache.Values(page, l, h)[pos%kv.PageTokens*dim+i]))
	}
	return key, value
}

// The first layer's keys and values follow from the token and its place. So what is lent to another place must be what
// would be computed there, for every kind of rotation; and lent to the same place it must be the same in all layers.
func TestLend(t *testing.T) {
	for _, name := range decoders() {
		if name == "gpt2" { // its keys know their places
			continue
		}
		t.Run(name, func(t *testing.T) {
			n, cache := random(t, name, quant.F16, false, 512)
			answer := ids(70, 9)
			long, short := cache.Open(nil), cache.Open(nil)
			read(t, n, long, slices.Concat(ids(90, 1), answer), 128)
			read(t, n, short, slices.Concat(ids(21, 2), answer), 128)
			for _, c := range []struct{ prompt, at int }{{21, 90}, {130, 90}, {90, 90}} {
				seq := cache.Open(nil)
				seq.Hide(c.prompt)
				read(t, n, seq, ids(c.prompt, 3), 128)
				if err := seq.Reserve(len(answer)); err != nil {
					t.Fatal(err)
				}
				n.Lend([]Loan{{To: seq, From: long, At: c.at, Tokens: answer}})
				if seq.Len() != c.prompt+len(answer) {
					t.Fatalf("%d tokens, want %d", seq.Len(), c.prompt+len(answer))
				}
				want, at, layers := short, 21, 1
				switch c.prompt {
				case 90:
					want, at, layers = long, 90, n.Config.Layers
				case 130:
					want, at = cache.Open(nil), 130
					read(t, n, want, slices.Concat(ids(130, 4), answer), 128)
				}
				n.compareStored(t, fmt.Sprintf("lent from %d to %d", c.at, c.prompt), seq, want, c.prompt, at, len(answer), layers)
				seq.Close()
			}
		})
	}
}

func (n *Net) compareStored(t *testing.T, what string, a, b *kv.Seq, at, bt, count, layers int) {
	t.Helper()
	for l := range layers {
		for h := range n.Config.KVHeads {
			for i := range count {
				key, value := n.stored(a, l, h, at+i)
				wantKey, wantValue := n.stored(b, l, h, bt+i)
				var off, size float64
				for j := range key {
					off, size = off+math.Abs(float64(key[j]-wantKey[j])), size+math.Abs(float64(wantKey[j]))
				}
				if off > 2e-3*size || layers > 1 && off > 0 || !slices.Equal(value, wantValue) {
					t.Fatalf("%s, layer %d, head %d, token %d: key %v, want %v; values equal: %v",
						what, l, h, i, key[:4], wantKey[:4], slices.Equal(value, wantValue))
				}
			}
		}
	}
}
