package onnx

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/stages"
)

// anonymous is the memory of this process that no file lies behind, without garbage.
func anonymous(t testing.TB) int {
	t.Helper()
	debug.FreeOSMemory()
	m, err := proc.MemoryOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return m.Anonymous
}

// A model takes some 4 MB, and its tickets 8 MB more here. The bound is less than half of what would stay if either did.
// The C library keeps memory for each thread that has asked for some, so one thread asks for all.
func TestModelsThatComeAndGoGiveTheirMemoryBack(t *testing.T) {
	if proc.Raced() {
		t.Skip("the race detector has memory of its own")
	}
	const rounds, pool, bound = 20, 8 << 20, 32 << 20
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := 0
	for i := range rounds {
		m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Memory: pool})
		if err != nil {
			t.Fatal(err)
		}
		chain := openAll(t, m)
		fillPool(t, m, chain)
		closeAll(t, m, chain)
		if i == 0 {
			before = anonymous(t)
		}
	}
	if left := anonymous(t) - before; left > bound {
		t.Errorf("%d more models have left %d bytes behind, more than %d", rounds-1, left, bound)
	}
}

// fillPool takes all the memory that a model has for tickets, uses it and gives it back.
func fillPool(t *testing.T, m *Model, chain []stages.Runner) {
	t.Helper()
	var all []*stages.Carry
	for {
		c, err := m.Alloc()
		if errors.Is(err, stages.ErrMemory) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, tensor := range c.Tensors {
			clear(tensor.Data)
		}
		all = append(all, c)
	}
	for _, r := range chain {
		if _, err := r.Run([]*stages.Carry{all[0]}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range all {
		m.Free(c)
	}
}
