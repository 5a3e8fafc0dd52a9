package graph

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// large is a model with a weight that is heavy, one that is just not, and one that is written as numbers.
func large() *onnxpb.ModelProto {
	m := model(`
		input x[N 64]
		init w[64 64]
		init v[64]
		a = MatMul(x, w)
		y1 = Add(a, v)
		b = Relu(y1)
		y2 = MatMul(b, w)
		output y1[N 64]
		output y2[N 64]`)
	m.Graph.Initializer[0].FloatData = nil
	m.Graph.Initializer[0].RawData = bytes.Repeat([]byte{1, 2, 3, 4}, 64*64)
	return m
}

// restored is what a model was before it was skimmed.
func restored(t testing.TB, data []byte, file string) *onnxpb.ModelProto {
	t.Helper()
	m := &onnxpb.ModelProto{}
	if err := proto.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	g := &Graph{folder: filepath.Dir(file)}
	if m.Graph != nil {
		if err := g.embed(m.Graph); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

func skimmed(t testing.TB, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	data, err := skim(f, info.Size(), filepath.Base(path))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSkimmingLeavesHeavyWeightsAlone(t *testing.T) {
	strange := large()
	unknown := []byte{0xf8, 0x3f, 0x07, 0xfa, 0x3f, 0x03, 'n', 'e', 'w', 0xfd, 0x3f, 1, 2, 3, 4} // of a later version
	strange.ProtoReflect().SetUnknown(unknown)
	strange.Graph.ProtoReflect().SetUnknown(unknown)
	strange.Graph.Initializer[0].ProtoReflect().SetUnknown(unknown)
	for _, whole := range []*onnxpb.ModelProto{large(), model(twoExits), strange} {
		path := write(t, filepath.Join(t.TempDir(), "model.onnx"), encode(whole))
		lean := skimmed(t, path)
		if len(lean) > 4<<10 {
			t.Errorf("%d bytes are left of the model", len(lean))
		}
		if diff := cmp.Diff(whole, restored(t, lean, path), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	}
	path := filepath.FromSlash("../../examples/glyphs/model.onnx")
	data, err := os.ReadFile(path)
	want := unmarshal(t, data, err)
	lean := skimmed(t, path)
	if !proto.Equal(want, restored(t, lean, path)) || len(lean) > len(data)/20 {
		t.Errorf("%d bytes of %d are left, or it is another model", len(lean), len(data))
	}
}

// A segment has its weights in it, or says where they lie; what is asked for its shapes has neither.
func TestSegmentsHaveTheirWeightsOrNameThem(t *testing.T) {
	folder := t.TempDir()
	g, err := Read(write(t, filepath.Join(folder, "model.onnx"), encode(large())))
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := large().Graph.Initializer[0].RawData
	for n := 1; n <= 2; n++ {
		data, err := s.Model(n)
		if w := unmarshal(t, data, err).Graph.Initializer[0]; !bytes.Equal(w.RawData, want) || w.DataLocation != nil {
			t.Errorf("segment %d: %d bytes, %v", n, len(w.RawData), w.DataLocation)
		}
		data, err = s.Lean(n)
		w := unmarshal(t, data, err).Graph.Initializer[0]
		p, err := whereabouts(w)
		if err != nil || p.file != "model.onnx" || p.length != int64(len(want)) || w.RawData != nil {
			t.Errorf("segment %d: %+v, %v", n, p, err)
		}
	}
	data, err := g.WithOutputs([]string{"a"})
	asked := unmarshal(t, data, err).Graph
	if len(asked.Initializer) != 1 || len(asked.Input) != 2 || asked.Input[1].GetName() != "w" {
		t.Errorf("inputs %v, initializers %v", asked.Input, asked.Initializer)
	}
	if s.Folder() != folder || s.Segments[1].Parameters != 64*64 {
		t.Errorf("folder %s, %+v", s.Folder(), s.Segments[1])
	}
}

// A model that is named through a link finds its own weights at the link's end, and other files beside the link.
func TestWeightsBehindALink(t *testing.T) {
	blobs, folder := t.TempDir(), t.TempDir()
	weights := bytes.Repeat([]byte{5, 6, 7, 8}, 64*64)
	m := large()
	m.Graph.Initializer = append(m.Graph.Initializer, &onnxpb.TensorProto{
		Name: proto.String("u"), Dims: []int64{64, 64}, DataType: proto.Int32(int32(Float32)),
		DataLocation: onnxpb.TensorProto_EXTERNAL.Enum(), ExternalData: place{"weights", 0, int64(len(weights))}.entries(),
	})
	m.Graph.Node[3].Input[1] = "u"
	write(t, filepath.Join(blobs, "4711"), encode(m))
	write(t, filepath.Join(folder, "weights"), weights)
	link := filepath.Join(folder, "model.onnx")
	if err := os.Symlink(filepath.Join(blobs, "4711"), link); err != nil {
		t.Fatal(err)
	}
	g, err := Read(link)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range [][]byte{large().Graph.Initializer[0].RawData, weights} {
		data, err := s.Model(n + 1)
		if w := unmarshal(t, data, err).Graph.Initializer[0]; !bytes.Equal(w.RawData, want) {
			t.Errorf("segment %d has other weights", n+1)
		}
	}
}

func TestWeightsOfTheWrongSize(t *testing.T) {
	m := large()
	m.Graph.Initializer[0].Dims = []int64{64, 65}
	_, err := Read(write(t, filepath.Join(t.TempDir(), "model.onnx"), encode(m)))
	if err == nil || !strings.Contains(err.Error(), `weight "w": it has 16384 bytes, but float32[64 65] takes 16640`) {
		t.Error(err)
	}
}

// What is skimmed is what stood in the file, or the file is refused.
func FuzzSkim(f *testing.F) {
	f.Add(encode(large()))
	said := large()
	said.Graph.Initializer[0].DataLocation = onnxpb.TensorProto_DEFAULT.Enum()
	f.Add(encode(said))
	f.Add(encode(model(twoExits)))
	twice := append(encode(&onnxpb.TensorProto{RawData: make([]byte, heavy)}), encode(&onnxpb.TensorProto{RawData: []byte{1}})...)
	f.Add(protowire.AppendBytes([]byte{modelGraph<<3 | 2}, protowire.AppendBytes([]byte{graphInitializer<<3 | 2}, twice)))
	f.Add([]byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, data []byte) {
		want := &onnxpb.ModelProto{}
		known := proto.Unmarshal(data, want) == nil
		path := write(t, filepath.Join(t.TempDir(), "model.onnx"), data)
		lean, err := skim(bytes.NewReader(data), int64(len(data)), "model.onnx")
		if err != nil || !known {
			return
		}
		for _, w := range want.GetGraph().GetInitializer() {
			if w.GetDataLocation() == onnxpb.TensorProto_EXTERNAL || w.ExternalData != nil {
				return // weights that are elsewhere anyway
			}
			if w.GetRawData() != nil && len(w.GetRawData()) >= heavy {
				w.DataLocation = nil // which says where they would be anyway
			}
		}
		got := restored(t, lean, path)
		for _, m := range []*onnxpb.ModelProto{want, got} {
			m.ProtoReflect().SetUnknown(nil) // its numbers may have been written longer than need be
			if m.Graph != nil {
				m.Graph.ProtoReflect().SetUnknown(nil)
			}
			for _, w := range m.GetGraph().GetInitializer() {
				w.ProtoReflect().SetUnknown(nil)
			}
		}
		if !proto.Equal(want, got) {
			t.Errorf("%d bytes were skimmed to another model (%d bytes)", len(data), len(lean))
		}
	})
}
