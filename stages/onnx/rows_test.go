package onnx

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/stages"
)

// What runs together gives what it gives alone, whatever the other rows are, and whichever of them go on together at the next
// segment.
func TestRowsThatRunTogetherGiveWhatTheyGiveAlone(t *testing.T) {
	const rows = 8
	for name, path := range batchable(t) {
		t.Run(name, func(t *testing.T) {
			m, err := Load(Config{Name: name, Files: []string{path}, Logits: true})
			if err != nil {
				t.Fatal(err)
			}
			if m.Model().MaxRows(rows) != rows {
				if err := m.Close(); err != nil {
					t.Error(err)
				}
				t.Skip("it takes one row and no more")
			}
			chain := openFor(t, m, rows)
			defer closeAll(t, m, chain)
			rng := rand.New(rand.NewPCG(1, 2))
			for range 10 {
				together(t, m, chain, rows, rng)
			}
		})
	}
}

// mixing is an awkward model that branches by the largest number of all rows.
const mixing = "a-branch-that-captures-what-an-earlier-segment-made"

// batchable are the shipped models, the awkward ones of stages/graph and some that are grown.
func batchable(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"glyphs": filepath.Join(glyphs, "model.onnx"), "speech": "../../examples/speech/model.onnx"}
	files, err := filepath.Glob("../graph/testdata/models/*.onnx")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d models: %v", len(files), err)
	}
	for _, file := range files {
		all[strings.TrimSuffix(filepath.Base(file), ".onnx")] = file
	}
	delete(all, mixing)
	for seed := range uint64(20) {
		text, _ := grow(seed, newest)
		all[fmt.Sprint("grown ", seed)] = drawn(t, text)
	}
	return all
}

func TestRowsThatSeeEachOtherAreFound(t *testing.T) {
	for name, path := range map[string]string{
		"glyphs": filepath.Join(glyphs, "model.onnx"), mixing: "../graph/testdata/models/" + mixing + ".onnx",
		"a mean":    drawn(t, "input x[N 4]\nm = ReduceMean(x) axes=0,0\ny = Sub(x, m)\noutput y[N 4]"),
		"no number": drawn(t, "input x[N 4]\ny = Sqrt(x)\noutput y[N 4]"),
	} {
		for _, memory := range []int{0, 1} {
			m, err := Load(Config{Name: name, Files: []string{path}, Logits: true, Memory: memory})
			if err != nil {
				t.Fatal(err)
			}
			chain := openFor(t, m, 3)
			err = stages.Together(m, chain, slices.Repeat([]int{3}, len(chain)), 20, time.Minute)
			if mixes := (name == mixing || name == "a mean") && memory == 0; errors.Is(err, stages.ErrMixed) != mixes || (err == nil) == mixes {
				t.Errorf("%s with memory %d: %v", name, memory, err)
			}
			closeAll(t, m, chain)
		}
	}
}

