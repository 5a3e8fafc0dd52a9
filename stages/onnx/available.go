package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages/onnx/cuda"
)

// Unavailable is the error of Available: the runtime, or the machine, has not got the provider.
type Unavailable struct {
	Provider string // its name in lower case
	Reason   error  // what is missing, and what to install
}

// Error implements error.
func (u *Unavailable) Error() string {
	return fmt.Sprintf("provider %s cannot be used here: %v", u.Provider, u.Reason)
}

// Unwrap gives the reason.
func (u *Unavailable) Unwrap() error { return u.Reason }

// ErrNotBuilt is the reason when the runtime is a build without the provider.
var ErrNotBuilt = errors.New("this build of ONNX Runtime is made without it")

// Available says whether sessions can be executed by a provider, as it is configured: nil, or an *Unavailable. The runtime must
// be open; it is asked, and what it would load is looked for before, because it writes into the log what it does not find.
func Available(p Provider) error {
	err := p.available()
	if err != nil {
		return &Unavailable{p.name(), err}
	}
	return nil
}

func (p Provider) available() error {
	if !ort.IsInitialized() {
		return ErrNoLibrary
	}
	switch p.name() {
	case cpuProvider:
		return nil
	case cudaProvider:
		if err := p.hasCUDA(); err != nil {
			return err
		}
	case tensorrtProvider:
		if err := p.hasCUDA(); err != nil {
			return err
		}
		if err := p.hasTensorRT(); err != nil {
			return err
		}
	case openvinoProvider:
		if err := findParts(openvinoProvider, installOpenVINO, installOpenVINO); err != nil {
			return err
		}
	}
	return p.try()
}

// try appends the provider to the options of a session that is never made.
func (p Provider) try() error {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return err
	}
	defer o.Destroy()
	err = p.appendTo(o, nil, nil)
	if err != nil && strings.Contains(err.Error(), "not supported in this build") {
		return fmt.Errorf("%w: install one that is made with it, and name its library in runtime.library or %s", ErrNotBuilt, libraryVariable)
	}
	if err != nil && p.runtimeName() == "WebGPU" {
		return fmt.Errorf("%w; %s", err, installVulkan)
	}
	return err
}

// What to install when a provider's libraries are missing.
const (
	installGPU = "install the GPU build of ONNX Runtime " + Version + " (for x86-64 an archive onnxruntime-linux-x64-gpu*.tgz of its releases, or the " +
		"NuGet package Microsoft.ML.OnnxRuntime.Gpu.Linux; for arm64 one that is built with --use_cuda), and name its libonnxruntime.so in " +
		"runtime.library or " + libraryVariable
	installCUDA     = "install CUDA and cuDNN of the versions in these names, where the loader finds them (see ldconfig, LD_LIBRARY_PATH)"
	installTensorRT = "install TensorRT of the version in these names, where the loader finds it (see ldconfig, LD_LIBRARY_PATH)"
	installOpenVINO = "install a build of ONNX Runtime with OpenVINO (Intel's onnxruntime-openvino), and name its libonnxruntime.so in runtime.library or " +
		libraryVariable
	installVulkan = "it needs a device with a Vulkan driver: install libvulkan1 and the device's driver (on Debian mesa-vulkan-drivers has most); " +
		"vulkaninfo lists what there is"
)

// hasCUDA looks for all that the provider needs: in the runtime, beside it, in the system, and a device.
func (p Provider) hasCUDA() error {
	c, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return fmt.Errorf("%w; %s", err, installGPU)
	}
	if err := c.Destroy(); err != nil {
		return err
	}
	if err := findParts(cudaProvider, installGPU, installCUDA); err != nil {
		return err
	}
	library, err := OpenCUDA()
	if err != nil {
		return err
	}
	devices, err := library.Devices()
	if err != nil {
		return err
	}
	if p.Device >= len(devices) {
		return fmt.Errorf("there is no device %d: this machine has %d, the first is 0", p.Device, len(devices))
	}
	return nil
}

// hasTensorRT looks for what the provider needs beyond CUDA.
func (p Provider) hasTensorRT() error {
	t, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return fmt.Errorf("%w; %s", err, installGPU)
	}
	if err := t.Destroy(); err != nil {
		return err
	}
	if err := findParts(tensorrtProvider, installGPU, installTensorRT); err != nil {
		return err
	}
	return p.cacheWritable()
}

// cacheWritable looks at the folder for engines if there is one. One that is missing is made when a model is loaded.
func (p Provider) cacheWritable() error {
	info, err := os.Stat(p.Cache)
	switch {
	case p.Cache == "" || errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s, where engines are to be kept, is no folder: change cache in the provider block", p.Cache)
	}
	const write = 2
	if err := syscall.Access(p.Cache, write); err != nil {
		return fmt.Errorf("%s, where engines are to be kept, cannot be written: %w", p.Cache, err)
	}
	return nil
}

// beside is the path of a file in the folder of the runtime's library: nowhere else does the runtime look for its parts.
func beside(name string) string { return filepath.Join(filepath.Dir(LibraryPath()), name) }

// module is the part of the runtime that holds a provider.
func module(provider string) string { return beside("libonnxruntime_providers_" + provider + ".so") }

// findParts looks for the parts of the runtime that a provider in a library of its own consists of, and for the libraries that
// it is linked against. What to install is said for either.
func findParts(provider, install, installNeeds string) error {
	for _, path := range []string{module(provider), module("shared")} {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("%s is not there: %s", path, install)
		}
	}
	if missing := unresolved(module(provider)); len(missing) > 0 {
		return fmt.Errorf("%s needs %s, which the loader does not find: %s", module(provider), strings.Join(missing, ", "), installNeeds)
	}
	return nil
}

// OpenCUDA opens the CUDA runtime library: the one that the runtime's own part is linked against, if the runtime is open and
// has such a part.
func OpenCUDA() (*cuda.Library, error) {
	if LibraryPath() == "" {
		return cuda.Open()
	}
	var preferred []string
	names, folders := needs(module(cudaProvider))
	for _, name := range names {
		if strings.HasPrefix(name, "libcudart.so") {
			preferred = append(preferred, append(within(folders, name), name)...)
		}
	}
	return cuda.Open(preferred...)
}
