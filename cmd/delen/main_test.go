package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"delen": main})
}

// wideScreen is what COLUMNS is in scripts that are about what is said and not how it fits: each thing is one line.
const wideScreen = "1000"

// TestScripts runs testdata/*.txtar. Each starts in a folder with the glyphs
// example and models made from it:
//
//	glyphs/model.onnx   four exits, exit1 to exit4
//	silent.onnx         the same without the types and shapes inside
//	broken.onnx         its first half
//	ear.onnx            two exits, early and late; class 0 when the mean of 80 samples is positive, else 1
//	mono.onnx           the same with an axis more
//	sure.onnx           ear.onnx with a Softmax behind each exit; raw is the last without
//	half.onnx           three rows at a time, exits of float16
//	stuck.onnx          says that it takes any number of rows, and takes one
//	first.onnx          the first of two segments in the form of the original system
//	last.onnx           the other
//	endless.onnx        never comes to its end
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("COLUMNS", wideScreen)
			return furnish(e.WorkDir)
		},
	})
}

// ear hears whether a recording is high or low; its last exit is the surer one.
const ear = `
	input x[%s]
	output early[batch 2]
	output late[batch 2]
	value flat[batch 80]
	value mean[batch 1]
	value loud[batch 1]
	init classes[1 2] = 1 -1
	init gain[1 1] = 100
	flat = Flatten(x)
	mean = ReduceMean(flat) axes=1,
	early = MatMul(mean, classes)
	loud = MatMul(mean, gain)
	late = MatMul(loud, classes)
`

// sure says what ear does, in probabilities.
const sure = `
	input x[batch 80]
	output early[batch 2]
	output late[batch 2]
	value raw[batch 2]
	value mean[batch 1]
	value loud[batch 1]
	init classes[1 2] = 1 -1
	init gain[1 1] = 100
	mean = ReduceMean(x) axes=1,
	first = MatMul(mean, classes)
	early = Softmax(first)
	loud = MatMul(mean, gain)
	raw = MatMul(loud, classes)
	late = Softmax(raw)
`

func furnish(dir string) error {
	for name, shape := range map[string]string{"ear.onnx": "batch 80", "mono.onnx": "batch 1 80"} {
		if err := os.WriteFile(filepath.Join(dir, name), sketch.Encode(sketch.Model(fmt.Sprintf(ear, shape))), 0o644); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{"half.onnx": half, "stuck.onnx": stuck, "first.onnx": first, "last.onnx": last, "endless.onnx": sketch.Endless, "sure.onnx": sure} {
		if err := os.WriteFile(filepath.Join(dir, name), sketch.Encode(sketch.Model(text)), 0o644); err != nil {
			return err
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "glyphs"), 0o755); err != nil {
		return err
	}
	for _, name := range []string{"model.onnx", "labels.txt"} {
		b, err := os.ReadFile(filepath.Join("../../examples/glyphs", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "glyphs", name), b, 0o644); err != nil {
			return err
		}
		if name != "model.onnx" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "broken.onnx"), b[:len(b)/2], 0o644); err != nil {
			return err
		}
		silent, err := silence(b)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "silent.onnx"), silent, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// half is a model that insists on three rows and whose exits are float16. What is in the first element of its input is class 0
// at its first exit, and class 1 at its second.
const half = `
	input x[3 4]
	init w[4 2] = 4 0 0 4 0 0 0 0
	a = MatMul(x, w)
	first = Cast(a) to=10
	b = Neg(a)
	second = Cast(b) to=10
	output first float16[3 2]
	output second float16[3 2]`

// stuck has forgotten in its middle that there may be more rows than one.
const stuck = `
	input x[batch 4]
	init w[4 2]
	init one int64[2] = 1 4
	early = MatMul(x, w)
	y = Reshape(x, one)
	late = MatMul(y, w)
	output early[batch 2]
	output late[batch 2]`

