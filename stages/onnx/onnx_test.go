package onnx

import (
	"encoding/csv"
	"errors"
	"image"
	_ "image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/picture"
)

const glyphs = "../../examples/glyphs"

func TestMain(m *testing.M) {
	path, err := Library("")
	if err == nil {
		err = Open(path)
	}
	if err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func loadGlyphs(t testing.TB) *Model {
	t.Helper()
	m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openAll(t testing.TB, m *Model) []stages.Runner {
	t.Helper()
	return openFor(t, m, 1)
}

// openFor opens a runner of every segment for a number of rows.
func openFor(t testing.TB, m *Model, rows int) []stages.Runner {
	t.Helper()
	var chain []stages.Runner
	for s := range m.Model().Segments {
		r, err := m.Open(s, rows)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, r)
	}
	return chain
}

func closeAll(t testing.TB, m *Model, chain []stages.Runner) {
	t.Helper()
	for _, r := range chain {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := m.Outstanding(); n != 0 {
		t.Errorf("%d carries are not freed", n)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// pictures are the shipped test images as rows of the glyphs model.
func pictures(t testing.TB) [][]float32 {
	t.Helper()
	f, err := os.Open(filepath.Join(glyphs, "test", "labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	spec := picture.Spec{Layout: "NCHW", Color: "gray", Height: 32, Width: 32, Mean: []float64{0.5}, Std: []float64{0.5}}
	var rows [][]float32
	for _, line := range lines[1:] {
		file, err := os.Open(filepath.Join(glyphs, "test", line[0]))
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(file)
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, spec.Tensor(img))
	}
	if len(rows) != 300 {
		t.Fatalf("%d test images, want 300", len(rows))
	}
	return rows
}

// oracle runs the model uncut with tensors that the runtime allocates: the oracle of the split.
type oracle struct {
	session *ort.DynamicAdvancedSession
	outputs int
}

func openWhole(t testing.TB, m *stages.Model) *oracle {
	t.Helper()
	s, err := ort.NewDynamicAdvancedSession(filepath.Join(glyphs, "model.onnx"), []string{m.Tensors[m.Inputs[0]].Name}, m.Exits, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Destroy() })
	return &oracle{s, len(m.Exits)}
}

func (w *oracle) run(t testing.TB, row []float32) [][]float32 {
	t.Helper()
	in, err := ort.NewTensor(ort.Shape{1, 1, 32, 32}, row)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Destroy()
	outputs := make([]ort.Value, w.outputs)
	if err := w.session.Run([]ort.Value{in}, outputs); err != nil {
		t.Fatal(err)
	}
	var exits [][]float32
	for _, o := range outputs {
		exits = append(exits, append([]float32(nil), o.(*ort.Tensor[float32]).GetData()...))
		o.Destroy()
	}
	return exits
}

func TestSegmentsComputeWhatTheWholeModelComputes(t *testing.T) {
	m := loadGlyphs(t)
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	oracle := openWhole(t, m.Model())
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	worst := 0.0
	for n, row := range pictures(t)[:trials.Pick(300, 40)] {
		copy(c.Tensors[m.Model().Inputs[0]].Floats(), row)
		want := oracle.run(t, row)
		for s, r := range chain {
			if _, err := r.Run([]*stages.Carry{c}); err != nil {
				t.Fatal(err)
			}
			got := c.Tensors[m.Model().Segments[s].Exit].Floats()
			for i := range got {
				worst = max(worst, math.Abs(float64(got[i]-want[s][i])))
			}
		}
		if worst > 1e-4 {
			t.Fatalf("image %d: an exit differs by %g from the whole model's", n, worst)
		}
	}
	t.Logf("largest difference %g", worst)
}

func TestInstancesRunAtTheSameTime(t *testing.T) {
	m := loadGlyphs(t)
	first, second := openAll(t, m), openAll(t, m)
	rows := pictures(t)
	oracle := openWhole(t, m.Model())
	want := [][][]float32{oracle.run(t, rows[0]), oracle.run(t, rows[1])}
	done := make(chan error, 2)
	for i, chain := range [][]stages.Runner{first, second} {
		go func() { done <- repeat(m, chain, rows[i], want[i]) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	for _, r := range second {
		r.Close()
	}
	closeAll(t, m, first)
}

func repeat(m *Model, chain []stages.Runner, row []float32, want [][]float32) error {
	for range 50 {
		c, err := m.Alloc()
		if err != nil {
			return err
		}
		copy(c.Tensors[m.Model().Inputs[0]].Floats(), row)
		for s, r := range chain {
			if _, err := r.Run([]*stages.Carry{c}); err != nil {
				return err
			}
			for i, got := range c.Tensors[m.Model().Segments[s].Exit].Floats() {
				if math.Abs(float64(got-want[s][i])) > 1e-4 {
					return errors.New("two instances disturb each other")
				}
			}
		}
		m.Free(c)
	}
	return nil
}

func TestWarmMeasuresEverySegment(t *testing.T) {
	m := loadGlyphs(t)
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	times, err := stages.Warm(m, chain, stages.Warming{Rounds: 21}, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("segments take %v", times)
	for s, d := range times {
		if d <= 0 {
			t.Errorf("segment %d takes %s", s+1, d)
		}
	}
}

func TestMemoryOfTicketsIsBounded(t *testing.T) {
	m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Memory: 1})
	if err != nil {
		t.Fatal(err)
	}
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Alloc(); !errors.Is(err, stages.ErrMemory) {
		t.Errorf("a second carry gives error %v, want ErrMemory", err)
	}
	m.Free(c)
	if c, err = m.Alloc(); err != nil {
		t.Error(err)
	}
	if err := m.Close(); err == nil {
		t.Error("the model closes while a ticket holds its memory")
	}
	m.Free(c)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

func TestTerminateStopsTheRunInProgressAndNoOther(t *testing.T) {
	m := loadGlyphs(t)
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	chain[0].Terminate()
	if _, err := chain[0].Run([]*stages.Carry{c}); err != nil {
		t.Errorf("a run after Terminate, not during it, fails: %v", err)
	}
	stop := make(chan struct{})
	done := make(chan int)
	go func() {
		for {
			select {
			case <-stop:
				close(done)
				return
			default:
				chain[0].Terminate()
			}
		}
	}()
	failed := 0
	for range 2000 {
		if _, err := chain[0].Run([]*stages.Carry{c}); err != nil {
			failed++
		}
		if failed > 0 {
			break
		}
	}
	close(stop)
	<-done
	if failed == 0 {
		t.Error("2000 runs were asked to terminate and none did")
	}
	if _, err := chain[0].Run([]*stages.Carry{c}); err != nil {
		t.Errorf("the runner does not recover from a termination: %v", err)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	corrupt := filepath.Join(t.TempDir(), "corrupt.onnx")
	if err := os.WriteFile(corrupt, []byte("this is no model"), 0o644); err != nil {
		t.Fatal(err)
	}
	text := func(model string) string { return drawn(t, model) }
	for _, c := range []struct {
		name, file, exits, want string
	}{
		{"missing file", "nowhere.onnx", "", "nowhere.onnx: no such file"},
		{"corrupt file", corrupt, "", "corrupt.onnx: not an ONNX model"},
		{"unknown exit", filepath.Join(glyphs, "model.onnx"), "exit1 exit9", `no tensor "exit9" (did you mean "exit`},
		{"unknown operator", text("input x[N 4]\ny = Wavelet(x)\noutput y[N 4]"), "", "Wavelet"},
		{"unknown domain", text("input x[N 4]\ny = com.acme.Relu(x)\noutput y[N 4]"), "", "com.acme"},
		{"types that do not fit", text("input x int64[N 4]\ny = Sin(x)\noutput y int64[N 4]"), "", "int64"},
		{"an integer exit", text("input x[N 4]\ny = Cast(x) to=7\noutput y int64[N 4]"), "", "exit y is of type int64"},
		{"an exit of one value", text("input x[N 4]\ny = ReduceMax(x) axes=1,\noutput y[N 1]"), "", "one value a row"},
		{"a text of any length", text("input x[N L]\ny = Relu(x)\noutput y[N L]"), "", "x"},
		{"rows that move", text("input x[N 4 5]\na = Transpose(x) perm=1,0,2\ny = Relu(x)\nz_ = Neg(a)\n" +
			"z = Transpose(z_) perm=1,0,2\noutput y[N 4 5]\noutput z[N 4 5]"), "a z", "does not begin with the row axis"},
		{"rows that only a run shows", text("input x[N 4]\ninit swap int64[2] = 1 0\ns = Shape(x)\np = Gather(s, swap)\na = Reshape(x, p)\n" +
			"y = Relu(x)\nb = Neg(a)\nz = Reshape(b, s)\noutput y[N 4]\noutput z[N 4]"), "a z",
			`tensor "a" has the shape [4 1] for one request and [4 2] for two`},
		{"a batch beyond all bounds", text("input x[90000000 4 4]\ny = Relu(x)\noutput y[90000000 4 4]"), "", "more than 1 GiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, err := Load(Config{Name: "m", Files: []string{c.file}, Exits: strings.Fields(c.exits)})
			if err == nil {
				m.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v\nand should say\n%s", err, c.want)
			}
		})
	}
}

func TestLibraryNamesWhereItLooked(t *testing.T) {
	if _, err := Library("/nowhere/libonnxruntime.so"); !errors.Is(err, ErrNoLibrary) {
		t.Errorf("a configured path that leads nowhere gives %v", err)
	}
	t.Setenv(libraryVariable, "/nowhere/else.so")
	if _, err := Library(""); !errors.Is(err, ErrNoLibrary) {
		t.Errorf("an environment that leads nowhere gives %v", err)
	}
}

func BenchmarkSegment(b *testing.B) {
	m := loadGlyphs(b)
	chain := openAll(b, m)
	defer closeAll(b, m, chain)
	c, err := m.Alloc()
	if err != nil {
		b.Fatal(err)
	}
	defer m.Free(c)
	b.ReportAllocs()
	for b.Loop() {
		for _, r := range chain {
			r.Run([]*stages.Carry{c})
		}
	}
}
