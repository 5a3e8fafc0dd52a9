package actors_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/stages/graph"
)

// BenchmarkStart times a node's process with each shipped model from its start until it is ready: the runtime loaded, the
// model read, split and warm, the door open. The goal is a second. It also tells the anonymous memory that the node has then
// above the model's weights.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"glyphs", "speech"} {
		b.Run(name, func(b *testing.B) { start10(b, filepath.Join("..", "examples", name, "model.onnx")) })
	}
}

func start10(b *testing.B, model string) {
	const starts = 10
	var all []time.Duration
	memory := 0
	for range starts {
		start := time.Now()
		n := launch(b, options{model: model})
		n.address = n.await("ready").Text
		all = append(all, time.Since(start))
		memory = max(memory, n.memory().Anonymous)
		n.stop()
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(milliseconds(quantile(all, 0.5)), "ready-ms")
	b.ReportMetric(milliseconds(slices.Max(all)), "ready-max-ms")
	b.ReportMetric(megabytes(memory-weights(b, model)), "above-MB")
}

// BenchmarkMemory measures the anonymous memory of a node: with nothing to do; with the queues of both tenants full; and
// then above what the model's weights and the inputs in the queues take. The goal of the last is 64 MB.
func BenchmarkMemory(b *testing.B) {
	const queue, looks = 1024, 40
	n := start(b, options{tenants: "tenant \"doorbell\" { queue = 1024 }\ntenant \"survey\" { queue = 1024 }"})
	idle := n.memory().Anonymous
	input := inputs(pictures(b)[0])[0]
	var feeders []*flooder
	for _, tenant := range []string{"doorbell", "survey"} {
		f := newFlooder(b, n.address, tenant, input)
		f.run(math.MaxInt, 1, f.upTo(queue))
		feeders = append(feeders, f)
	}
	full := 0
	for range looks {
		time.Sleep(sampling)
		full = max(full, n.memory().Anonymous)
	}
	for _, f := range feeders {
		f.rest()
		if e := f.settle(); e.Answered != e.Sent {
			b.Errorf("the requests have the ends %+v", e)
		}
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(megabytes(idle), "idle-MB")
	b.ReportMetric(megabytes(full), "full-MB")
	b.ReportMetric(megabytes(full-weights(b, filepath.Join(glyphs, "model.onnx"))-2*queue*len(input.Data)), "above-MB")
}

// weights is how many bytes the constants of a model's segments take.
func weights(b *testing.B, model string) int {
	b.Helper()
	_, s, err := graph.Cut([]string{model}, nil)
	if err != nil {
		b.Fatal(err)
	}
	bytes := int64(0)
	for _, segment := range s.Segments {
		bytes += segment.Weights
	}
	return int(bytes)
}
