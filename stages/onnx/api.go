package onnx

import (
	"errors"
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages/onnx/cuda"
)

// The wrapper does not pass on the only function of the runtime by which TensorRT can be handed a stream: of what it is told
// in words, it takes no pointers. So the function is called by its place in the runtime's table of functions, to which later
// versions only add. A test with a runtime made from the wrapper's own header holds the places.
const (
	apiVersion      = 24 // as the wrapper asks for it
	atErrorMessage  = 2
	atReleaseStatus = 93
	atTensorRTValue = 261 // UpdateTensorRTProviderOptionsWithValue
)

// The wrapper's options are a pointer to the runtime's, and nothing else.
var _ [unsafe.Sizeof(ort.TensorRTProviderOptions{})]byte = [unsafe.Sizeof(uintptr(0))]byte{}

// handStream has sessions with these options work on a stream.
func handStream(t *ort.TensorRTProviderOptions, stream *cuda.Stream) error {
	table, err := apiTable()
	if err != nil {
		return err
	}
	var set func(options uintptr, key string, value uintptr) (status uintptr)
	var message func(status uintptr) string
	var release func(status uintptr)
	purego.RegisterFunc(&set, table[atTensorRTValue])
	purego.RegisterFunc(&message, table[atErrorMessage])
	purego.RegisterFunc(&release, table[atReleaseStatus])
	status := set(*(*uintptr)(unsafe.Pointer(t)), "user_compute_stream", stream.Handle())
	if status == 0 {
		return nil
	}
	defer release(status)
	return errors.New(message(status))
}

// apiTable is the runtime's table of functions. The runtime is open, and stays so.
func apiTable() (*[atTensorRTValue + 1]uintptr, error) {
	library, err := purego.Dlopen(LibraryPath(), purego.RTLD_LAZY)
	if err != nil {
		return nil, err
	}
	entry, err := purego.Dlsym(library, "OrtGetApiBase")
	if err != nil {
		return nil, err
	}
	var base func() *uintptr // the first of its functions gives the table
	purego.RegisterFunc(&base, entry)
	var get func(version uint32) *[atTensorRTValue + 1]uintptr
	purego.RegisterFunc(&get, *base())
	table := get(apiVersion)
	if table == nil {
		return nil, fmt.Errorf("%s does not have version %d of its API", LibraryPath(), apiVersion)
	}
	return table, nil
}
