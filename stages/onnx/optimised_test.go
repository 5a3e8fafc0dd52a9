package onnx

import (
	"math"
	"path/filepath"
	"testing"

	ort "github.com/yalue/onnxruntime_go"
)

// A model that the runtime has optimised, with its own operators, and saved without shapes, costs what it cost before.
func TestOptimisedModelsCostTheSame(t *testing.T) {
	path := filepath.Join(glyphs, "model.onnx")
	before, err := cut(Config{Files: []string{path}})
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []ort.GraphOptimizationLevel{
		ort.GraphOptimizationLevelEnableBasic, ort.GraphOptimizationLevelEnableExtended, ort.GraphOptimizationLevelEnableAll,
	} {
		after, err := cut(Config{Files: []string{optimise(t, path, before.Exits, level)}})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range after.Segments {
			was := before.Segments[i]
			if math.IsNaN(was.FLOPs) || s.FLOPs != was.FLOPs || s.Parameters != was.Parameters {
				t.Errorf("%v, segment %d: %v FLOPs (%s) and %d parameters, before %v and %d",
					level, s.Number, s.FLOPs, s.Uncounted, s.Parameters, was.FLOPs, was.Parameters)
			}
		}
	}
}

// optimise returns the path of the model as the runtime would run it.
func optimise(t *testing.T, path string, exits []string, level ort.GraphOptimizationLevel) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "optimised.onnx")
	options, err := ort.NewSessionOptions()
	if err != nil {
		t.Fatal(err)
	}
	defer options.Destroy()
	for _, err := range []error{options.SetGraphOptimizationLevel(level), options.SetOptimizedModelFilePath(to)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	session, err := ort.NewDynamicAdvancedSession(path, []string{"input"}, exits, options)
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Destroy(); err != nil {
		t.Fatal(err)
	}
	return to
}
