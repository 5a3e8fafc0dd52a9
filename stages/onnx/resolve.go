package onnx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
)

// Resolve completes a split with what the runtime says of the model: first what it infers, then, for shapes that it cannot
// infer, what they are when zeros go through the model. What cannot be learnt so leaves FLOPs unknown. A split that lacks nothing but shapes for its FLOPs needs no runtime.
func Resolve(g *graph.Graph, split *graph.Split) error {
	if err := ask(split, split.Unresolved(), g.WithOutputs); err != nil {
		return err
	}
	if err := observe(split, split.Unresolved()); err != nil {
		return err
	}
	if !ort.IsInitialized() {
		return nil // the FLOPs stay unknown
	}
	if err := ask(split, split.Uncounted(), g.OneRow); err != nil {
		return err
	}
	return size(split, split.Uncounted())
}

// size hands in the shapes that tensors inside the segments have when zeros go through the model, a row of them.
func size(split *graph.Split, names []string) error {
	if len(names) == 0 {
		return nil
	}
	o, err := newObserver(split, names)
	if err != nil {
		return nil // the FLOPs stay unknown; nothing else depends on it
	}
	defer o.close()
	shapes, err := o.run(max(split.FixedRows, 1))
	if err != nil {
		return nil
	}
	return o.resolve(shapes)
}

// ask opens a variant of the model that has the named tensors as outputs, and hands in what the runtime says of them.
func ask(split *graph.Split, names []string, variant func([]string) ([]byte, error)) error {
	if len(names) == 0 {
		return nil
	}
	if !ort.IsInitialized() {
		return fmt.Errorf("the model does not say the types and shapes of %v, and there is no runtime to ask: %w", names, ErrNoLibrary)
	}
	data, err := variant(names)
	if err != nil {
		return err
	}
	outputs, err := infer(data)
	if err != nil {
		return fmt.Errorf("asking ONNX Runtime for the types of %v: %w", names, err)
	}
	asked := make(map[string]bool, len(names))
	for _, name := range names {
		asked[name] = true
	}
	var known []graph.Tensor
	for _, o := range outputs {
		if asked[o.Name] && o.OrtValueType == ort.ONNXTypeTensor {
			t := graph.Tensor{Name: o.Name, Type: graph.DType(o.DataType)}
			if len(o.Dimensions) > 0 { // it has none of a number, nor of what it knows no shape of
				t.Shape = o.Dimensions
			}
			known = append(known, t)
		}
	}
	return split.Resolve(known)
}

// plainOptions are for a model that is hardly run: to optimise it would take longer than all else, and to pack its weights as
// much memory again. The caller destroys them.
func plainOptions() (*ort.SessionOptions, error) {
	o, err := sessionOptions(1)
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelDisableAll),
		o.AddSessionConfigEntry("session.disable_prepacking", "1"),
	)
	if err != nil {
		return nil, errors.Join(err, o.Destroy())
	}
	return o, nil
}

// infer returns what the runtime says of a model's outputs. The wrapper takes options with a file alone.
func infer(model []byte) ([]ort.InputOutputInfo, error) {
	f, err := os.CreateTemp("", "delen-*.onnx")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(model)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	options, err := plainOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	_, outputs, err := ort.GetInputOutputInfoWithOptions(f.Name(), options)
	if err != nil { // the file is nobody's business
		err = errors.New(strings.ReplaceAll(err.Error(), f.Name(), "the model"))
	}
	return outputs, err
}

