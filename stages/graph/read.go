package graph

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

const (
	maxBytes   = 1<<31 - 1 // protobuf's own limit for a message, and so for a segment
	maxNesting = 200       // messages within messages: some thirty bodies within bodies
	maxParts   = 4 << 20   // messages: a network of ten thousand nodes has some two hundred thousand
)

// Read reads the model in the file at path. Its heavy weights stay on the disk, in that file or in files that must lie in
// its folder or below, and must not be changed as long as the graph is used: see [Split.Folder].
func Read(path string) (*Graph, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	g, err := build(f.model)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	g.folder = f.folder
	return g, nil
}

// Cut reads a model in one file, or in several as [ReadSegments] does, and splits it. The exits may be left out. When only
// the split fails, the graph is there all the same.
func Cut(paths, exits []string) (*Graph, *Split, error) {
	read := func() (*Graph, error) { return Read(paths[0]) }
	if len(paths) > 1 {
		files := exits
		read, exits = func() (*Graph, error) { return ReadSegments(paths, files) }, nil
	}
	g, err := read()
	if err != nil {
		return nil, nil, err
	}
	s, err := g.Split(exits)
	return g, s, err
}

// file is a model that was read, with the folder of its heavy weights.
type file struct {
	path, folder string
	model        *onnxpb.ModelProto
}

// open reads a file; its errors name it.
func open(path string) (file, error) {
	model, folder, err := read(path)
	if err != nil {
		return file{}, fmt.Errorf("%s: %w", path, plain(err))
	}
	return file{path, folder, model}, nil
}

// plain is the cause of an error, without the name of the file.
func plain(err error) error {
	var in *fs.PathError
	if errors.As(err, &in) && in == err {
		return in.Err
	}
	return err
}

func read(path string) (model *onnxpb.ModelProto, folder string, err error) {
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		target, err = filepath.Abs(target)
	}
	if err != nil {
		return nil, "", err
	}
	f, err := os.Open(target)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = checkFile(info)
	}
	if err != nil {
		return nil, "", err
	}
	data, err := skim(f, info.Size(), ownFile)
	if err != nil {
		return nil, "", err
	}
	if model, err = decode(data); err != nil {
		return nil, "", err
	}
	folder, err = settle(model, path, target)
	return model, folder, err
}

func checkFile(info os.FileInfo) error {
	switch {
	case info.IsDir():
		return errors.New("it is no file but a directory")
	case !info.Mode().IsRegular():
		return errors.New("it is no regular file")
	case info.Size() > maxBytes:
		return fmt.Errorf("%d bytes are more than a model file can have (2 GiB): it is damaged or no ONNX file", info.Size())
	}
	return nil
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
	if left := count(data, model.ProtoReflect().Descriptor(), maxParts, maxNesting); left < 0 {
		return nil, errors.New("the file describes more than four million things: it is damaged or no ONNX model")
	}
	if err := (proto.UnmarshalOptions{RecursionLimit: maxNesting}).Unmarshal(data, model); err != nil {
		return nil, fmt.Errorf("not an ONNX model, or a truncated one: %w", err)
	}
	if model.GetGraph() == nil {
		return nil, errors.New("not an ONNX model: it has no graph")
	}
	if len(model.GetGraph().GetNode()) == 0 {
		return nil, errors.New("the model's graph is empty")
	}
	return model, inline(model)
}

// count takes the messages in an encoded one from left, and stops when nothing is left. Two bytes can stand for a message
// that takes a hundred times as much memory; what is no protobuf is left to the decoder to refuse.
func count(data []byte, kind protoreflect.MessageDescriptor, left, depth int) int {
	for len(data) > 0 && left >= 0 && depth > 0 {
		number, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return left
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, wire, data); n < 0 {
			return left
		}
		if f := kind.Fields().ByNumber(number); f != nil && f.Message() != nil && wire == protowire.BytesType {
			content, _ := protowire.ConsumeBytes(data)
			left = count(content, f.Message(), left-1, depth-1)
		}
		data = data[n:]
	}
	return left
}
