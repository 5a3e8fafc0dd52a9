package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// Version is the version of ONNX Runtime that this package is built and tested with.
const Version = "1.27.0"

// libraryVariable names the library in the environment.
const libraryVariable = "DELEN_ONNXRUNTIME"

// ErrNoLibrary is the error of Library when there is no runtime to be found.
var ErrNoLibrary = errors.New("ONNX Runtime is not installed")

// Library finds the runtime's shared library: the configured path, else DELEN_ONNXRUNTIME, else where `make runtime` puts
// it. A path that is given and leads nowhere is an error; nothing else is tried then.
func Library(configured string) (string, error) {
	if configured != "" {
		return given(configured, "runtime.library in the configuration")
	}
	if path := os.Getenv(libraryVariable); path != "" {
		return given(path, libraryVariable)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: set %s to libonnxruntime.so (%w)", ErrNoLibrary, libraryVariable, err)
	}
	path := filepath.Join(cache, "delen", "onnxruntime-"+Version, "libonnxruntime.so.1")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w: %s is not there; run `make runtime`, or set %s or runtime.library to libonnxruntime.so %s",
			ErrNoLibrary, path, libraryVariable, Version)
	}
	return path, nil
}

// given is the path of a library that somebody names. A bare name would be looked for elsewhere.
func given(path, from string) (string, error) {
	if _, err := os.Stat(path); err != nil {
		return path, fmt.Errorf("%w where %s says: %w", ErrNoLibrary, from, err)
	}
	return filepath.Abs(path)
}

var opened struct {
	sync.Mutex
	path string
}

// Open loads the library, once for the process. A second call with the same path does nothing; with another it fails,
// because the runtime cannot be exchanged.
func Open(path string) error {
	opened.Lock()
	defer opened.Unlock()
	if opened.path == path {
		return nil
	}
	if opened.path != "" {
		return fmt.Errorf("ONNX Runtime is loaded from %s and cannot be loaded again from %s", opened.path, path)
	}
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("loading %s as ONNX Runtime %s or newer: %w", path, Version, err)
	}
	opened.path = path
	return nil
}

// LibraryPath is the path of the loaded library; empty when none is.
func LibraryPath() string {
	opened.Lock()
	defer opened.Unlock()
	return opened.path
}

// LibraryVersion is the version that the loaded library gives itself.
func LibraryVersion() string { return ort.GetVersion() }
