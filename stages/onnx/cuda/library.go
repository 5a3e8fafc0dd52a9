package cuda

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/ebitengine/purego"
)

// variable names the library in the environment, in place of those that are looked for.
const variable = "DELEN_CUDART"

// names are those that the library goes by, the most likely first.
var names = []string{"libcudart.so.12", "libcudart.so.13", "libcudart.so.11.0", "libcudart.so"}

// ErrNoLibrary is the error of Open when there is no CUDA runtime library.
var ErrNoLibrary = errors.New("the CUDA runtime library is not installed")

// Library is the CUDA runtime library, open. Its methods may be called by any goroutine.
type Library struct {
	// Path is what it was opened as: a name that the system's loader finds, or a path.
	Path string

	count    func(n *int32) int32
	describe func(properties *byte, device int32) int32
	runtime  func(version *int32) int32
	driver   func(version *int32) int32
	use      func(device int32) int32
	priority func(least, greatest *int32) int32
	create   func(stream *uintptr, flags uint32, priority int32) int32
	destroy  func(stream uintptr) int32
	text     func(code int32) string
}

var opened struct {
	sync.Mutex
	library *Library
}

// Open opens the library, once for the process: the one that DELEN_CUDART names, else the first of those preferred, else
// any that the system's loader finds. A failure is not remembered.
func Open(preferred ...string) (*Library, error) {
	opened.Lock()
	defer opened.Unlock()
	if opened.library != nil {
		return opened.library, nil
	}
	l, err := open(preferred)
	opened.library = l
	return l, err
}

func open(preferred []string) (*Library, error) {
	if path := os.Getenv(variable); path != "" {
		l, err := load(path)
		if err != nil {
			return nil, fmt.Errorf("%w where %s says: %w", ErrNoLibrary, variable, err)
		}
		return l, nil
	}
	all := slices.Clone(preferred)
	for _, name := range names {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, name := range all {
		if l, err := load(name); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("%w: the loader finds none of %s; install it (NVIDIA's package cuda-cudart, or Debian's nvidia-cuda-toolkit), or set %s to it",
		ErrNoLibrary, strings.Join(all, ", "), variable)
}

// load opens a library and finds its functions. It stays open for the life of the process.
func load(path string) (*Library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, err
	}
	l := &Library{Path: path}
	for _, f := range []struct {
		target any
		names  []string
	}{
		{&l.count, []string{"cudaGetDeviceCount"}},
		{&l.describe, []string{"cudaGetDeviceProperties_v2", "cudaGetDeviceProperties"}},
		{&l.runtime, []string{"cudaRuntimeGetVersion"}},
		{&l.driver, []string{"cudaDriverGetVersion"}},
		{&l.use, []string{"cudaSetDevice"}},
		{&l.priority, []string{"cudaDeviceGetStreamPriorityRange"}},
		{&l.create, []string{"cudaStreamCreateWithPriority"}},
		{&l.destroy, []string{"cudaStreamDestroy"}},
		{&l.text, []string{"cudaGetErrorString"}},
	} {
		if err := bind(handle, f.target, f.names); err != nil {
			return nil, errors.Join(fmt.Errorf("%s is no CUDA runtime library: %w", path, err), purego.Dlclose(handle))
		}
	}
	return l, nil
}

// bind finds a function under the first of its names that the library has.
func bind(handle uintptr, target any, names []string) error {
	var missing error
	for _, name := range names {
		at, err := purego.Dlsym(handle, name)
		if err == nil {
			purego.RegisterFunc(target, at)
			return nil
		}
		missing = err
	}
	return missing
}

// Error is what a function of the library says of itself when it fails.
type Error struct {
	Function string // of the CUDA runtime
	Code     int    // cudaError_t
	Text     string // in the library's words
}

// Error implements error.
func (e *Error) Error() string {
	return fmt.Sprintf("%s: %s (CUDA error %d)", e.Function, e.Text, e.Code)
}

// check makes an error of a code, or nil. Without a driver nearly every function fails, with words that are easily mistaken.
func (l *Library) check(function string, code int32) error {
	if code == 0 {
		return nil
	}
	err := &Error{Function: function, Code: int(code), Text: l.text(code)}
	if code == oldDriver {
		return fmt.Errorf("there is no NVIDIA driver, or one too old for %s: %w", l.Path, err)
	}
	return err
}
