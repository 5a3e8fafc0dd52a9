package onnx

import (
	"testing"

	"github.com/delen-edge/delen/internal/apart"
)

// These run on a real device, where there is one; everything up to it is tested with stand-ins in provider_test.go.
func TestCUDAComputesAsTheCPUDoes(t *testing.T) { computesOnDevice(t, Provider{Name: "cuda"}) }

func TestTensorRTComputesAsTheCPUDoes(t *testing.T) {
	computesOnDevice(t, Provider{Name: "tensorrt", Cache: t.TempDir()})
}

// computesOnDevice holds two instances, one of them renewed, against the CPU.
func computesOnDevice(t *testing.T, p Provider) {
	t.Helper()
	if apart.Run(t) {
		return
	}
	if err := Available(p); err != nil {
		t.Skip(err)
	}
	plain, m := loadGlyphs(t), loadOn(t, p)
	cpu, chain, other := openAll(t, plain), openAll(t, m), openAll(t, m)
	for _, r := range chain {
		if err := r.Renew(); err != nil {
			t.Fatal(err)
		}
	}
	for n, row := range pictures(t)[:20] {
		want := exits(t, plain, cpu, row)
		for _, instance := range [][][]float32{exits(t, m, chain, row), exits(t, m, other, row)} {
			for e := range want {
				if d := farthest(instance[e], want[e]); d > 0.05 { // a device may calculate with fewer digits
					t.Errorf("image %d: exit %d differs by %g from the CPU's", n, e+1, d)
				}
			}
		}
	}
	closeAll(t, m, append(chain, other...))
	closeAll(t, plain, cpu)
}
