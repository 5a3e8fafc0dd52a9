package onnx

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/delen-edge/delen/internal/native"
)

// The runtime that `make runtime` fetches knows CUDA, but has not got it: the error names the library and what to install.
func TestAMissingProviderSaysWhatToInstall(t *testing.T) {
	if _, err := os.Stat(module(cudaProvider)); err == nil {
		t.Skip("this runtime has the CUDA provider")
	}
	for _, tt := range []struct {
		provider Provider
		says     []string
	}{
		{Provider{}, nil},
		{Provider{Name: "cpu"}, nil},
		{Provider{Name: "CPU"}, nil},
		{Provider{Name: "cuda"}, []string{"provider cuda", "libonnxruntime_providers_cuda.so", "Microsoft.ML.OnnxRuntime.Gpu.Linux", libraryVariable}},
		{Provider{Name: "tensorrt"}, []string{"provider tensorrt", "libonnxruntime_providers_cuda.so"}},
		{Provider{Name: "openvino"}, []string{"provider openvino", "libonnxruntime_providers_openvino.so", "onnxruntime-openvino"}},
		{Provider{Name: "xnnpack"}, []string{"provider xnnpack", ErrNotBuilt.Error(), libraryVariable}},
		{Provider{Name: "novelty"}, []string{"provider novelty", "novelty", "XNNPACK"}},
	} {
		err := Available(tt.provider)
		var known *Unavailable
		if (err != nil) != (tt.says != nil) || err != nil && !errors.As(err, &known) {
			t.Errorf("%s: %v", tt.provider.Name, err)
		}
		for _, words := range tt.says {
			if err == nil || !strings.Contains(err.Error(), words) {
				t.Errorf("%s: %v does not say %s", tt.provider.Name, err, words)
			}
		}
	}
}

// Where all is there, a provider is available; and what is missing is named, whichever part it is.
func TestEveryMissingPartIsNamed(t *testing.T) {
	if rigged(t) {
		return
	}
	cache := t.TempDir()
	file := filepath.Join(cache, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		provider        Provider
		variable, value string // set while it is asked
		says            string // empty: it is available
	}{
		{Provider{Name: "cuda"}, "", "", ""},
		{Provider{Name: "tensorrt", Cache: cache}, "", "", ""},
		{Provider{Name: "tensorrt", Cache: filepath.Join(cache, "new")}, "", "", ""},
		{Provider{Name: "qnn"}, "", "", ""},
		{Provider{Name: "tensorrt", Cache: file}, "", "", "is no folder"},
		{Provider{Name: "cuda", Device: 1}, "", "", "no device 1"},
		{Provider{Name: "cuda"}, "FAKE_CUDA_DEVICES", "0", "no CUDA device"},
		{Provider{Name: "cuda"}, "FAKE_CUDA_FAILS", "cudaGetDeviceCount", "no NVIDIA driver"},
		{Provider{Name: "cuda"}, "RECORDER_FAILS", "cuda.create", "GPU build"},
		{Provider{Name: "tensorrt"}, "RECORDER_FAILS", "tensorrt.create", "GPU build"},
		{Provider{Name: "cuda"}, "RECORDER_FAILS", "cuda.append", "as the test ordered"},
		{Provider{Name: "tensorrt"}, "RECORDER_FAILS", "tensorrt.append", "as the test ordered"},
		{Provider{Name: "webgpu"}, "RECORDER_FAILS", "named.append", "as the test ordered"},
	} {
		restore := func() {}
		if tt.variable != "" {
			restore = setting(t, tt.variable, tt.value)
		}
		err := Available(tt.provider)
		restore()
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%+v with %s=%s: %v, want %q", tt.provider, tt.variable, tt.value, err, tt.says)
		}
	}
	if _, err := os.Stat(filepath.Join(cache, "new")); err == nil {
		t.Error("asking has made a folder")
	}
	for _, part := range []string{"tensorrt", "shared", "cuda"} {
		if err := os.Remove(module(part)); err != nil {
			t.Fatal(err)
		}
		if err := Available(Provider{Name: "tensorrt"}); err == nil || !strings.Contains(err.Error(), module(part)+" is not there") {
			t.Errorf("without %s: %v", part, err)
		}
	}
	readJournal(t).empty(t)
}

// What a part of the runtime is linked against is looked for before the part is loaded.
func TestAMissingLibraryOfCUDAIsNamed(t *testing.T) {
	if rigged(t) {
		return
	}
	if err := os.Remove(beside("libcudart.so.12")); err != nil {
		t.Fatal(err)
	}
	err := Available(Provider{Name: "cuda"})
	if err == nil || !strings.Contains(err.Error(), module(cudaProvider)+" needs libcudart.so.12, which the loader does not find") {
		t.Error(err)
	}
}

// A library that the provider is linked against and the loader does not find is named, without loading the provider.
func TestLibrariesThatAreMissing(t *testing.T) {
	dir := t.TempDir()
	part := filepath.Join(dir, "part.c")
	if err := os.WriteFile(part, []byte("int part;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	native.Build(t, dir, "libnovelty.so.7", []string{part})
	native.Build(t, dir, "libpresent.so.1", []string{part})
	library := native.Build(t, dir, "libuser.so", []string{part}, "-L"+dir, "-Wl,--no-as-needed", "-l:libnovelty.so.7", "-l:libpresent.so.1")
	if got := unresolved(library); len(got) != 0 {
		t.Errorf("%q are missing, and lie beside it", got)
	}
	if err := os.Remove(filepath.Join(dir, "libnovelty.so.7")); err != nil {
		t.Fatal(err)
	}
	if got := unresolved(library); len(got) != 1 || got[0] != "libnovelty.so.7" {
		t.Errorf("%q are missing, want libnovelty.so.7", got)
	}
	for _, path := range []string{part, filepath.Join(dir, "nowhere.so")} {
		if got := unresolved(path); len(got) != 0 {
			t.Errorf("%s, no library, lacks %q", path, got)
		}
	}
}
