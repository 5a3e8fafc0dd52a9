package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/onnx"
)

// newSplit makes the command that cuts a model into its segments.
func newSplit() *cobra.Command {
	var o splitOptions
	cmd := &cobra.Command{
		Use:   "split [-o DIR] [--verify] MODEL...",
		Short: "Cut a model at its exits, write the segments, verify them",
		Long: `Split cuts a multi-exit model at its exits, as serving does, and writes each
segment as an ONNX model of its own: DIR/segment-01.onnx, DIR/segment-02.onnx and
so on. Run one after the other, they compute what the whole model computes.

The exits are the model's outputs, the one that needs the fewest nodes first.
Name them with --exits when they are others, or fewer: any tensors that the model
computes, in the order of the segments.

MODEL is an ONNX file, or several: then each is a segment already, in the order in
which a request passes them, and takes what one before it gives under the same name.
In the form of the original system each takes "input" and gives "output" and
"features". Here --exits names the exit of each file.

For each segment it prints how many nodes and parameters it has, how many
floating-point operations a row costs, what goes in and out, and how much of that
is hidden: passed on to later segments. A dimension of ? is open; the first is the
row, one request.

The folder is made when it is not there. Segments of an earlier split are replaced,
unless there were more of them: those that would be left are named. When something
fails, nothing is written.

With --verify the whole model and the segments run on the same inputs, zeros and
random ones, and the largest difference of each exit is printed. It is one of
rounding, at most 1e-5 of the values for float32; otherwise the exit status is 1.
This needs the inference runtime.

With --json the result is one JSON object: "model" (or "models", when there are
several files), "folder", "exits_found" and "segments", each with file, exit, nodes,
parameters, weight_bytes, flops, hidden_bytes, inputs and outputs, and after
--verify difference, scale (the largest value) and same. An open dimension is -1; a
figure that is not known is null.`,
		Example: `  delen split -o segments model.onnx
  delen split --verify model.onnx
  delen split -o segments --exits exit1,exit3 model.onnx
  delen split --verify first.onnx second.onnx third.onnx`,
		Args: models,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.models = args
			if o.folder == "" && !o.verify {
				return usageError{errors.New("there is nothing to do: add -o DIR to write the segments, or --verify to try them")}
			}
			return split(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&o.folder, "output", "o", "", "the `folder` for the segments")
	cmd.Flags().StringSliceVar(&o.exits, "exits", nil, "the exits, shallowest first (default: the model's outputs)")
	cmd.Flags().BoolVar(&o.verify, "verify", false, "run the whole model and the segments, and compare")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// models requires the file of a model, or several.
func models(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("MODEL is missing: name an ONNX file")
	}
	return nil
}

type splitOptions struct {
	models       []string
	folder       string
	exits        []string
	verify, json bool
}

// verifying is how many inputs are tried: zeros, and random ones.
const verifying = 16

func split(ctx context.Context, o splitOptions, stdout, stderr io.Writer) error {
	s, err := cut(o, stderr)
	if err != nil {
		return o.about(err)
	}
	r := newSplitResult(o, s)
	if o.verify {
		if err := r.verify(ctx, o, s); err != nil {
			return o.about(err)
		}
	}
	if o.folder != "" {
		if err := writeSegments(o.folder, s); err != nil {
			return err
		}
	}
	if o.json {
		err = printJSON(stdout, r)
	} else {
		err = r.print(stdout)
	}
	if err == nil && !r.same() {
		err = errors.New("the segments do not compute what the whole model computes")
	}
	return err
}

// cut reads the model and cuts it. What its file does not tell is asked from the
// runtime; without one, only types are indispensable.
func cut(o splitOptions, stderr io.Writer) (*graph.Split, error) {
	g, s, err := graph.Cut(o.models, o.exits)
	if err != nil {
		return nil, err
	}
	if len(s.Unresolved()) == 0 && len(s.Uncounted()) == 0 {
		return s, nil
	}
	reason := resolve(g, s)
	if open := untyped(s); len(open) > 0 {
		if reason != nil && !errors.Is(reason, onnx.ErrNoLibrary) {
			return nil, reason
		}
		if reason == nil {
			reason = errors.New("the runtime does not know them either")
		}
		return nil, fmt.Errorf("the file does not give the types of %q and %w; export the model with its shapes inferred", open, reason)
	}
	if reason != nil && !o.verify { // which says it too
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

// about makes sure that an error names the model. Of several files it names the right one itself.
func (o splitOptions) about(err error) error {
	if len(o.models) > 1 {
		return err
	}
	return about(o.models[0], err)
}

// about makes sure that an error names the file it is about.
func about(path string, err error) error {
	if strings.Contains(err.Error(), path) {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// resolve asks ONNX Runtime for the types and shapes that the model's file leaves open.
func resolve(g *graph.Graph, s *graph.Split) error {
	if err := openLibrary(""); err != nil {
		return err
	}
	return onnx.Resolve(g, s)
}

// openLibrary finds and loads ONNX Runtime.
func openLibrary(configured string) error {
	library, err := onnx.Library(configured)
	if err != nil {
		return err
	}
	return onnx.Open(library)
}
