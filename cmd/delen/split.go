package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/onnx"
)

// newSplit makes the command that cuts a model into its segments.
func newSplit() *cobra.Command {
	var o splitOptions
	cmd := &cobra.Command{
		Use:   "split -o DIR MODEL",
		Short: "Cut a model at its exits and write the segments",
		Long: `Split cuts a multi-exit model at its exits, as serving does, and writes each
segment as an ONNX model of its own: DIR/segment-01.onnx, DIR/segment-02.onnx and
so on. Run one after the other, they compute what the whole model computes.

The exits are the model's outputs, the one that needs the fewest nodes first.
Name them with --exits when they are others, or fewer: any tensors that the model
computes, in the order of the segments.

For each segment it prints how many nodes and parameters it has, how many
floating-point operations a row costs, what goes in and out, and how much of that
is hidden: passed on to later segments. A dimension of ? is open; the first is the
row, one request.

The folder is made when it is not there. Segments of an earlier split are replaced,
unless there were more of them: those that would be left are named. When something
fails, nothing is written.

With --json the result is one JSON object: "model", "folder", "exits_found" and
"segments", each with file, exit, nodes, parameters, flops, hidden_bytes, inputs
and outputs. An open dimension is -1; a figure that is not known is null.`,
		Example: `  delen split -o segments model.onnx
  delen split -o segments --exits exit1,exit3 model.onnx`,
		Args: argument("MODEL", "an ONNX file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.model = args[0]
			if o.folder == "" {
				return usageError{errors.New("there is no folder to write to: add -o DIR")}
			}
			return split(o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&o.folder, "output", "o", "", "the `folder` for the segments")
	cmd.Flags().StringSliceVar(&o.exits, "exits", nil, "the exits, shallowest first (default: the model's outputs)")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

type splitOptions struct {
	model, folder string
	exits         []string
	json          bool
}

func split(o splitOptions, stdout, stderr io.Writer) error {
	s, err := cut(o, stderr)
	if err != nil {
		return about(o.model, err)
	}
	if err := writeSegments(o.folder, s); err != nil {
		return err
	}
	r := newSplitResult(o, s)
	if o.json {
		return printJSON(stdout, r)
	}
	return r.print(stdout)
}

// cut reads the model and cuts it. What its file does not tell is asked from the
// runtime; without one, only types are indispensable.
func cut(o splitOptions, stderr io.Writer) (*graph.Split, error) {
	g, err := graph.Read(o.model)
	if err != nil {
		return nil, err
	}
	s, err := g.Split(o.exits)
	if err != nil {
		return nil, err
	}
	if len(s.Unresolved()) == 0 && len(s.Uncounted()) == 0 {
		return s, nil
	}
	reason := resolve(g, s)
	if open := untyped(s); len(open) > 0 {
		if reason == nil {
			reason = errors.New("the runtime does not know them either")
		}
		return nil, fmt.Errorf("the file does not give the types of %q and %w; export the model with its shapes inferred", open, reason)
	}
	if reason != nil {
		fmt.Fprintf(stderr, "delen: some shapes and FLOPs are left open: %v\n", reason)
	}
	return s, nil
}

// untyped returns the names of the tensors that cannot be declared.
func untyped(s *graph.Split) []string {
	var names []string
	for _, t := range s.Tensors {
		if t.Type == graph.Unknown {
			names = append(names, t.Name)
		}
	}
	return names
}

// about makes sure that an error names the file it is about.
func about(path string, err error) error {
	if strings.Contains(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

func segmentFile(number int) string {
	return fmt.Sprintf("segment-%02d.onnx", number)
}

// writeSegments writes all segments into a folder of their own and moves them to
// their destination when all are on the disk.
func writeSegments(folder string, s *graph.Split) error {
	fresh, err := checkFolder(folder, len(s.Segments))
	if err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	// Both lie on one disk, so that moving is renaming.
	beside := folder
	if fresh {
		beside = filepath.Dir(filepath.Clean(folder))
	}
	temp, err := os.MkdirTemp(beside, ".delen-split-*")
	if err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	defer os.RemoveAll(temp)
	for n := 1; n <= len(s.Segments); n++ {
		model, err := s.Model(n)
		if err == nil {
			err = writeSynced(filepath.Join(temp, segmentFile(n)), model)
		}
		if err != nil {
			return fmt.Errorf("nothing is written: %w", err)
		}
	}
	return move(temp, folder, fresh, len(s.Segments))
}

// checkFolder reports whether the folder is still to be made. It refuses one with
// segments that this split does not replace: the whole would look like one model
// with more segments.
func checkFolder(folder string, segments int) (fresh bool, err error) {
	old, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(folder))
		if _, err := os.Stat(parent); err != nil {
			return false, fmt.Errorf("there is no folder %s to make %s in", parent, filepath.Base(folder))
		}
		return true, nil
	}
	if err != nil {
		return false, err
	}
	ours := make([]string, segments)
	for i := range ours {
		ours[i] = segmentFile(i + 1)
	}
	for _, f := range old {
		if ok, _ := filepath.Match("segment-*.onnx", f.Name()); ok && !slices.Contains(ours, f.Name()) {
			return false, fmt.Errorf("%s has %s of another split: remove it, or choose another folder", folder, f.Name())
		}
	}
	return false, nil
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// move puts the finished segments in their place: the whole folder when that is
// fresh, else file by file.
func move(temp, folder string, fresh bool, segments int) error {
	if fresh {
		// MkdirTemp keeps a folder to its owner, but segments are no secret.
		if err := errors.Join(os.Chmod(temp, 0o755), os.Rename(temp, folder)); err != nil {
			return fmt.Errorf("nothing is written: %w", err)
		}
		return nil
	}
	for n := 1; n <= segments; n++ {
		if err := os.Rename(filepath.Join(temp, segmentFile(n)), filepath.Join(folder, segmentFile(n))); err != nil {
			return fmt.Errorf("only the segments before %d are replaced, split again: %w", n, err)
		}
	}
	return nil
}

// splitResult is what split --json prints. Its names are a promise to scripts.
type splitResult struct {
	Model     string         `json:"model"`
	Folder    string         `json:"folder"`
	Found     bool           `json:"exits_found"`
	FixedRows int64          `json:"fixed_rows,omitempty"`
	Segments  []splitSegment `json:"segments"`
}

type splitSegment struct {
	File       string        `json:"file"`
	Exit       string        `json:"exit"`
	Nodes      int           `json:"nodes"`
	Parameters int64         `json:"parameters"`
	FLOPs      *float64      `json:"flops"`
	Hidden     *int64        `json:"hidden_bytes"`
	Inputs     []splitTensor `json:"inputs"`
	Outputs    []splitTensor `json:"outputs"`

	uncounted string
}

type splitTensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Shape []int64 `json:"shape"`

	text string
}

func newSplitResult(o splitOptions, s *graph.Split) splitResult {
	r := splitResult{Model: o.model, Folder: o.folder, Found: s.Found, FixedRows: s.FixedRows}
	for _, seg := range s.Segments {
		k := splitSegment{
			File: segmentFile(seg.Number), Exit: s.Tensors[seg.Exit].Name,
			Nodes: seg.Nodes, Parameters: seg.Parameters, FLOPs: known(seg.FLOPs), uncounted: seg.Uncounted,
			Inputs: splitTensors(s, seg.In), Outputs: splitTensors(s, seg.Out),
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

// print writes the result for people.
func (r splitResult) print(w io.Writer) error {
	t := newTable(w)
	found := ""
	if r.Found {
		found = ", found by itself: the outputs of the model"
	}
	t.line("%s: %s%s.", r.Model, plural(len(r.Segments), "exit"), found)
	if r.FixedRows > 0 {
		t.line("The model insists on %s at a time.", plural(int(r.FixedRows), "row"))
	}
	for _, s := range r.Segments {
		t.line("")
		t.line("%s to %q", filepath.Join(r.Folder, s.File), s.Exit)
		t.line("  holds\t%s, %s", plural(s.Nodes, "node"), plural(int(s.Parameters), "parameter"))
		t.line("  costs\t%s a row%s", flops(s.FLOPs), optional(": ", s.uncounted))
		t.line("  takes\t%s", texts(s.Inputs))
		t.line("  gives\t%s", texts(s.Outputs))
		t.line("  passes on\t%s a row", bytesOf(s.Hidden))
	}
	return t.flush()
}

func texts(tensors []splitTensor) string {
	list := make([]string, len(tensors))
	for i, t := range tensors {
		list[i] = t.text
	}
	return strings.Join(list, ", ")
}

// resolve asks ONNX Runtime for the types and shapes that the model's file leaves open.
func resolve(g *graph.Graph, s *graph.Split) error {
	library, err := onnx.Library("")
	if err != nil {
		return err
	}
	if err := onnx.Open(library); err != nil {
		return err
	}
	return onnx.Resolve(g, s)
}