// observe runs the model on zeros, with one row and with two, and hands in the shapes that tensors have then. What does not
// grow with the rows, in its first dimension and in no other, does not begin with the row axis.
func observe(split *graph.Split, names []string) error {
	if len(names) == 0 {
		return nil
	}
	o, err := newObserver(split, names)
	if err != nil {
		return err
	}
	defer o.close()
	if rows := split.FixedRows; rows > 0 {
		shapes, err := o.run(rows)
		return errors.Join(err, o.resolve(shapes))
	}
	one, err := o.run(1)
	if err != nil {
		return err
	}
	two, err := o.run(2)
	if err != nil {
		return o.resolve(one) // a model that says that it takes any number of rows, and takes one
	}
	for i, a := range one {
		b := two[i]
		if len(a) == 0 || len(a) != len(b) || a[0] != 1 || b[0] != 2 || !slices.Equal(a[1:], b[1:]) {
			return fmt.Errorf("tensor %q has the shape %v for one request and %v for two: it does not begin with the row axis, so it "+
				"cannot travel with a request; name other exits, or export the model for exactly one row, so that any tensor can "+
				"travel", names[i], a, b)
		}
		a[0] = -1
	}
	return o.resolve(one)
}

// observer runs a model to see the shapes of tensors.
type observer struct {
	split   *graph.Split
	names   []string
	inputs  []graph.Tensor
	session *ort.DynamicAdvancedSession
	options *ort.RunOptions
}

// trying is how long a run on zeros may take.
const trying = time.Minute

func newObserver(split *graph.Split, names []string) (*observer, error) {
	data, err := split.ShapesOf(names)
	if err != nil {
		return nil, err
	}
	o := &observer{split: split, names: names, inputs: split.Tensors[:split.Inputs]}
	var in []string
	for _, t := range o.inputs {
		if t.RowBytes() < 0 {
			return nil, fmt.Errorf("the model's input %s leaves more open than its rows; export it with fixed extents", t)
		}
		if t.RowBytes() > maxTensor/max(split.FixedRows, 2) {
			return nil, fmt.Errorf("the model's input %s is too large to be tried: it has more than 1 GiB", t)
		}
		in = append(in, t.Name)
	}
	options, err := plainOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	if err := options.AddSessionConfigEntry(weightsFolder, split.Folder()); err != nil {
		return nil, err
	}
	o.session, err = ort.NewDynamicAdvancedSessionWithONNXData(data, in, graph.ShapeNames(names), options)
	if err != nil {
		return nil, fmt.Errorf("opening the model to see the shapes of %v: %w", names, err)
	}
	if o.options, err = ort.NewRunOptions(); err != nil {
		return nil, errors.Join(err, o.session.Destroy())
	}
	return o, nil
}

func (o *observer) close() error { return errors.Join(o.session.Destroy(), o.options.Destroy()) }

// run gives the shapes of the tensors for a number of rows.
func (o *observer) run(rows int64) (shapes [][]int64, err error) {
	var in []ort.Value
	out := make([]ort.Value, len(o.names))
	defer func() {
		for _, v := range slices.Concat(in, out) {
			if v != nil {
				v.Destroy()
			}
		}
	}()
	for _, t := range o.inputs {
		shape := append(ort.Shape{rows}, t.Shape[1:]...)
		v, err := ort.NewCustomDataTensor(shape, make([]byte, rows*t.RowBytes()), ort.TensorElementDataType(t.Type))
		if err != nil {
			return nil, err
		}
		in = append(in, v)
	}
	limit, cancel := context.WithTimeout(context.Background(), trying)
	defer cancel()
	stop := stages.WhenDone(limit, func() { o.options.Terminate() })
	err = o.session.RunWithOptions(in, out, o.options)
	stop()
	if err != nil {
		return nil, fmt.Errorf("running the model on zeros, to see the shapes of %v: %w", o.names, err)
	}
	for _, v := range out {
		shapes = append(shapes, slices.Clone(v.(*ort.Tensor[int64]).GetData()))
	}
	return shapes, nil
}

func (o *observer) resolve(shapes [][]int64) error {
	var known []graph.Tensor
	for i, s := range shapes {
		known = append(known, graph.Tensor{Name: o.names[i], Shape: s})
	}
	return o.split.Resolve(known)
}
