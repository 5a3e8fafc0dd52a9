package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/onnx"
)

// splitResult is what split --json prints. Its names are a promise to scripts.
type splitResult struct {
	Model     string         `json:"model,omitempty"`
	Models    []string       `json:"models,omitempty"` // when there are several files
	Folder    string         `json:"folder,omitempty"`
	Found     bool           `json:"exits_found"`
	FixedRows int64          `json:"fixed_rows,omitempty"`
	Segments  []splitSegment `json:"segments"`
}

type splitSegment struct {
	File       string        `json:"file,omitempty"`
	Exit       string        `json:"exit"`
	Nodes      int           `json:"nodes"`
	Parameters int64         `json:"parameters"`
	Weights    int64         `json:"weight_bytes"`
	FLOPs      *float64      `json:"flops"`
	Hidden     *int64        `json:"hidden_bytes"`
	Inputs     []splitTensor `json:"inputs"`
	Outputs    []splitTensor `json:"outputs"`
	*splitDifference

	uncounted string
}

// splitDifference is what --verify finds.
type splitDifference struct {
	Largest *float64 `json:"difference"`
	Scale   float64  `json:"scale"`
	Same    bool     `json:"same"`
}

type splitTensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Shape []int64 `json:"shape"`

	text string
}

func newSplitResult(o splitOptions, s *graph.Split) splitResult {
	r := splitResult{Folder: o.folder, Found: s.Found, FixedRows: s.FixedRows}
	if len(o.models) == 1 {
		r.Model = o.models[0]
	} else {
		r.Models = o.models
	}
	for _, seg := range s.Segments {
		k := splitSegment{
			Exit:  s.Tensors[seg.Exit].Name,
			Nodes: seg.Nodes, Parameters: seg.Parameters, Weights: seg.Weights, FLOPs: finite(seg.FLOPs), uncounted: seg.Uncounted,
			Inputs: splitTensors(s, seg.In), Outputs: splitTensors(s, seg.Out),
		}
		if o.folder != "" {
			k.File = segmentFile(seg.Number)
		}
		if seg.HiddenBytes >= 0 {
			k.Hidden = &seg.HiddenBytes
		}
		r.Segments = append(r.Segments, k)
	}
	return r
}

func splitTensors(s *graph.Split, indexes []int) []splitTensor {
	list := make([]splitTensor, len(indexes))
	for i, at := range indexes {
		t := s.Tensors[at]
		list[i] = splitTensor{t.Name, t.Type.String(), t.Shape, t.String()}
	}
	return list
}

// verify runs the model whole and in segments.
func (r *splitResult) verify(ctx context.Context, o splitOptions, s *graph.Split) error {
	if err := openLibrary(""); err != nil {
		return err
	}
	differences, err := onnx.Verify(ctx, onnx.Config{Name: filepath.Base(o.models[0]), Files: o.models, Exits: o.exits, Logits: true}, verifying)
	if err != nil {
		return err
	}
	for i, d := range differences {
		exit := stages.DType(s.Tensors[s.Segments[i].Exit].Type)
		r.Segments[i].splitDifference = &splitDifference{finite(d.Largest), d.Scale, d.Same(exit)}
	}
	return nil
}

// same says whether nothing speaks against the segments.
func (r splitResult) same() bool {
	return !slices.ContainsFunc(r.Segments, func(s splitSegment) bool { return s.splitDifference != nil && !s.Same })
}

// print writes the result for people.
func (r splitResult) print(w io.Writer) error {
	t := newTable(w)
	found := ""
	switch {
	case r.Found && r.Models != nil:
		found = ", one in each file"
	case r.Found:
		found = ", found by itself: the outputs of the model"
	}
	t.line("%s: %s%s.", r.Model+strings.Join(r.Models, ", "), plural(len(r.Segments), "exit"), found)
	if r.FixedRows > 0 {
		t.line("The model insists on %s at a time.", plural(int(r.FixedRows), "row"))
	}
	for i, s := range r.Segments {
		t.line("")
		name := fmt.Sprintf("segment %d", i+1)
		if s.File != "" {
			name = filepath.Join(r.Folder, s.File)
		}
		t.line("%s to %q", name, s.Exit)
		t.line("  holds\t%s, %s", plural(s.Nodes, "node"), plural(int(s.Parameters), "parameter"))
		if s.FLOPs != nil {
			t.line("  costs\t%s a row", flops(s.FLOPs))
		} else {
			t.line("  costs\tFLOPs not known: %s", s.uncounted)
		}
		t.line("  takes\t%s", texts(s.Inputs))
		t.line("  gives\t%s", texts(s.Outputs))
		t.line("  passes on\t%s a row", bytesOf(s.Hidden))
		if d := s.splitDifference; d != nil {
			t.line("  verified\t%s", d)
		}
	}
	return t.flush()
}

// String says for people what was found.
func (d *splitDifference) String() string {
	largest := "NaN"
	if d.Largest != nil {
		largest = fmt.Sprintf("%.2g", *d.Largest)
	}
	verdict := "the same but for rounding"
	if !d.Same {
		verdict = "NOT the same"
	}
	return fmt.Sprintf("%s: largest difference from the whole model %s, of values up to %.3g, %d inputs", verdict, largest, d.Scale, verifying)
}

func texts(tensors []splitTensor) string {
	list := make([]string, len(tensors))
	for i, t := range tensors {
		list[i] = t.text
	}
	return strings.Join(list, ", ")
}
