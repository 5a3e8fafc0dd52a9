package onnx

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/internal/apart"
	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// broad is a model of four segments, each a square weight of so many rows and columns.
func broad(side int) *onnxpb.ModelProto {
	var text strings.Builder
	fmt.Fprintf(&text, "input x[N %d]\n", side)
	from := "x"
	for i := range 4 {
		fmt.Fprintf(&text, "init w%d[1 1]\nh%d = MatMul(%s, w%d)\ny%d = Sigmoid(h%d)\noutput y%d[N %d]\n", i, i, from, i, i, i, i, side)
		from = fmt.Sprintf("y%d", i)
	}
	m := sketch.Model(text.String())
	for _, w := range m.Graph.Initializer {
		w.Dims, w.FloatData = []int64{int64(side), int64(side)}, nil
	}
	return m
}

// A model of more than 100 MB takes its weights once, packed for the kernels, and little more, also while it is loaded.
func TestALargeModelIsLoadedWithItsMemoryBounded(t *testing.T) {
	if proc.Raced() {
		t.Skip("the race detector has memory of its own")
	}
	if apart.Run(t) {
		return
	}
	const side, weights = 2600, 4 * 2600 * 2600 * 4
	m := broad(side)
	for _, w := range m.Graph.Initializer {
		w.RawData = make([]byte, side*side*4)
	}
	path := filepath.Join(t.TempDir(), "large.onnx")
	if err := os.WriteFile(path, sketch.Encode(m), 0o644); err != nil {
		t.Fatal(err)
	}
	m = nil
	before := anonymous(t)
	loaded, err := Load(Config{Name: "large", Files: []string{path}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, loaded)
	defer closeAll(t, loaded, chain)
	after := anonymous(t)
	t.Logf("weights %d MB, anonymous memory %d MB more", weights>>20, (after-before)>>20)
	if grown := after - before; grown > weights*5/4 {
		t.Errorf("a model with %d bytes of weights takes %d bytes of anonymous memory", weights, grown)
	}
	c, err := loaded.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer loaded.Free(c)
	for _, r := range chain {
		if _, err := r.Run([]*stages.Carry{c}); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkLargeModel loads a model with 268 MB of weights in four segments: how long it takes, and what anonymous memory it
// has then above its weights, which are packed for the kernels.
func BenchmarkLargeModel(b *testing.B) {
	const side, weights = 4096, 4 * 4096 * 4096 * 4
	path := filepath.Join(b.TempDir(), "large.onnx")
	m := broad(side)
	for _, w := range m.Graph.Initializer {
		w.RawData = make([]byte, side*side*4)
	}
	if err := os.WriteFile(path, sketch.Encode(m), 0o644); err != nil {
		b.Fatal(err)
	}
	m = nil
	before := anonymous(b)
	for b.Loop() {
		loaded, err := Load(Config{Name: "large", Files: []string{path}, Logits: true})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		b.ReportMetric(float64(anonymous(b)-before-weights)/1e6, "above-MB")
		if err := loaded.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// The weights are a sparse file, which takes no room, of a size that no machine has memory for.
func TestAModelThatDoesNotFitIsRefused(t *testing.T) {
	const side = 1 << 19
	m := broad(side)
	for i, w := range m.Graph.Initializer {
		w.DataLocation = onnxpb.TensorProto_EXTERNAL.Enum()
		for key, value := range map[string]string{"location": "weights", "offset": fmt.Sprint(i * side * side * 4)} {
			w.ExternalData = append(w.ExternalData, &onnxpb.StringStringEntryProto{Key: proto.String(key), Value: proto.String(value)})
		}
		w.ExternalData = append(w.ExternalData, &onnxpb.StringStringEntryProto{Key: proto.String("length"), Value: proto.String(fmt.Sprint(side * side * 4))})
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "huge.onnx")
	if err := os.WriteFile(path, sketch.Encode(m), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(folder, "weights"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(4 * side * side * 4); err != nil {
		t.Skipf("no file of 4 TiB can be made here: %v", err)
	}
	_, err = Load(Config{Name: "huge", Files: []string{path}})
	if !errors.Is(err, ErrTooLarge) || !strings.Contains(err.Error(), "weights 4194304.0 MiB") {
		t.Error(err)
	}
}

func TestSpare(t *testing.T) {
	root := t.TempDir()
	write := func(path, content string) {
		t.Helper()
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	look := func(want int64) {
		t.Helper()
		if got := Spare(root); got != want {
			t.Errorf("%d bytes are spare, want %d", got, want)
		}
	}
	look(math.MaxInt64)
	write("proc/meminfo", "MemTotal:       2000 kB\nMemFree:         100 kB\nMemAvailable:    900 kB\n")
	look(900 << 10)
	write("proc/self/cgroup", "1:cpu:/old\n0::/box/node\n")
	write("proc/self/mountinfo", "30 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
	write("sys/fs/cgroup/memory.current", "77777")
	write("sys/fs/cgroup/box/memory.max", "500000\n")
	write("sys/fs/cgroup/box/memory.current", "450000\n")
	write("sys/fs/cgroup/box/memory.stat", "anon 400000\nfile 60000\nshmem 10000\n")
	write("sys/fs/cgroup/box/node/memory.max", "max\n")
	write("sys/fs/cgroup/box/node/memory.current", "450000\n")
	look(100000)
	write("sys/fs/cgroup/box/memory.current", "600000\n")
	write("sys/fs/cgroup/box/memory.stat", "anon 600000\n")
	look(0)
	if Spare("/") < 1<<20 {
		t.Errorf("this machine has %d bytes available", Spare("/"))
	}
}
