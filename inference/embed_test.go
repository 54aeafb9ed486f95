package inference_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"shelftalk/inference"
	"shelftalk/inference/inferencetest"
)

// embedded is a text with its vector by transformers, or sentence-transformers.
type embedded struct {
	Text   string
	Vector []float64
}

func embeddedOf(t *testing.T, path string) []embedded {
	t.Helper()
	var file struct{ Texts []embedded }
	if err := json.Unmarshal(unpacked(t, path), &file); err != nil {
		t.Fatal(err)
	}
	return file.Texts
}

func textsOf(list []embedded) []string {
	var texts []string
	for _, e := range list {
		texts = append(texts, e.Text)
	}
	return texts
}

// cosine is that of the angle between two vectors.
func cosine(a []float64, b []float32) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		ab += x * float64(b[i])
		aa += x * x
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

func randomEncoder(t *testing.T) *inference.Model {
	t.Helper()
	m, err := inference.Load(unpacked(t, "testdata/arch/bert.gguf.gz"), inference.Threads(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func TestEmbedAgreesWithTransformers(t *testing.T) {
	m, texts := randomEncoder(t), embeddedOf(t, "testdata/arch/bert.json.gz")
	vectors, err := m.Embed(context.Background(), textsOf(texts))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range texts {
		if c := cosine(e.Vector, vectors[i]); !(c > 0.99999) {
			t.Errorf("%.40q: cosine %.7f", e.Text, c)
		}
		var squares float64
		for _, x := range vectors[i] {
			squares += float64(x) * float64(x)
		}
		if len(vectors[i]) != m.Info().Vector || math.Abs(squares-1) > 1e-5 {
			t.Errorf("%.40q: %d numbers, of length %v", e.Text, len(vectors[i]), math.Sqrt(squares))
		}
	}
}

// A text's vector is the same bits alone, in any company and from any goroutine.
func TestEmbedDoesNotDependOnNeighbours(t *testing.T) {
	m, texts := randomEncoder(t), textsOf(embeddedOf(t, "testdata/arch/bert.json.gz"))
	var many []string
	for i := range 150 { // more than one pass
		many = append(many, texts[i%len(texts)])
	}
	want, err := m.Embed(context.Background(), many)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for i, text := range texts {
		wait.Go(func() {
			got, err := m.Embed(context.Background(), []string{text})
			if err != nil {
				t.Error(err)
				return
			}
			for j := i; j < len(many); j += len(texts) {
				if !slices.Equal(got[0], want[j]) {
					t.Errorf("%.40q: another vector among others", text)
				}
			}
		})
	}
	wait.Wait()
}

func TestEncodersDoNotWriteAndDecodersDoNotEmbed(t *testing.T) {
	m := randomEncoder(t)
	ctx := context.Background()
	request := inference.Request{Messages: []inference.Message{{Role: inference.User, Content: "Hello"}}}
	for _, err := range m.Generate(ctx, request) {
		if !errors.Is(err, inference.ErrEncoder) {
			t.Errorf("Generate: %v", err)
		}
	}
	for r, err := range m.Batch(ctx, slices.Values([]inference.Request{request}), inference.BatchOptions{}) {
		if err != nil || !errors.Is(r.Err, inference.ErrEncoder) {
			t.Errorf("Batch: %v, %v", err, r.Err)
		}
	}
	if _, err := m.Logits(ctx, []int32{1}); !errors.Is(err, inference.ErrEncoder) {
		t.Errorf("Logits: %v", err)
	}
	if _, _, err := m.Perplexity(ctx, "text", 8); !errors.Is(err, inference.ErrEncoder) {
		t.Errorf("Perplexity: %v", err)
	}
	if _, err := m.Bench(ctx, 1); !errors.Is(err, inference.ErrEncoder) {
		t.Errorf("Bench: %v", err)
	}
	decoder, err := inference.Load(inferencetest.Tiny(t, inferencetest.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer decoder.Close()
	if _, err := decoder.Embed(ctx, []string{"text"}); !errors.Is(err, inference.ErrDecoder) {
		t.Errorf("Embed of a decoder: %v", err)
	}
}

func TestEmbedEnds(t *testing.T) {
	m := randomEncoder(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Embed(ctx, []string{"text"}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if got, err := m.Embed(context.Background(), nil); err != nil || len(got) != 0 {
		t.Errorf("no texts: %v, %v", got, err)
	}
	m.Close()
	if _, err := m.Embed(context.Background(), []string{"text"}); !errors.Is(err, inference.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// Real weights, of English and Chinese and of more than it reads: vectors as sentence-transformers computes them in
// float32, exact or quantised to eight bits as they are read. Nothing at all is two tokens, whose rounding shows most.
func TestMiniLMAgreesWithSentenceTransformers(t *testing.T) {
	texts := embeddedOf(t, "testdata/minilm.json.gz")
	for _, test := range []struct {
		weights          string
		worst, ofNothing float64
	}{
		{"exact", 0.99999, 0.99999},
		{"q8", 0.999, 0.998},
	} {
		t.Run(test.weights, func(t *testing.T) {
			m, err := inference.Open(inferencetest.File(t, inferencetest.MiniLM), inference.Quantise(test.weights))
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			vectors, err := m.Embed(context.Background(), textsOf(texts))
			if err != nil {
				t.Fatal(err)
			}
			worst, sum := 1.0, 0.0
			for i, e := range texts {
				c, least := cosine(e.Vector, vectors[i]), test.worst
				if e.Text == "" {
					least = test.ofNothing
				} else {
					worst = min(worst, c)
				}
				sum += c
				if !(c > least) {
					t.Errorf("%.40q: cosine %.6f", e.Text, c)
				}
			}
			t.Logf("%s: %d texts, cosine mean %.6f, worst %.6f", m.Info().Quant, len(texts), sum/float64(len(texts)), worst)
		})
	}
}
