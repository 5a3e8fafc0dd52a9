package onnx

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/internal/ratio"
)

// BenchmarkSegmentsAgainstWhole compares the four segments back to back with the whole network in one session: the same
// threads, the same options, everything allocated before, all four exits computed. The goal is a ratio of at most 1.05.
func BenchmarkSegmentsAgainstWhole(b *testing.B) {
	m := loadGlyphs(b)
	chain := openAll(b, m)
	defer closeAll(b, m, chain)
	c, err := m.Alloc()
	if err != nil {
		b.Fatal(err)
	}
	defer m.Free(c)
	row := pictures(b)[0]
	copy(c.Tensors[m.model.Inputs[0]].Floats(), row)
	whole := bareWhole(b, m, row)
	const runs = 100
	segments := func() {
		for _, r := range chain {
			if _, err := r.Run(c); err != nil {
				b.Fatal(err)
			}
		}
	}
	ratio.Report(b, timed(runs, segments), timed(runs, whole))
}

// bareWhole is the best-known use of the runtime for the uncut network: one session, tensors made once.
func bareWhole(b *testing.B, m *Model, row []float32) func() {
	b.Helper()
	options, err := sessionOptions(1)
	if err != nil {
		b.Fatal(err)
	}
	defer options.Destroy()
	s, err := ort.NewDynamicAdvancedSession(filepath.Join(glyphs, "model.onnx"), []string{"input"}, m.model.Exits, options)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Destroy() })
	in, err := ort.NewTensor(ort.Shape{1, 1, 32, 32}, row)
	if err != nil {
		b.Fatal(err)
	}
	outputs := make([]ort.Value, len(m.model.Exits))
	for i := range outputs {
		if outputs[i], err = ort.NewEmptyTensor[float32](ort.Shape{1, int64(m.model.Classes(i))}); err != nil {
			b.Fatal(err)
		}
	}
	inputs := []ort.Value{in}
	return func() {
		if err := s.Run(inputs, outputs); err != nil {
			b.Fatal(err)
		}
	}
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
