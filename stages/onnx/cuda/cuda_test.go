package cuda

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/internal/native"
)

// fake opens the stand-in for the CUDA runtime library, apart from the one of the process, and gives what it has recorded. It
// has another name than the real one, which the loader would take it for ever after.
func fake(t *testing.T) (*Library, func() []string) {
	t.Helper()
	dir := t.TempDir()
	calls := filepath.Join(dir, "calls")
	t.Setenv("DELEN_TEST_CALLS", calls)
	t.Setenv(variable, native.Build(t, dir, "libfakecudart.so", []string{"testdata/cudart.c"}))
	l, err := open(nil)
	if err != nil {
		t.Fatal(err)
	}
	return l, func() []string {
		data, err := os.ReadFile(calls)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return strings.Fields(string(data))
	}
}

func TestDevices(t *testing.T) {
	l, _ := fake(t)
	t.Setenv("FAKE_CUDA_DEVICES", "2")
	got, err := l.Devices()
	if err != nil {
		t.Fatal(err)
	}
	want := []Device{{0, "Fake GPU 0", 4 << 30}, {1, "Fake GPU 1", 5 << 30}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if r, d, err := l.Versions(); r != "12.4" || d != "13.1" || err != nil {
		t.Errorf("versions %s and %s, %v", r, d, err)
	}
}

func TestAMachineWithoutDevicesSaysWhy(t *testing.T) {
	l, _ := fake(t)
	t.Setenv("FAKE_CUDA_DEVICES", "0")
	if _, err := l.Devices(); err == nil || !strings.Contains(err.Error(), "no CUDA device") {
		t.Errorf("no devices give %v", err)
	}
	t.Setenv("FAKE_CUDA_FAILS", "cudaRuntimeGetVersion") // as the real one does
	if _, _, err := l.Versions(); err == nil || !strings.Contains(err.Error(), "no NVIDIA driver") {
		t.Errorf("no driver gives %v", err)
	}
	t.Setenv("FAKE_CUDA_FAILS", "cudaGetDeviceCount")
	var known *Error
	if _, err := l.Devices(); !errors.As(err, &known) || known.Code != oldDriver || !strings.Contains(err.Error(), "driver") {
		t.Errorf("no driver gives %v", err)
	}
}

// The deepest segment's stream has the highest priority, which is the lowest number.
func TestStreamsArePreferredByDepth(t *testing.T) {
	l, calls := fake(t)
	t.Setenv("FAKE_CUDA_DEVICES", "3")
	var streams []*Stream
	for i := range 4 {
		s, err := l.NewStream(2, i, 4)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, s)
	}
	var priorities []string
	for i, word := range calls() {
		switch i % 5 {
		case 2, 3, 4:
			priorities = append(priorities, word)
		}
	}
	want := []string{
		"device=2", "priority=0", "flags=1", "device=2", "priority=-1", "flags=1",
		"device=2", "priority=-3", "flags=1", "device=2", "priority=-5", "flags=1",
	}
	if d := cmp.Diff(want, priorities); d != "" {
		t.Error(d)
	}
	for _, s := range streams {
		if s.Handle() == 0 {
			t.Error("a stream has no handle")
		}
		if err := s.Destroy(); err != nil {
			t.Error(err)
		}
	}
}

func TestPriorities(t *testing.T) {
	for _, tt := range []struct {
		least, greatest int32
		segments        int
		want            []int32
	}{
		{0, -5, 1, []int32{0}},
		{0, -1, 3, []int32{0, 0, -1}},
		{0, 0, 2, []int32{0, 0}},
		{0, -2, 3, []int32{0, -1, -2}},
	} {
		var got []int32
		for i := range tt.segments {
			got = append(got, priority(tt.least, tt.greatest, i, tt.segments))
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%+v: %s", tt, d)
		}
	}
}

// A second Destroy must not reach the library: the handle may be another stream's by then.
func TestAStreamIsDestroyedOnce(t *testing.T) {
	l, calls := fake(t)
	s, err := l.NewStream(0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Destroy(); err != nil {
		t.Error(err)
	}
	if err := s.Destroy(); !errors.Is(err, ErrDestroyed) {
		t.Errorf("a second Destroy gives %v", err)
	}
	if n := strings.Count(strings.Join(calls(), " "), "stream.destroy"); n != 1 {
		t.Errorf("the library has destroyed %d streams, want 1", n)
	}
}

func TestAStreamThatCannotBeMadeSaysWhy(t *testing.T) {
	l, calls := fake(t)
	if _, err := l.NewStream(7, 0, 1); err == nil || !strings.Contains(err.Error(), "device 7") || !strings.Contains(err.Error(), "invalid device ordinal") {
		t.Errorf("a device that is not there gives %v", err)
	}
	for _, function := range []string{"cudaDeviceGetStreamPriorityRange", "cudaStreamCreateWithPriority"} {
		t.Setenv("FAKE_CUDA_FAILS", function)
		var known *Error
		if _, err := l.NewStream(0, 0, 1); !errors.As(err, &known) || known.Function != function {
			t.Errorf("%s fails with %v", function, err)
		}
	}
	if left := calls(); len(left) > 0 {
		t.Errorf("streams were made: %q", left)
	}
}

func TestOpenNamesWhatItLooksFor(t *testing.T) {
	t.Setenv(variable, filepath.Join(t.TempDir(), "nowhere.so"))
	if _, err := open(nil); !errors.Is(err, ErrNoLibrary) || !strings.Contains(err.Error(), variable) {
		t.Errorf("a variable that leads nowhere gives %v", err)
	}
	source := filepath.Join(t.TempDir(), "other.c")
	if err := os.WriteFile(source, []byte("int other;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(variable, native.Build(t, t.TempDir(), "libother.so", []string{source}))
	if _, err := open(nil); !errors.Is(err, ErrNoLibrary) || !strings.Contains(err.Error(), "no CUDA runtime library") {
		t.Errorf("another library gives %v", err)
	}
}

// TestRealLibrary makes and destroys streams on a real device, if this machine has one.
func TestRealLibrary(t *testing.T) {
	l, err := open(nil)
	if err != nil {
		t.Skip(err)
	}
	devices, err := l.Devices()
	if err != nil {
		t.Skip(err)
	}
	runtimeVersion, driver, err := l.Versions()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s, runtime %s, driver %s, %+v", l.Path, runtimeVersion, driver, devices)
	for _, d := range devices {
		if d.Name == "" || d.Memory < 1<<28 || d.Memory > 1<<42 {
			t.Errorf("%+v is hardly a device", d)
		}
		for i := range 4 {
			s, err := l.NewStream(d.Index, i, 4)
			if err != nil {
				t.Fatal(err)
			}
			runtime.LockOSThread() // any thread may destroy it
			if err := s.Destroy(); err != nil {
				t.Error(err)
			}
			runtime.UnlockOSThread()
		}
	}
	if _, err := l.NewStream(len(devices), 0, 1); err == nil {
		t.Error("there is a stream on a device that is not there")
	}
}
