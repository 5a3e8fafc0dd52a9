package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder that a command made and wrote nothing to goes away with those above it that it made; others stay.
func TestAnEmptyOutputFolderIsRemoved(t *testing.T) {
	dir := t.TempDir()
	o, err := makeOutputFolder(filepath.Join(dir, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	o.removeEmpty()
	if _, err := os.Stat(filepath.Join(dir, "a")); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
	if o, err = makeOutputFolder(dir); err != nil {
		t.Fatal(err)
	}
	o.removeEmpty()
	if _, err := os.Stat(dir); err != nil {
		t.Errorf("a folder that was there before: %v", err)
	}
	if o, err = makeOutputFolder(filepath.Join(dir, "a", "b")); err != nil {
		t.Fatal(err)
	}
	kept := filepath.Join(dir, "a", "figures.txt")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o.removeEmpty()
	if _, err := os.Stat(kept); err != nil {
		t.Errorf("a file that was written: %v", err)
	}
	if _, err := os.Stat(o.path); !os.IsNotExist(err) {
		t.Errorf("the empty folder beside it is left: %v", err)
	}
	if _, err := makeOutputFolder(filepath.Join(kept, "new")); err == nil {
		t.Error("a folder in a file")
	}
}

// Whatever an interrupted command says, its status is that of an interrupt.
func TestAnInterruptHasItsStatus(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"simulate", "../../examples/simulate/burst.hcl"},
		{"frontier", "../../examples/glyphs/profile.json"},
		{"check", "../../examples/edge.hcl"},
		{"plan", "../../examples/objectives.hcl"},
		{"infer", "--tenant", "camera", "../../examples/glyphs/test/000.png"},
	} {
		var stderr strings.Builder
		if status := run(ctx, args, io.Discard, &stderr); status != statusInterrupted || !strings.HasPrefix(stderr.String(), "delen: interrupted") {
			t.Errorf("delen %q: status %d, %q", args, status, stderr.String())
		}
	}
	if err := untilInterrupted(t.Context(), func() error { return io.EOF }); err != io.EOF {
		t.Errorf("the error of work that is done is %v", err)
	}
	if got := fmt.Errorf("%w: nothing is written", errInterrupted).Error(); got != "interrupted: nothing is written" {
		t.Errorf("the error is %q", got)
	}
}
