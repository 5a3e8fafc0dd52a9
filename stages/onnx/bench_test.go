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
