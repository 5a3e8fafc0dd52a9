package native

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Rig is the environment of a process in which the CUDA and TensorRT providers work without a device: an ONNX Runtime that
// records what it is told about providers and has the CPU execute, and a CUDA runtime library that only counts streams. Both
// write the file that DELEN_TEST_CALLS names; see stages/onnx/testdata/recorder.c and stages/onnx/cuda/testdata/cudart.c. The
// folder is that of stages/onnx, the library the real runtime.
func Rig(t testing.TB, folder, library string) []string {
	t.Helper()
	dir := t.TempDir()
	Build(t, dir, "libcudart.so.12", []string{filepath.Join(folder, "cuda/testdata/cudart.c")})
	part := filepath.Join(dir, "part.c")
	if err := os.WriteFile(part, []byte("int part;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	Build(t, dir, "libonnxruntime_providers_shared.so", []string{part})
	for _, provider := range []string{"cuda", "tensorrt"} {
		Build(t, dir, "libonnxruntime_providers_"+provider+".so", []string{part}, "-L"+dir, "-Wl,--no-as-needed", "-l:libcudart.so.12")
	}
	header, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Fatal(err)
	}
	recorder := Build(t, dir, "libonnxruntime.so", []string{filepath.Join(folder, "testdata/recorder.c")}, "-I"+strings.TrimSpace(string(header)), "-ldl")
	return []string{"DELEN_ONNXRUNTIME=" + recorder, "RECORDER_REAL=" + library, "DELEN_TEST_CALLS=" + filepath.Join(dir, "calls")}
}
