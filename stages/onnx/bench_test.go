package onnx

import (
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/ratio"
	"github.com/delen-edge/delen/stages"
)

// BenchmarkSegmentsAgainstWhole compares the segments of each shipped model back to back with the uncut network in one
// session: the same threads, the same options, everything allocated before, all exits computed. The goal is a ratio of at
// most 1.05.
func BenchmarkSegmentsAgainstWhole(b *testing.B) {
	for _, name := range []string{"glyphs", "speech"} {
		b.Run(name, func(b *testing.B) { segmentsAgainstWhole(b, filepath.Join("../../examples", name, "model.onnx")) })
	}
}

func segmentsAgainstWhole(b *testing.B, path string) {
	m, err := Load(Config{Name: path, Files: []string{path}, Logits: true})
	if err != nil {
		b.Fatal(err)
	}
	chain := openAll(b, m)
	defer closeAll(b, m, chain)
	w, err := m.uncut()
	if err != nil {
		b.Fatal(err)
	}
	defer w.close()
	w.fill(rand.New(rand.NewPCG(1, 1)), true)
	c, err := m.Alloc()
	if err != nil {
		b.Fatal(err)
	}
	defer m.Free(c)
	w.give(c, m.model.Inputs)
	segments := func() {
		for _, r := range chain {
			if _, err := r.Run([]*stages.Carry{c}); err != nil {
				b.Fatal(err)
			}
		}
	}
	whole := func() {
		if err := w.session.Run(w.in, w.out); err != nil {
			b.Fatal(err)
		}
	}
	const runs = 100
	ratio.Report(b, timed(runs, segments), timed(runs, whole))
}

// BenchmarkGather compares runs for eight tickets, gathered and scattered, with runs of the runtime on rows that lie together
// already.
func BenchmarkGather(b *testing.B) {
	for _, name := range []string{"glyphs", "speech"} {
		b.Run(name, func(b *testing.B) { gatheredAgainstBare(b, filepath.Join("../../examples", name, "model.onnx")) })
	}
}

func gatheredAgainstBare(b *testing.B, path string) {
	const rows, runs = 8, 10
	m, err := Load(Config{Name: path, Files: []string{path}, Logits: true})
	if err != nil {
		b.Fatal(err)
	}
	chain := openFor(b, m, rows)
	defer closeAll(b, m, chain)
	var carries []*stages.Carry
	for range rows {
		carries = append(carries, alloc(b, m))
	}
	defer func() {
		for _, c := range carries {
			m.Free(c)
		}
	}()
	gathered := func() {
		for _, r := range chain {
			if _, err := r.Run(carries); err != nil {
				b.Fatal(err)
			}
		}
	}
	bare := func() {
		for _, r := range chain {
			in, out, err := r.(*runner).batch.values(rows)
			if err == nil {
				err = r.(*runner).session.Run(in, out)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	ratio.Report(b, timed(runs, gathered), timed(runs, bare))
	b.ReportMetric(copying(chain, carries), "copy-us/row")
}

// copying is the time that gathering and scattering all segments take, in us for each row.
func copying(chain []stages.Runner, carries []*stages.Carry) float64 {
	const times = 200
	start := time.Now()
	for range times {
		for _, r := range chain {
			r.(*runner).batch.gather(carries)
			r.(*runner).batch.scatter(carries)
		}
	}
	return time.Since(start).Seconds() * 1e6 / times / float64(len(carries))
}

// timed gives the time of one of n runs, on one thread.
func timed(n int, run func()) func() time.Duration {
	return func() time.Duration {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		start := time.Now()
		for range n {
			run()
		}
		return time.Since(start) / time.Duration(n)
	}
}
