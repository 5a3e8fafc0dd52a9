package graph

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// ownFile stands for the model's own file as the place of a weight. No other file can be called so.
const ownFile = "\x00"

// store finds the weights that a model keeps in files.
type store struct {
	own    string   // the model's file
	home   *os.Root // its folder: no path in the model can leave it
	beside *os.Root // the folder that the model was named in, another one when the name is a link
	total  int64    // bytes that were brought into memory
}

// settle checks where the weights of a model lie that are not in it. Heavy ones stay in their files, below the folder that
// it returns. What is light is brought into memory, and so is what lies where a runtime would not look for it: in the
// bodies of operators, or beside a link to the model.
func settle(model *onnxpb.ModelProto, path, target string) (folder string, err error) {
	s := store{own: filepath.Base(target)}
	folder = filepath.Dir(target)
	if s.home, err = os.OpenRoot(folder); err != nil {
		return "", err
	}
	defer s.home.Close()
	if s.beside, err = os.OpenRoot(filepath.Dir(path)); err != nil {
		return "", err
	}
	defer s.beside.Close()
	alike, err := sameFolder(s.home, s.beside)
	if err != nil {
		return "", err
	}
	loose := make(map[*onnxpb.TensorProto]bool)
	for _, t := range model.GetGraph().GetInitializer() {
		loose[t] = true
	}
	for t := range tensors(model) {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		if err := s.settle(t, loose[t], alike); err != nil {
			return "", fmt.Errorf("weight %q: %w", t.GetName(), err)
		}
	}
	return folder, nil
}

func sameFolder(a, b *os.Root) (bool, error) {
	x, errA := a.Stat(".")
	y, errB := b.Stat(".")
	return errA == nil && errB == nil && os.SameFile(x, y), errors.Join(errA, errB)
}

// settle leaves one weight where it is, or brings it into memory. A loose one may stay: it belongs to no operator.
func (s *store) settle(t *onnxpb.TensorProto, loose, alike bool) error {
	p, err := whereabouts(t)
	if err != nil {
		return err
	}
	root, own := s.beside, p.file == ownFile
	if own {
		root, p.file = s.home, s.own
	}
	f, p, err := find(root, p)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := checkLength(t, p.length); err != nil {
		return err
	}
	if loose && p.length >= heavy && (alike || own) {
		t.RawData, t.ExternalData = nil, p.entries()
		return nil
	}
	if s.total += p.length; s.total > maxBytes {
		return errors.New("the weights to be read come to more than 2 GiB, more than one model can hold")
	}
	raw, err := bytesAt(f, p)
	t.RawData, t.ExternalData, t.DataLocation = raw, nil, nil
	return err
}

// checkLength holds the number of bytes of a weight against its type and shape.
func checkLength(t *onnxpb.TensorProto, length int64) error {
	size := int64(DType(t.GetDataType()).Size())
	n, ok := elements(t.GetDims())
	if size > 0 && ok && n <= maxElements/size && n*size != length {
		return fmt.Errorf("it has %d bytes, but %s%v takes %d: the file is damaged or incomplete",
			length, DType(t.GetDataType()), t.GetDims(), n*size)
	}
	return nil
}

// find opens the file that a weight lies in and completes its place. The caller closes the file.
func find(root *os.Root, p place) (*os.File, place, error) {
	f, err := root.Open(p.file)
	if err != nil {
		if strings.Contains(err.Error(), "escapes") {
			err = fmt.Errorf("%w: weights lie in the model's folder or below; where links lead out of it, copy the model with what they lead to (cp -rL)", err)
		}
		return nil, p, err
	}
	info, err := f.Stat()
	if err == nil {
		p, err = p.within(info)
	}
	if err != nil {
		f.Close()
		return nil, p, err
	}
	return f, p, nil
}

// within completes a place with the size of its file, which must hold it.
func (p place) within(info os.FileInfo) (place, error) {
	if !info.Mode().IsRegular() {
		return p, fmt.Errorf("%s is not a file that holds weights", p.file)
	}
	if p.length < 0 {
		p.length = info.Size() - p.offset
	}
	if p.length < 0 || p.offset > info.Size()-p.length {
		return p, fmt.Errorf("%s has %d bytes, but %d are wanted from byte %d on", p.file, info.Size(), p.length, p.offset)
	}
	return p, nil
}

func bytesAt(f *os.File, p place) ([]byte, error) {
	raw := make([]byte, p.length)
	_, err := io.ReadFull(io.NewSectionReader(f, p.offset, p.length), raw)
	return raw, err
}

func (g *Graph) weightFiles() []string {
	var files []string
	seen := make(map[string]bool)
	for _, t := range g.model.GetGraph().GetInitializer() {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		p, err := whereabouts(t)
		if path := filepath.Join(g.folder, p.file); err == nil && !seen[path] {
			seen[path] = true
			files = append(files, path)
		}
	}
	return files
}

// embed brings the weights of a model that lie in files into it. The tensors of body are replaced, not changed: others
// have them too.
func (g *Graph) embed(body *onnxpb.GraphProto) error {
	var root *os.Root
	total := int64(0)
	for i, t := range body.GetInitializer() {
		if t.GetDataLocation() != onnxpb.TensorProto_EXTERNAL {
			continue
		}
		if root == nil {
			var err error
			if root, err = os.OpenRoot(g.folder); err != nil {
				return err
			}
			defer root.Close()
		}
		whole, err := embedded(root, t, maxBytes-total)
		if err != nil {
			return fmt.Errorf("weight %q: %w", t.GetName(), err)
		}
		total += int64(len(whole.RawData))
		body.Initializer[i] = whole
	}
	return nil
}

// embedded returns a copy of a weight with its bytes, which are at most limit.
func embedded(root *os.Root, t *onnxpb.TensorProto, limit int64) (*onnxpb.TensorProto, error) {
	p, err := whereabouts(t)
	if err != nil {
		return nil, err
	}
	f, p, err := find(root, p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if p.length > limit {
		return nil, errors.New("the weights come to more than 2 GiB, more than one file can have")
	}
	t = shallow(t)
	t.ExternalData, t.DataLocation = nil, nil
	t.RawData, err = bytesAt(f, p)
	return t, err
}

// whereabouts returns the place of a weight that lies in a file.
func whereabouts(t *onnxpb.TensorProto) (p place, err error) {
	p.length = -1
	for _, e := range t.GetExternalData() {
		switch e.GetKey() {
		case "location":
			p.file = filepath.Clean(e.GetValue())
		case "offset":
			p.offset, err = bytesOf(e)
		case "length":
			p.length, err = bytesOf(e)
		}
		if err != nil {
			return place{}, err
		}
	}
	return p, nil
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
