package onnx

import (
	"math"
	"path/filepath"
	"testing"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/internal/apart"
)

// The runtime that `make runtime` fetches for x86-64 has WebGPU, which needs a Vulkan device; one in software will do. So this
// is a provider by name that executes a real model, where there is one. Held against the whole model on the same provider:
// how exact a provider is, is its own affair, and the difference from the CPU is only logged (docs/accelerators.md).
func TestWebGPUComputesInSegmentsWhatItComputesWhole(t *testing.T) {
	if apart.Run(t) {
		return
	}
	webgpu := Provider{Name: "webgpu"}
	if err := Available(webgpu); err != nil {
		t.Skip(err)
	}
	plain, m := loadGlyphs(t), loadOn(t, webgpu)
	cpu, chain, other := openAll(t, plain), openAll(t, m), openAll(t, m)
	if chain[0].(*runner).session != other[0].(*runner).session {
		t.Error("two instances do not share a session")
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		t.Fatal(err)
	}
	if err := webgpu.appendTo(options, nil, nil); err != nil {
		t.Fatal(err)
	}
	s, err := ort.NewDynamicAdvancedSession(filepath.Join(glyphs, "model.onnx"), []string{"input"}, m.model.Exits, options)
	if err != nil {
		t.Fatal(err)
	}
	whole := &oracle{s, len(m.model.Exits)}
	for _, row := range pictures(t)[:3] {
		want, got, exact := whole.run(t, row), exits(t, m, chain, row), exits(t, plain, cpu, row)
		for e := range want {
			if d := farthest(got[e], want[e]); d > 1e-4 {
				t.Errorf("exit %d differs by %g from the whole model's", e+1, d)
			}
			t.Logf("exit %d differs by %g from the CPU's", e+1, farthest(got[e], exact[e]))
		}
	}
	closeAll(t, m, append(chain, other...))
	closeAll(t, plain, cpu)
}

// farthest is the largest difference of two rows.
func farthest(a, b []float32) float64 {
	d := 0.0
	for i := range a {
		d = max(d, math.Abs(float64(a[i]-b[i])))
	}
	return d
}
