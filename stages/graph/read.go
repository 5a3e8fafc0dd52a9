package graph

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

const (
	maxBytes   = 1<<31 - 1 // protobuf's own limit for a message, and so for a segment
	maxNesting = 200       // messages within messages: some thirty bodies within bodies
)

// Read reads the model in the file at path. Weights that the model keeps in files beside it are read too; those files
// must lie in the model's folder or below.
func Read(path string) (*Graph, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxBytes {
		return nil, fmt.Errorf("%s: %d bytes are more than a model file can have (2 GiB): it is damaged or no ONNX file",
			path, info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	model, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := attach(model, filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	g, err := build(model)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// Parse reads a model from memory. The graph keeps no reference to data. Weights in other files are an error, since
// there is no folder to look for them: use [Read].
func Parse(data []byte) (*Graph, error) {
	model, err := decode(data)
	if err != nil {
		return nil, err
	}
	for t := range tensors(model) {
		if t.GetDataLocation() == onnxpb.TensorProto_EXTERNAL {
			return nil, fmt.Errorf("weight %q lies in another file: read the model from its own file", t.GetName())
		}
	}
	return build(model)
}

func decode(data []byte) (*onnxpb.ModelProto, error) {
	model := &onnxpb.ModelProto{}
	if err := (proto.UnmarshalOptions{RecursionLimit: maxNesting}).Unmarshal(data, model); err != nil {
		return nil, fmt.Errorf("not an ONNX model, or a truncated one: %w", err)
	}
	if model.GetGraph() == nil {
		return nil, errors.New("not an ONNX model: it has no graph")
	}
	if len(model.GetGraph().GetNode()) == 0 {
		return nil, errors.New("the model's graph is empty")
	}
	return model, nil
}
