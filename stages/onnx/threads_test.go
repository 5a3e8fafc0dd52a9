package onnx

import (
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/stages"
)

// BenchmarkThreads compares ways to use the cores of this machine: so many slots, each running requests back to back through
// all segments, with so many threads in each run. All ways take turns; the figures are ratios to one slot with one thread,
// in the same round: of the requests in a second, and of the time that one takes.
func BenchmarkThreads(b *testing.B) {
	const rounds = 30
	row := pictures(b)[0]
	var ways []*way
	for _, w := range waysFor(runtime.NumCPU()) {
		w.open(b, row)
		w.run(b) // warm
		ways = append(ways, w)
	}
	for round := range rounds {
		for i := range ways {
			ways[(round+i)%len(ways)].run(b)
		}
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	for _, w := range ways {
		name := fmt.Sprintf("%dx%d", w.slots, w.threads)
		if w == ways[0] {
			b.ReportMetric(median(w.latency)*1e6, name+"-us")
			continue
		}
		b.ReportMetric(ratioOf(w.throughput, ways[0].throughput), name+"-throughput")
		b.ReportMetric(ratioOf(w.latency, ways[0].latency), name+"-latency")
	}
}

// way is one of them, with what it has reached in every round.
type way struct {
	slots, threads int
	model          *Model
	chains         [][]stages.Runner
	carries        []*stages.Carry

	throughput, latency []float64 // requests a second; seconds
}

// waysFor are those that may make sense for a number of cores: powers of two, and at most two threads in all for each core.
// One slot with one thread comes first.
func waysFor(cores int) []*way {
	var all []*way
	for slots := 1; slots <= cores; slots *= 2 {
		for threads := 1; threads <= cores && slots*threads <= 2*cores; threads *= 2 {
			all = append(all, &way{slots: slots, threads: threads})
		}
	}
	return all
}

func (w *way) open(b *testing.B, row []float32) {
	b.Helper()
	m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Logits: true, Threads: w.threads, Carries: w.slots})
	if err != nil {
		b.Fatal(err)
	}
	w.model = m
	for range w.slots {
		c, err := m.Alloc()
		if err != nil {
			b.Fatal(err)
		}
		copy(c.Tensors[m.model.Inputs[0]].Floats(), row)
		w.chains, w.carries = append(w.chains, openAll(b, m)), append(w.carries, c)
	}
	b.Cleanup(func() {
		for _, c := range w.carries {
			m.Free(c)
		}
		closeAll(b, m, slices.Concat(w.chains...))
	})
}

// run has every slot run as many requests, on a thread of its own.
func (w *way) run(b *testing.B) {
	const requests = 60
	var slots sync.WaitGroup
	times := make([][]float64, w.slots)
	start := time.Now()
	for i := range w.slots {
		slots.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for range requests {
				begun := time.Now()
				for _, r := range w.chains[i] {
					if _, err := r.Run([]*stages.Carry{w.carries[i]}); err != nil {
						b.Error(err)
						return
					}
				}
				times[i] = append(times[i], time.Since(begun).Seconds())
			}
		})
	}
	slots.Wait()
	w.throughput = append(w.throughput, float64(w.slots*requests)/time.Since(start).Seconds())
	w.latency = append(w.latency, median(slices.Concat(times...)))
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// ratioOf is the median over the rounds of one figure to another.
func ratioOf(all, base []float64) float64 {
	var ratios []float64
	for i := range all {
		ratios = append(ratios, all[i]/base[i])
	}
	return median(ratios)
}
