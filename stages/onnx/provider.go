package onnx

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages/onnx/cuda"
)

// Provider says what executes the operators of a session. What a provider cannot execute, the CPU does.
type Provider struct {
	// Name is that of one of the runtime's execution providers, in upper or lower case. Empty: the CPU.
	Name string
	// Device is the index of the CUDA device, for cuda and tensorrt.
	Device int
	// Memory is how many bytes of the device the arena of each session may take, for cuda. 0: any.
	Memory int64
	// FP16 lets tensorrt calculate with half precision.
	FP16 bool
	// Cache is the folder in which tensorrt keeps the engines that it has built, made when it is missing. Empty: none.
	Cache string
	// Workspace is how many bytes of the device tensorrt may use while it builds an engine. 0: as the runtime sees fit.
	Workspace int64
	// Options are handed to any other provider as they are.
	Options map[string]string
}

// The providers with options of their own.
const (
	cpuProvider      = "cpu"
	cudaProvider     = "cuda"
	tensorrtProvider = "tensorrt"
	openvinoProvider = "openvino"
)

// Providers are the names of those that a runtime on this system can have, in lower case.
var Providers = []string{
	cpuProvider, cudaProvider, tensorrtProvider, openvinoProvider, "migraphx", "nvtensorrtrtx", "qnn", "vitisai", "webgpu", "xnnpack",
}

// runtimeNames are how the runtime writes those that it takes by name; it insists on upper and lower case.
var runtimeNames = []string{
	"AZURE", "CoreML", "DML", "JS", "MIGraphX", "NvTensorRtRtx", "QNN", "SNPE", "VitisAI", "WEBNN", "WebGPU", "XNNPACK",
}

// name is the provider's in lower case.
func (p Provider) name() string { return strings.ToLower(cmp.Or(p.Name, cpuProvider)) }

// streams says whether every instance of a stage has a session and a stream of its own.
func (p Provider) streams() bool { return p.name() == cudaProvider || p.name() == tensorrtProvider }

// compiles says whether the provider takes parts of the graph and compiles them by itself. The runtime's own kernels, on
// the CPU, CUDA and WebGPU, need no such thing.
func (p Provider) compiles() bool {
	switch p.name() {
	case cpuProvider, cudaProvider, "webgpu":
		return false
	}
	return true
}

// runtimeName is the provider's as the runtime writes it. One that nobody knows is left to the runtime, which knows best.
func (p Provider) runtimeName() string {
	for _, n := range runtimeNames {
		if strings.EqualFold(n, p.Name) {
			return n
		}
	}
	return p.Name
}

// appendTo has sessions with these options executed by the provider, on a stream if it has streams. Data is what the
// session will be made of; without it none will.
func (p Provider) appendTo(o *ort.SessionOptions, stream *cuda.Stream, data []byte) error {
	switch p.name() {
	case cpuProvider:
		return nil
	case cudaProvider:
		return p.appendCUDA(o, stream)
	case tensorrtProvider:
		if err := p.appendTensorRT(o, stream, data); err != nil {
			return err
		}
		return p.appendCUDA(o, stream) // for what TensorRT cannot execute
	case openvinoProvider:
		return o.AppendExecutionProviderOpenVINO(p.Options)
	}
	return o.AppendExecutionProvider(p.runtimeName(), p.Options)
}

func (p Provider) appendCUDA(o *ort.SessionOptions, stream *cuda.Stream) (err error) {
	c, err := ort.NewCUDAProviderOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Destroy()) }()
	options := map[string]string{"device_id": strconv.Itoa(p.Device)}
	if stream != nil { // taken only together with the word that there is one
		options["has_user_compute_stream"] = "1"
		options["user_compute_stream"] = strconv.FormatUint(uint64(stream.Handle()), 10)
	}
	if p.Memory > 0 {
		options["gpu_mem_limit"] = strconv.FormatInt(p.Memory, 10)
	}
	if err := c.Update(options); err != nil {
		return err
	}
	return o.AppendExecutionProviderCUDA(c)
}

func (p Provider) appendTensorRT(o *ort.SessionOptions, stream *cuda.Stream, data []byte) (err error) {
	t, err := ort.NewTensorRTProviderOptions()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Destroy()) }()
	options := map[string]string{"device_id": strconv.Itoa(p.Device)}
	if p.FP16 {
		options["trt_fp16_enable"] = "1"
	}
	if p.Workspace > 0 {
		options["trt_max_workspace_size"] = strconv.FormatInt(p.Workspace, 10)
	}
	if p.Cache != "" && data != nil {
		folder, err := p.engines(data)
		if err != nil {
			return err
		}
		options["trt_engine_cache_enable"] = "1"
		options["trt_engine_cache_path"] = folder
	}
	if err := t.Update(options); err != nil {
		return err
	}
	if stream != nil {
		if err := handStream(t, stream); err != nil {
			return err
		}
	}
	return o.AppendExecutionProviderTensorRT(t)
}

// engines makes the folder for the engines of one segment. The runtime tells engines apart by the names in the graph, not by
// the weights: without a folder of its own, a model that was trained anew would be served with the engines of the old one.
func (p Provider) engines(data []byte) (string, error) {
	sum := sha256.Sum256(data)
	folder := filepath.Join(p.Cache, hex.EncodeToString(sum[:8]))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", fmt.Errorf("the folder for engines cannot be made: %w; change cache in the provider block", err)
	}
	return folder, nil
}
