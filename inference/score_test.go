package inference

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"testing"

	"shelftalk/inference/inferencetest"
	"shelftalk/inference/internal/sample"
	"shelftalk/inference/internal/sched"
)

// scoreIDs scores labels that are given as tokens.
func scoreIDs(t *testing.T, m *Model, prompt []int32, labels [][]int32) [][]float64 {
	t.Helper()
	var logs [][]float64
	done := make(chan error, 1)
	err := m.loop.Score(sched.Scoring{Prompt: prompt, Labels: labels, OnDone: func(l [][]float64, err error) { logs = l; done <- err }})
	if err == nil {
		err = <-done
	}
	if err != nil {
		t.Fatal(err)
	}
	return logs
}

func TestScoreAgreesWithTransformers(t *testing.T) {
	var want struct {
		Prompt []int32
		Labels [][]int32
		Logs   [][]float64
	}
	data, err := os.ReadFile("testdata/score.json")
	if err == nil {
		err = json.Unmarshal(data, &want)
	}
	if err != nil {
		t.Fatal(err)
	}
	packed, err := os.ReadFile("testdata/arch/llama.gguf.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(file, Context(256), Rows(4))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	for i, logs := range scoreIDs(t, m, want.Prompt, want.Labels) {
		for j, log := range logs {
			if math.Abs(log-want.Logs[i][j]) > 2e-3 {
				t.Errorf("label %d, token %d: %v, transformers %v", i, j, log, want.Logs[i][j])
			}
		}
	}
}

// Scores are the log-probabilities that Logits gives for each label's whole text, with a batch running and without.
func TestScoreEqualsLogits(t *testing.T) {
	m, err := Load(inferencetest.Tiny(t, inferencetest.Options{Type: "Q8_0"}), Rows(4), CacheBytes(1))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	messages := []Message{{User, "Which shelf is the stoneware mug for? Answer with its name."}}
	labels := []string{"Kitchen", "Kitchenware", "Kitchen and bath", "Garden", "the garden of the house", "K", "餐具"}
	prior := []Message{{User, "Which shelf?"}}
	busy, stop := context.WithCancel(t.Context())
	rows := func(yield func(Request) bool) {
		for yield(Request{Messages: messages, Params: Params{MaxTokens: 200}}) {
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range m.Batch(busy, rows, BatchOptions{}) {
		}
	}()
	beside, err := m.Score(t.Context(), messages, labels, ScoreOptions{Prior: prior})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	<-ended
	alone, err := m.Score(t.Context(), messages, labels, ScoreOptions{Prior: prior})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(beside, alone) {
		t.Errorf("beside a batch\n%+v\nalone\n%+v", beside, alone)
	}
	for i, s := range alone {
		long := longWay(t, m, messages, labels[i])
		if math.Abs(s.LogProb-long) > 1e-4 || math.Abs(s.PerToken*float64(s.Tokens)-long) > 1e-4 {
			t.Errorf("%q: %+v, Logits say %v", labels[i], s, long)
		}
		if pmi := long - longWay(t, m, prior, labels[i]); math.Abs(s.PMI-pmi) > 1e-4 {
			t.Errorf("%q: PMI %v, want %v", labels[i], s.PMI, pmi)
		}
	}
}

// longWay reads a label's whole text for its log-probability.
func longWay(t *testing.T, m *Model, messages []Message, label string) float64 {
	t.Helper()
	prompt, err := m.prompt(messages)
	if err != nil {
		t.Fatal(err)
	}
	ids := m.Tokens(label)
	logits, err := m.Logits(t.Context(), slices.Concat(prompt, ids))
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for i, id := range ids {
		l := logits[len(prompt)+i-1]
		sum += float64(l[id]) - sample.LogSum(l)
	}
	return sum
}

func TestScoreErrors(t *testing.T) {
	m, err := Load(inferencetest.Tiny(t, inferencetest.Options{}), Context(64))
	if err != nil {
		t.Fatal(err)
	}
	messages := []Message{{User, "a"}}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		ctx      context.Context
		messages []Message
		labels   []string
		want     error
	}{
		{t.Context(), messages, nil, ErrRequest},
		{t.Context(), messages, []string{"a", ""}, ErrRequest},
		{t.Context(), messages, []string{string(bytes.Repeat([]byte("x"), 80))}, ErrContext},
		{canceled, messages, []string{"a"}, context.Canceled},
	} {
		if _, err := m.Score(test.ctx, test.messages, test.labels, ScoreOptions{}); !errors.Is(err, test.want) {
			t.Errorf("labels %q: %v, want %v", test.labels, err, test.want)
		}
	}
	m.Close()
	if _, err := m.Score(t.Context(), messages, []string{"a"}, ScoreOptions{}); !errors.Is(err, ErrClosed) {
		t.Errorf("of a closed model: %v", err)
	}
}
