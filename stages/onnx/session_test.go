package onnx

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/stages"
)

// exits runs a row through a chain and gives what every exit says.
func exits(t *testing.T, m *Model, chain []stages.Runner, row []float32) [][]float32 {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Free(c)
	copy(c.Tensors[m.Model().Inputs[0]].Floats(), row)
	var all [][]float32
	for s, r := range chain {
		if _, err := r.Run([]*stages.Carry{c}); err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(c.Tensors[m.Model().Segments[s].Exit].Floats()))
	}
	return all
}

// What a stage does after its session has failed: the others of the segment are not disturbed, and follow when it is their turn.
func TestARenewedRunnerComputesTheSame(t *testing.T) {
	m := loadGlyphs(t)
	chain, others := openAll(t, m), openAll(t, m)
	row := pictures(t)[0]
	first := exits(t, m, chain, row)
	old := m.sessions[1]
	for i, r := range chain {
		if err := r.Renew(); err != nil {
			t.Fatalf("segment %d: %v", i+1, err)
		}
	}
	if m.sessions[1] == old || old.users != 1 {
		t.Errorf("the old session of segment 2 has %d users, want the other runner alone", old.users)
	}
	if d := cmp.Diff(first, exits(t, m, chain, row)); d != "" {
		t.Errorf("a renewed chain answers otherwise:\n%s", d)
	}
	if d := cmp.Diff(first, exits(t, m, others, row)); d != "" {
		t.Errorf("the other chain answers otherwise:\n%s", d)
	}
	shared := m.sessions[1]
	if err := others[1].Renew(); err != nil {
		t.Fatal(err)
	}
	if m.sessions[1] != shared || old.users != 0 {
		t.Error("the second runner does not follow to the session that the first has made")
	}
	closeAll(t, m, append(chain, others...))
	if shared.users != 0 {
		t.Errorf("a session has %d users after the end", shared.users)
	}
}

// A model that has been exchanged under the node must not be served in part.
func TestAModelThatHasChangedIsNotRenewed(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(glyphs, "model.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Load(Config{Name: "glyphs", Files: []string{path}, Logits: true})
	if err != nil {
		t.Fatal(err)
	}
	chain := openAll(t, m)
	defer closeAll(t, m, chain)
	row := pictures(t)[0]
	before := exits(t, m, chain, row)
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if err := chain[0].Renew(); err == nil {
		t.Error("a runner is renewed without its model")
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := chain[0].Renew(); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("a runner is renewed from another file: %v", err)
	}
	if d := cmp.Diff(before, exits(t, m, chain, row)); d != "" {
		t.Errorf("a runner that could not be renewed answers otherwise:\n%s", d)
	}
}
