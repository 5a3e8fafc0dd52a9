package onnx

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// The awkward graphs of stages/graph, dense, skipping, with late and int64 inputs, shared weights, a fixed batch, captures,
// compute on the runtime what they compute whole.
func TestAwkwardGraphsComputeTheSameSplit(t *testing.T) {
	files, err := filepath.Glob("../graph/testdata/models/*.onnx")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d models: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".onnx"), func(t *testing.T) {
			m, err := Load(Config{Name: "awkward", Files: []string{file}, Logits: true})
			if err != nil {
				t.Fatal(err)
			}
			chain := openAll(t, m)
			defer closeAll(t, m, chain)
			rng := rand.New(rand.NewPCG(1, 2))
			whole := uncut(t, file, m.model)
			defer whole.Destroy()
			for range 20 {
				compareRun(t, m, chain, whole, rng)
			}
		})
	}
}
