package graph

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

func TestReadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.onnx")
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Error(err)
	}
	for _, content := range []string{"", "hello, world", "\x08\x08"} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path+": not an ONNX model") {
			t.Errorf("%q: %v", content, err)
		}
	}
}

// outside returns a model whose weight lies in another file.
func outside(location string, offset, length int) *onnxpb.ModelProto {
	m := model("input x[N 4]\ninit w[4]\ny = Mul(x, w)\noutput y[N 4]")
	w := m.Graph.Initializer[0]
	w.FloatData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
	for key, value := range map[string]string{
		"location": location, "offset": strconv.Itoa(offset), "length": strconv.Itoa(length),
	} {
		w.ExternalData = append(w.ExternalData, &onnxpb.StringStringEntryProto{Key: &key, Value: &value})
	}
	return m
}

func TestWeightsInOtherFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("weights", []byte("0123456789abcdefghijklmnop"))
	if err := os.Mkdir(filepath.Join(folder, "inner"), 0o755); err != nil {
		t.Fatal(err)
	}
	write("inner/weights", []byte("0123456789abcdefghijklmnop"))
	g, err := Read(write("model.onnx", encode(outside("weights", 10, 16))))
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Model(1)
	if w := unmarshal(t, data, err).Graph.Initializer[0]; string(w.RawData) != "abcdefghijklmnop" || w.DataLocation != nil {
		t.Errorf("the weight is %v", w)
	}
	for _, c := range []struct {
		model *onnxpb.ModelProto
		want  string
	}{
		{outside("weights", 11, 16), "weights has 26 bytes, but 16 are wanted from byte 11 on"},
		{outside("weights", -1, 16), `its offset "-1" is not a number of bytes`},
		{outside("weights", 1, -16), `its length "-16" is not a number of bytes`},
		{outside("weights", 1<<62, 1<<62), "are wanted"},
		{outside("absent", 0, 16), "absent"},
		{outside(".", 70, 0), ". is not a file that holds weights"},
		{outside("../weights", 10, 16), "escapes"},
		{outside("/etc/hostname", 0, 1), "escapes"},
	} {
		if _, err := Read(write("inner/model.onnx", encode(c.model))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; should say %s", err, c.want)
		}
	}
	if _, err := Parse(encode(outside("weights", 10, 16))); err == nil || !strings.Contains(err.Error(), "lies in another file") {
		t.Error(err)
	}
}

// Whatever a model says of where its weights lie, it gets bytes of files in its folder, those it names, or an error.
func FuzzReadExternal(f *testing.F) {
	for _, c := range [][3]string{
		{"weights", "10", "16"}, {"weights", "", ""}, {"inner/weights", "0", "1"}, {"./inner/../weights", "26", ""}, {"weights", "27", ""},
		{"../secret", "0", "1"}, {"/etc/hostname", "", ""}, {"inner", "0", "9"}, {"link", "0", "1"}, {"", "0", "0"}, {"weights", "-1", "9223372036854775807"},
	} {
		f.Add(c[0], c[1], c[2])
	}
	above := f.TempDir()
	folder := filepath.Join(above, "model")
	const content = "0123456789abcdefghijklmnop"
	if err := os.MkdirAll(filepath.Join(folder, "inner"), 0o755); err != nil {
		f.Fatal(err)
	}
	for name, data := range map[string]string{"secret": "SECRET", "model/weights": content, "model/inner/weights": content} {
		if err := os.WriteFile(filepath.Join(above, name), []byte(data), 0o600); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.Symlink("../secret", filepath.Join(folder, "link")); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, location, offset, length string) {
		m := model("input x[N 4]\ninit w[4]\ny = Mul(x, w)\noutput y[N 4]")
		w := m.Graph.Initializer[0]
		w.FloatData, w.DataLocation = nil, onnxpb.TensorProto_EXTERNAL.Enum()
		for key, value := range map[string]string{"location": location, "offset": offset, "length": length} {
			if value != "" {
				w.ExternalData = append(w.ExternalData, &onnxpb.StringStringEntryProto{Key: &key, Value: &value})
			}
		}
		w.DataType = nil // any number of bytes will do
		if _, err := settle(m, filepath.Join(folder, "model.onnx"), filepath.Join(folder, "model.onnx")); err != nil {
			return
		}
		from, _ := strconv.Atoi(offset)
		size := len(content) - from
		if length != "" {
			size, _ = strconv.Atoi(length)
		}
		if want := content[from : from+size]; string(w.RawData) != want {
			t.Errorf("%q, %q bytes from %q on, are %q, want %q", location, length, offset, w.RawData, want)
		}
	})
}