// first and last are segments in the form of the original system. What is in the first element of the input is class 0 at the
// first exit, and class 1 at the last.
const (
	first = `
	input input[N 4]
	init w[4 2] = 4 0 0 4 0 0 0 0
	features = Relu(input)
	output = MatMul(features, w)
	output output[N 2]
	output features[N 4]`
	last = `
	input input[N 4]
	init w[4 2] = 0 4 4 0 0 0 0 0
	output = MatMul(input, w)
	output output[N 2]`
)

// silence takes what is declared about the inside of a model away.
func silence(model []byte) ([]byte, error) {
	var m onnxpb.ModelProto
	if err := proto.Unmarshal(model, &m); err != nil {
		return nil, err
	}
	m.Graph.ValueInfo = nil
	return proto.Marshal(&m)
}

// TestCommandsAreManuals holds that every command explains itself.
func TestCommandsAreManuals(t *testing.T) {
	all := newRoot().Commands()
	for i := 0; i < len(all); i++ {
		cmd := all[i]
		all = append(all, cmd.Commands()...)
		if cmd.Short == "" || len(cmd.Long) < 200 || cmd.Example == "" {
			t.Errorf("%s: the help is no manual", cmd.CommandPath())
		}
		for line := range strings.SplitSeq(cmd.Long, "\n") {
			if len(line) > 84 {
				t.Errorf("%s: the help has a line of %d bytes: %s", cmd.CommandPath(), len(line), line)
			}
		}
	}
}

func TestColorsAreForTerminals(t *testing.T) {
	if colorful(io.Discard) {
		t.Error("colors for something that is no file")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if colorful(f) {
		t.Error("colors for a file")
	}
}

func TestQuantities(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{plural(1, "class"), "1 class"},
		{plural(36, "class"), "36 classes"},
		{plural(0, "node"), "0 nodes"},
		{grouped(999), "999"},
		{grouped(-1234567), "-1,234,567"},
		{grouped(-123), "-123"},
		{flops(nil), "FLOPs not known"},
		{flops(new(38611236.0)), "38.6 MFLOPs"},
		{flops(new(12.0)), "12 FLOPs"},
		{bytesOf(new(int64(32768))), "32 KiB"},
		{bytesOf(new(int64(0))), "nothing"},
		{bytesOf(nil), "an unknown number of bytes"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestNothingIsLeftBehind holds that a run that fails leaves no file.
func TestNothingIsLeftBehind(t *testing.T) {
	t.Setenv("DELEN_ONNXRUNTIME", filepath.Join(t.TempDir(), "nowhere.so")) // nobody can tell what silent.onnx leaves open
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadDir(dir)
	for _, args := range [][]string{
		{"split", "-o", filepath.Join(dir, "out"), filepath.Join(dir, "silent.onnx")},
		{"split", "-o", filepath.Join(dir, "out"), filepath.Join(dir, "broken.onnx")},
		{"split", "-o", filepath.Join(dir, "no", "out"), filepath.Join(dir, "glyphs/model.onnx")},
		{"split", "-o", filepath.Join(dir, "broken.onnx"), filepath.Join(dir, "glyphs/model.onnx")},
	} {
		var stderr strings.Builder
		if status := run(context.Background(), args, io.Discard, &stderr); status != statusFailure || !strings.HasPrefix(stderr.String(), "delen: ") {
			t.Errorf("delen %q: status %d, %q", args, status, stderr.String())
		}
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("left behind: %v", after)
	}
}

// TestSplitAsksTheRuntime holds that what the file does not tell is known from the runtime.
func TestSplitAsksTheRuntime(t *testing.T) {
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	args := []string{"split", "-o", filepath.Join(dir, "out"), filepath.Join(dir, "silent.onnx")}
	var stdout, stderr strings.Builder
	if status := run(context.Background(), args, &stdout, &stderr); status != statusFine || stderr.Len() > 0 {
		t.Errorf("status %d, %q", status, stderr.String())
	}
	if !strings.Contains(stdout.String(), "KiB a row") || strings.Contains(stdout.String(), "not known") {
		t.Errorf("hidden bytes or FLOPs are not known:\n%s", stdout.String())
	}
}
