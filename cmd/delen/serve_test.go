package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/delen-edge/delen/internal/examples"
	"github.com/delen-edge/delen/internal/native"
	"github.com/delen-edge/delen/internal/patience"
	"github.com/delen-edge/delen/stages/onnx"
)

// TestServing runs testdata/serve/*.txtar, which need ONNX Runtime. Beside what other scripts have:
//
//	two.onnx       two exits; takes x, float32[4], and late, int64[4]
//	$EXAMPLES      the folder of examples
//	$PICTURES      the example's folder of pictures
//	$JPEG          a picture of another kind
//	$NODE          an address for a node to listen on
//	await ADDRESS  waits until somebody does
//	hup            sends SIGHUP to what runs in the background
//	[gpu]          the runtime has a part for CUDA
func TestServing(t *testing.T) {
	library, err := onnx.Library("")
	if err != nil {
		t.Skip(err)
	}
	serving(t, "testdata/serve", library, func(e *testscript.Env) { e.Setenv("DELEN_ONNXRUNTIME", library) })
}

// TestServingOnCUDA runs testdata/rig/*.txtar, which have the same, but for stand-ins that record what the runtime and CUDA
// are told (see native.Rig), in the file calls. There are two devices.
func TestServingOnCUDA(t *testing.T) {
	library, err := onnx.Library("")
	if err != nil {
		t.Skip(err)
	}
	rig := native.Rig(t, "../../stages/onnx", library)
	serving(t, "testdata/rig", library, func(e *testscript.Env) {
		e.Vars = append(e.Vars, rig...)
		e.Setenv("FAKE_CUDA_DEVICES", "2")
		e.Setenv("DELEN_TEST_CALLS", filepath.Join(e.WorkDir, "calls"))
	})
}

// serving runs scripts that serve.
func serving(t *testing.T, dir, library string, environment func(*testscript.Env)) {
	t.Helper()
	folder := examples.Folder(t)
	jpeg, err := filepath.Abs("../../stages/picture/testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": awaitUntil(patience.Over(t)), "hup": hup},
		Condition: func(condition string) (bool, error) {
			if condition != "gpu" {
				return false, fmt.Errorf("there is no condition %s", condition)
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(library), "libonnxruntime_providers_cuda.so"))
			return err == nil, nil
		},
		Setup: func(e *testscript.Env) error {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			e.Setenv("COLUMNS", wideScreen)
			e.Setenv("NODE", address)
			environment(e)
			e.Setenv("PICTURES", filepath.Join(folder, "glyphs", "test"))
			e.Setenv("EXAMPLES", folder)
			e.Setenv("JPEG", jpeg)
			// The actor library's shutdown races within itself; its reports would fail a script under the race detector.
			e.Setenv("GORACE", "exitcode=0 log_path="+filepath.Join(e.WorkDir, "races"))
			if err := furnish(e.WorkDir); err != nil {
				return err
			}
			two, err := os.ReadFile("../../stages/graph/testdata/models/an-input-used-late-and-one-of-another-type.onnx")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "two.onnx"), two, 0o644)
		},
	})
}

// awaitUntil makes the command that waits, and gives up when the test does.
func awaitUntil(over time.Time) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: await ADDRESS")
		}
		for ; time.Now().Before(over); time.Sleep(20 * time.Millisecond) {
			if conn, err := net.DialTimeout("tcp", args[0], time.Second); err == nil {
				conn.Close()
				return
			}
		}
		ts.Fatalf("nobody listens on %s", args[0])
	}
}

func hup(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGHUP))
	}
}
