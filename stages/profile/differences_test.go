package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	p := &Profile{Device: "board, 4 cores", Provider: "cpu", Threads: 1, Runtime: "onnxruntime 1.27.0"}
	for _, c := range []struct {
		profile *Profile
		here    Conditions
		want    []string
	}{
		{p, Conditions{"board, 4 cores", "cpu", 1, "onnxruntime 1.27.0"}, nil},
		{p, Conditions{}, nil},
		{&Profile{}, Conditions{"board, 4 cores", "cpu", 1, "onnxruntime 1.27.0"}, nil},
		{p, Conditions{Device: "PC", Provider: "cpu"}, []string{`device "board, 4 cores", not "PC"`}},
		{p, Conditions{"PC", "cuda", 2, "onnxruntime 1.28.0"}, []string{
			`device "board, 4 cores", not "PC"`, `provider "cpu", not "cuda"`, `threads 1, not 2`,
			`runtime "onnxruntime 1.27.0", not "onnxruntime 1.28.0"`,
		}},
	} {
		if diff := cmp.Diff(c.want, c.profile.Differences(c.here)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", c.here, diff)
		}
	}
}
