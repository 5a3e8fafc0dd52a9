package proc

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func memory(t *testing.T) Memory {
	t.Helper()
	m, err := MemoryOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMemoryThatIsUsedIsCounted(t *testing.T) {
	if Raced() {
		t.Skip("the race detector has memory of its own")
	}
	const size = 64 << 20
	before := memory(t)
	used := make([]byte, size)
	for i := range used {
		used[i] = 1
	}
	after := memory(t)
	if grown := after.Anonymous - before.Anonymous; grown < size*9/10 || after.Peak < after.Anonymous*9/10 {
		t.Errorf("%d bytes more are used, and %+v becomes %+v", size, before, after)
	}
	if grown := after.Resident - before.Resident; grown < size*9/10 || after.Resident <= after.Anonymous {
		t.Errorf("of %d bytes more that are used, %d are resident, in all %+v", size, grown, after)
	}
	if used[size/2] != 1 {
		t.Error("the memory is not used")
	}
}

func TestFilesAreThoseThatAreOpen(t *testing.T) {
	name := filepath.Join(t.TempDir(), "open")
	has := func() bool {
		files, err := Files(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		return slices.Contains(slices.Collect(maps.Values(files)), name)
	}
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if !has() {
		t.Error("a file that is open is not among them")
	}
	f.Close()
	if has() {
		t.Error("a file that is closed is among them")
	}
}

func TestAProcessThatIsGoneIsAnError(t *testing.T) {
	const none = 1 << 30
	if m, err := MemoryOf(none); err == nil {
		t.Errorf("got %+v", m)
	}
	if f, err := Files(none); err == nil {
		t.Errorf("got %v", f)
	}
}