// together runs some tickets alone and then the same in batches, at each segment other ones, and compares the exits.
func together(t *testing.T, m *Model, chain []stages.Runner, rows int, rng *rand.Rand) {
	t.Helper()
	carries := make([]*stages.Carry, rows)
	for i := range carries {
		carries[i] = alloc(t, m)
		defer m.Free(carries[i])
	}
	inputs := make([][][]byte, rows) // by row and input
	for i, c := range carries {
		for _, in := range m.model.Inputs {
			data := make([]byte, len(c.Tensors[in].Data))
			stages.Noise(rng, c.Tensors[in].Info.Type, data)
			inputs[i] = append(inputs[i], data)
		}
	}
	pass := func(batches func() [][]*stages.Carry) (exits [][][]float32) { // by segment and row
		for i, c := range carries {
			for n, in := range m.model.Inputs {
				c.Tensors[in].Put(inputs[i][n])
			}
		}
		for s, r := range chain {
			for _, b := range batches() {
				if _, err := r.Run(b); err != nil {
					t.Fatalf("segment %d, %d rows: %v", s+1, len(b), err)
				}
			}
			var own [][]float32
			for _, c := range carries {
				var values []float32
				own = append(own, slices.Clone(c.Tensors[m.model.Segments[s].Exit].Values(&values)))
			}
			exits = append(exits, own)
		}
		return exits
	}
	alone := pass(func() [][]*stages.Carry { return slices.Collect(slices.Chunk(carries, 1)) })
	several := pass(func() (all [][]*stages.Carry) {
		shuffled := slices.Clone(carries)
		rng.Shuffle(rows, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for len(shuffled) > 0 {
			n := 1 + rng.IntN(len(shuffled))
			all, shuffled = append(all, shuffled[:n]), shuffled[n:]
		}
		return all
	})
	for s := range chain {
		exit := &m.model.Tensors[m.model.Segments[s].Exit]
		for i := range rows {
			var d Difference
			d.of(alone[s][i], several[s][i])
			if !d.Same(exit.Type) {
				t.Fatalf("segment %d, row %d: with others it gives %v, alone %v", s+1, i, several[s][i], alone[s][i])
			}
		}
	}
}

func alloc(t testing.TB, m *Model) *stages.Carry {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A batch costs the Go heap no more than a single row.
func TestABatchAllocatesNoMoreThanARow(t *testing.T) {
	m := loadGlyphs(t)
	chain := openFor(t, m, 4)
	defer closeAll(t, m, chain)
	rows := []*stages.Carry{alloc(t, m), alloc(t, m), alloc(t, m)}
	run := func(rows []*stages.Carry) float64 {
		return testing.AllocsPerRun(20, func() {
			if _, err := chain[0].Run(rows); err != nil {
				t.Fatal(err)
			}
		})
	}
	if one, three := run(rows[:1]), run(rows); three > one {
		t.Errorf("a run for three requests makes %g allocations, one for a single %g", three, one)
	}
	for _, c := range rows {
		m.Free(c)
	}
}

// Rows of the same ticket are computed as often as it is given.
func TestARunnerTakesAsManyRowsAsItWasOpenedFor(t *testing.T) {
	m := loadGlyphs(t)
	one, three := openAll(t, m), openFor(t, m, 3)
	defer closeAll(t, m, append(one, three...))
	c := alloc(t, m)
	defer m.Free(c)
	for _, tt := range []struct {
		r    stages.Runner
		rows int
		fine bool
	}{{one[0], 0, false}, {one[0], 1, true}, {one[0], 2, false}, {three[0], 0, false}, {three[0], 1, true}, {three[0], 3, true}, {three[0], 4, false}} {
		if _, err := tt.r.Run(slices.Repeat([]*stages.Carry{c}, tt.rows)); (err == nil) != tt.fine {
			t.Errorf("%d rows: %v", tt.rows, err)
		}
	}
	if _, err := m.Open(0, 0); err == nil {
		t.Error("a runner for no requests is opened")
	}
	if _, err := m.Open(0, 1<<30); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a runner for more rows than there is memory: %v", err)
	}
}

func TestTerminateEndsABatch(t *testing.T) {
	m := loadGlyphs(t)
	chain := openFor(t, m, 8)
	defer closeAll(t, m, chain)
	c := alloc(t, m)
	defer m.Free(c)
	rows := slices.Repeat([]*stages.Carry{c}, 8)
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				chain[0].Terminate()
			}
		}
	})
	var err error
	for i := 0; i < 2000 && err == nil; i++ {
		_, err = chain[0].Run(rows)
	}
	close(stop)
	all.Wait()
	if !errors.Is(err, stages.ErrTerminated) {
		t.Errorf("2000 runs for 8 requests were asked to end, and the last one says %v", err)
	}
	if _, err := chain[0].Run(rows); err != nil {
		t.Errorf("the runner does not recover from a termination: %v", err)
	}
}

func TestAModelWithAFixedBatchTakesOneTicket(t *testing.T) {
	const text = "input x[BATCH 4]\ninit w[4 2]\ny = MatMul(x, w)\noutput y[BATCH 2]"
	for batch, rows := range map[string]int{"N": 0, "3": 3, "1": 1} {
		m, err := Load(Config{Name: "m", Files: []string{drawn(t, strings.ReplaceAll(text, "BATCH", batch))}})
		if err != nil {
			t.Fatal(err)
		}
		if m.Model().Rows != rows {
			t.Errorf("a batch of %s: %d rows", batch, m.Model().Rows)
		}
		if r, err := m.Open(0, 2); (err == nil) != (rows == 0) {
			t.Errorf("a batch of %s: a run for two requests: %v", batch, err)
		} else if err == nil {
			r.Close()
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}
