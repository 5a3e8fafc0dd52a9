package actors_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages/graph"
)

// BenchmarkStart times a node's process from its start until it is ready: the runtime loaded, the models read, split and
// warm, the door open. It has each shipped model, a network of 105 MB as large as ResNet-50, and eight small ones. It also
// tells what the first request takes as a multiple of what the tenth does, and the anonymous memory that the node has above
// the models' weights.
func BenchmarkStart(b *testing.B) {
	for _, name := range []string{"glyphs", "speech"} {
		model := filepath.Join("..", "examples", name, "model.onnx")
		b.Run(name, func(b *testing.B) { start10(b, options{model: model}, weights(b, model)) })
	}
	b.Run("large", func(b *testing.B) {
		model := largeModel(b)
		start10(b, options{model: model}, weights(b, model))
	})
	b.Run("eight", func(b *testing.B) {
		model := absolute(b, filepath.Join(glyphs, "model.onnx"))
		tenants := "tenant \"doorbell\" { model = \"glyphs\" }\n"
		for i := range 7 {
			tenants += fmt.Sprintf("model \"m%[1]d\" { path = %[2]q }\ntenant \"t%[1]d\" { model = \"m%[1]d\" }\n", i, model)
		}
		start10(b, options{tenants: tenants}, 8*weights(b, model))
	})
}

func start10(b *testing.B, o options, weights int) {
	const starts = 10
	var ready, first, tenth []time.Duration
	memory := 0
	for range starts {
		start := time.Now()
		n := launch(b, o)
		n.address = n.await("ready").Text
		ready = append(ready, time.Since(start))
		memory = max(memory, n.memory().Anonymous)
		times := oneByOne(b, n, 10)
		first, tenth = append(first, times[0]), append(tenth, times[9])
		n.stop()
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(milliseconds(quantile(ready, 0.5)), "ready-ms")
	b.ReportMetric(milliseconds(slices.Max(ready)), "ready-max-ms")
	b.ReportMetric(float64(quantile(first, 0.5))/float64(quantile(tenth, 0.5)), "first/tenth")
	b.ReportMetric(megabytes(memory-weights), "above-MB")
}

// oneByOne sends requests to the doorbell, each after the answer of the one before, and gives what their runs took.
func oneByOne(b *testing.B, n *child, requests int) []time.Duration {
	b.Helper()
	cl := n.dial()
	info, err := cl.Tenant(patiently(b), "doorbell")
	if err != nil {
		b.Fatal(err)
	}
	in := info.Inputs[0]
	shape, size := slices.Clone(in.Shape), int64(1)
	for i := range shape {
		shape[i] = max(1, shape[i])
		size *= shape[i]
	}
	var all []time.Duration
	for range requests {
		a, err := cl.Infer(patiently(b), client.Request{
			Tenant: "doorbell", Inputs: []*wire.Tensor{client.Float32s(in.Name, shape, make([]float32, size))}, Criterion: "false",
		})
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, a.Busy)
	}
	return all
}

func absolute(b *testing.B, path string) string {
	b.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		b.Fatal(err)
	}
	return path
}

// largeModel writes a residual network of 26 million weights in four exits, and gives its path.
func largeModel(b *testing.B) string {
	b.Helper()
	text := "input x[N 3 224 224]\ninit w0[64 3 7 7]\nh0 = Conv(x, w0) strides=4,4 pads=3,3,3,3\n"
	at, width := 0, 64
	for stage, s := range []struct{ width, blocks int }{{64, 6}, {128, 8}, {256, 12}, {576, 6}} {
		for block := range s.blocks {
			stride, from := 1, at
			if block == 0 && stage > 0 {
				stride = 2
			}
			at++
			text += fmt.Sprintf("init w%[1]d[%[2]d %[3]d 3 3]\nc%[1]d = Conv(h%[4]d, w%[1]d) strides=%[5]d,%[5]d pads=1,1,1,1\n", at, s.width, width, from, stride)
			sum := fmt.Sprintf("c%d", at)
			if width == s.width && stride == 1 {
				text += fmt.Sprintf("s%[1]d = Add(c%[1]d, h%[2]d)\n", at, from)
				sum = fmt.Sprintf("s%d", at)
			}
			text += fmt.Sprintf("h%d = Tanh(%s)\n", at, sum) // keeps numbers small whatever the weights are
			width = s.width
		}
		text += fmt.Sprintf("p%[1]d = GlobalAveragePool(h%[2]d)\nf%[1]d = Flatten(p%[1]d)\ninit v%[1]d[%[3]d 10]\nexit%[1]d = MatMul(f%[1]d, v%[1]d)\noutput exit%[1]d[N 10]\n", stage, at, width)
	}
	m := sketch.Model(text)
	for _, w := range m.Graph.Initializer { // as exporters write it
		for _, x := range w.FloatData {
			w.RawData = binary.LittleEndian.AppendUint32(w.RawData, math.Float32bits(x))
		}
		w.FloatData = nil
	}
	path := filepath.Join(b.TempDir(), "large.onnx")
	if err := os.WriteFile(path, sketch.Encode(m), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkMemory measures the memory of a node without a profile and with one, whose evidence an objective searches: the
// anonymous and the resident memory with nothing to do, and with the queues of both tenants full; and then the anonymous one
// above what the model's weights and the inputs in the queues take. The goal of the last is 64 MB.
func BenchmarkMemory(b *testing.B) {
	b.Run("plain", func(b *testing.B) { memoryOf(b, "", "") })
	b.Run("profile", func(b *testing.B) {
		memoryOf(b, filepath.Join(glyphs, "profile.json"), "objective {\nminimize = response_time\nwhere = accuracy >= 0.95\n}\n")
	})
}

// memoryOf measures a node with a profile, or none, whose first tenant has an objective, or none.
func memoryOf(b *testing.B, profile, objective string) {
	const queue, looks = 1024, 40
	n := start(b, options{profile: profile, tenants: "tenant \"doorbell\" {\nqueue = 1024\n" + objective + "}\ntenant \"survey\" { queue = 1024 }"})
	idle := n.memory()
	input := inputs(pictures(b)[0])[0]
	var feeders []*flooder
	for _, tenant := range []string{"doorbell", "survey"} {
		f := newFlooder(b, n.address, tenant, input)
		f.run(math.MaxInt, 1, f.upTo(queue))
		feeders = append(feeders, f)
	}
	var full proc.Memory
	for range looks {
		time.Sleep(sampling)
		now := n.memory()
		full.Anonymous, full.Resident = max(full.Anonymous, now.Anonymous), max(full.Resident, now.Resident)
	}
	for _, f := range feeders {
		f.rest()
		if e := f.settle(); e.Answered != e.Sent {
			b.Errorf("the requests have the ends %+v", e)
		}
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(megabytes(idle.Anonymous), "idle-MB")
	b.ReportMetric(megabytes(idle.Resident), "idle-resident-MB")
	b.ReportMetric(megabytes(full.Anonymous), "full-MB")
	b.ReportMetric(megabytes(full.Resident), "full-resident-MB")
	b.ReportMetric(megabytes(full.Anonymous-weights(b, filepath.Join(glyphs, "model.onnx"))-2*queue*len(input.Data)), "above-MB")
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
