package inference_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"shelftalk/inference"
)

// BenchmarkChatBesideBatch measures the time until a chat answer begins while 32 rows of a batch are written: a new
// question of some sixty tokens, and a turn that goes on with what was said. The answer's first piece counts, so the time
// has one step of the answer in it.
func BenchmarkChatBesideBatch(b *testing.B) {
	m := lightModel(b)
	ctx, cancel := context.WithCancel(b.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		rows := func(yield func(inference.Request) bool) {
			for i := 0; yield(benchRow(i)); i++ {
			}
		}
		for range m.Batch(ctx, rows, inference.BatchOptions{}) {
		}
	}()
	time.Sleep(3 * time.Second) // until the batch's beginning is read
	var fresh, turn []time.Duration
	for i := 0; b.Loop(); i++ {
		said := []inference.Message{{Role: inference.User, Content: fmt.Sprintf("Question %d. A customer asks whether our blue stoneware mugs may go into a dishwasher and a microwave oven. What would you answer, in a sentence or two, for the product's page?", i)}}
		fresh = append(fresh, untilBegun(b, m, said))
		said = append(said, inference.Message{Role: inference.Assistant, Content: "Yes, both."}, inference.Message{Role: inference.User, Content: "Shorter."})
		turn = append(turn, untilBegun(b, m, said))
	}
	b.ReportMetric(percentile(fresh, 50), "ms/fresh-p50")
	b.ReportMetric(percentile(fresh, 95), "ms/fresh-p95")
	b.ReportMetric(percentile(turn, 50), "ms/turn-p50")
	b.ReportMetric(percentile(turn, 95), "ms/turn-p95")
	cancel()
	<-over
}

func untilBegun(b *testing.B, m *inference.Model, said []inference.Message) time.Duration {
	b.Helper()
	begin := time.Now()
	var first time.Duration
	for c, err := range m.Generate(b.Context(), inference.Request{Messages: said, Params: inference.Params{MaxTokens: 8}}) {
		if err != nil {
			b.Fatal(err)
		}
		if first == 0 && c.Text != "" {
			first = time.Since(begin)
		}
	}
	return first
}

func percentile(d []time.Duration, p int) float64 {
	slices.Sort(d)
	return float64(d[(len(d)-1)*p/100].Microseconds()) / 1000
}