// What the schema does not know comes out of a segment as it went in.
func TestUnknownFieldsSurvive(t *testing.T) {
	m := model(twoExits)
	m.MetadataProps = []*onnxpb.StringStringEntryProto{{Key: proto.String("author"), Value: proto.String("we")}}
	strange := []byte{0xfa, 0x3f, 0x03, 'n', 'e', 'w'} // field 1023, three bytes
	m.ProtoReflect().SetUnknown(strange)
	m.Graph.ProtoReflect().SetUnknown(strange)
	m.Graph.Node[2].ProtoReflect().SetUnknown(strange)
	g, err := Parse(encode(m))
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Model(2)
	got := unmarshal(t, data, err)
	for _, p := range []proto.Message{got, got.Graph, got.Graph.Node[0]} {
		if !slices.Equal(p.ProtoReflect().GetUnknown(), strange) {
			t.Errorf("%s lost what it did not know", p.ProtoReflect().Descriptor().Name())
		}
	}
	got.Graph, m.Graph = nil, nil
	if diff := cmp.Diff(m, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestOldModelsListTheirInitializers(t *testing.T) {
	for ir, want := range map[string]string{"ir 3": "a w", "ir 4": "a"} {
		g := parse(t, strings.Replace(caseModel("before IR version 4 initializers are inputs too"), "ir 3", ir, 1))
		s, err := g.Split(nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := s.Model(2)
		var got []string
		for _, v := range unmarshal(t, data, err).Graph.Input {
			got = append(got, v.GetName())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: the inputs of segment 2 are %q", ir, got)
		}
	}
}

func TestQuantizationFollowsItsTensor(t *testing.T) {
	m := model("input x[N 4]\ninit s[4]\n" + strings.TrimSpace(strings.Replace(twoExits, "input x[N 4]", "", 1)))
	m.Graph.QuantizationAnnotation = []*onnxpb.TensorAnnotation{{
		TensorName:                proto.String("y2"),
		QuantParameterTensorNames: []*onnxpb.StringStringEntryProto{{Key: proto.String("SCALE_TENSOR"), Value: proto.String("s")}},
	}}
	g, err := Parse(encode(m))
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 1} {
		data, err := s.Model(i + 1)
		body := unmarshal(t, data, err).Graph
		if len(body.QuantizationAnnotation) != want || len(body.Initializer) != want {
			t.Errorf("segment %d: %v", i+1, body)
		}
	}
}

func TestGlyphs(t *testing.T) {
	g, err := Read(filepath.FromSlash("../../examples/glyphs/model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"exit1", "exit2", "exit3", "exit4"}, s.Exits); diff != "" {
		t.Error(diff)
	}
	if len(s.Unresolved())+len(s.Uncounted()) > 0 {
		t.Errorf("unresolved %q, uncounted %q", s.Unresolved(), s.Uncounted())
	}
	nodes, parameters := 0, int64(0)
	for _, seg := range s.Segments {
		if !(seg.FLOPs > 0) || seg.Parameters == 0 || (seg.HiddenBytes == 0) != (seg.Number == 4) {
			t.Errorf("%+v", seg)
		}
		nodes, parameters = nodes+seg.Nodes, parameters+seg.Parameters
		data, err := s.Model(seg.Number)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(data); err != nil { // a segment is a model
			t.Errorf("segment %d: %v", seg.Number, err)
		}
	}
	whole, err := g.Split([]string{"exit4"})
	if err != nil {
		t.Fatal(err)
	}
	if nodes <= whole.Segments[0].Nodes || parameters <= whole.Segments[0].Parameters {
		t.Errorf("all segments have %d nodes and %d parameters, the last exit alone needs %d and %d",
			nodes, parameters, whole.Segments[0].Nodes, whole.Segments[0].Parameters)
	}
}
