package graph

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strconv"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// attach replaces every weight that lies in a file below folder by its bytes, so that a segment is one self-contained
// piece. The folder is a root that no path in the model can leave.
func attach(model *onnxpb.ModelProto, folder string) error {
	var root *os.Root
	total := int64(0)
	for t := range tensors(model) {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		if root == nil {
			var err error
			if root, err = os.OpenRoot(folder); err != nil {
				return err
			}
			defer root.Close()
		}
		raw, err := external(root, t, maxBytes-total)
		if err != nil {
			return fmt.Errorf("weight %q: %w", t.GetName(), err)
		}
		total += int64(len(raw))
		t.RawData, t.ExternalData, t.DataLocation = raw, nil, nil
	}
	return nil
}

// external reads the bytes of one weight, at most limit.
func external(root *os.Root, t *onnxpb.TensorProto, limit int64) ([]byte, error) {
	place, offset, length, err := whereabouts(t)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(place)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file that holds weights", place)
	}
	if length < 0 {
		length = info.Size() - offset
	}
	if length < 0 || offset > info.Size()-length {
		return nil, fmt.Errorf("%s has %d bytes, but %d are wanted from byte %d on", place, info.Size(), length, offset)
	}
	if length > limit {
		return nil, errors.New("the model's weights come to more than 2 GiB, more than one file can have")
	}
	raw := make([]byte, length)
	_, err = io.ReadFull(io.NewSectionReader(f, offset, length), raw)
	return raw, err
}

// whereabouts returns the file, the first byte and the number of bytes of a weight; -1 means up to the file's end.
func whereabouts(t *onnxpb.TensorProto) (place string, offset, length int64, err error) {
	length = -1
	for _, e := range t.GetExternalData() {
		switch e.GetKey() {
		case "location":
			place = e.GetValue()
		case "offset":
			offset, err = bytesOf(e)
		case "length":
			length, err = bytesOf(e)
		}
		if err != nil {
			return "", 0, 0, err
		}
	}
	return place, offset, length, nil
}

func bytesOf(e *onnxpb.StringStringEntryProto) (int64, error) {
	n, err := strconv.ParseUint(e.GetValue(), 10, 63)
	if err != nil {
		return 0, fmt.Errorf("its %s %q is not a number of bytes", e.GetKey(), e.GetValue())
	}
	return int64(n), nil
}

// tensors yields every constant of the model, those in bodies and functions too.
func tensors(model *onnxpb.ModelProto) iter.Seq[*onnxpb.TensorProto] {
	return func(yield func(*onnxpb.TensorProto) bool) {
		if !graphTensors(model.GetGraph(), yield) {
			return
		}
		for _, f := range model.GetFunctions() {
			if !nodeTensors(f.GetNode(), yield) {
				return
			}
		}
	}
}

func graphTensors(g *onnxpb.GraphProto, yield func(*onnxpb.TensorProto) bool) bool {
	for _, t := range g.GetInitializer() {
		if !yield(t) {
			return false
		}
	}
	for _, s := range g.GetSparseInitializer() {
		if !sparseTensors(s, yield) {
			return false
		}
	}
	return nodeTensors(g.GetNode(), yield)
}

func sparseTensors(s *onnxpb.SparseTensorProto, yield func(*onnxpb.TensorProto) bool) bool {
	return (s.GetValues() == nil || yield(s.GetValues())) && (s.GetIndices() == nil || yield(s.GetIndices()))
}

func nodeTensors(nodes []*onnxpb.NodeProto, yield func(*onnxpb.TensorProto) bool) bool {
	for _, n := range nodes {
		for _, a := range n.GetAttribute() {
			if a.GetT() != nil && !yield(a.GetT()) || a.GetSparseTensor() != nil && !sparseTensors(a.GetSparseTensor(), yield) {
				return false
			}
			for _, t := range a.GetTensors() {
				if !yield(t) {
					return false
				}
			}
			for _, s := range a.GetSparseTensors() {
				if !sparseTensors(s, yield) {
					return false
				}
			}
			for b := range bodies(a) {
				if !graphTensors(b, yield) {
					return false
				}
			}
		}
	}
	return true
}
