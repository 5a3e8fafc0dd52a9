package main

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/delen-edge/delen/stages/onnx"
)

// TestServing runs testdata/serve/*.txtar, which need ONNX Runtime. Beside what other scripts have:
//
//	two.onnx       two exits; takes x, float32[4], and late, int64[4]
//	$PICTURES      the example's folder of pictures
//	$JPEG          a picture of another kind
//	$NODE          an address for a node to listen on
//	await ADDRESS  waits until somebody does
//	hup            sends SIGHUP to what runs in the background
func TestServing(t *testing.T) {
	library, err := onnx.Library("")
	if err != nil {
		t.Skip(err)
	}
	pictures, err := filepath.Abs("../../examples/glyphs/test")
	if err != nil {
		t.Fatal(err)
	}
	jpeg, err := filepath.Abs("../../stages/picture/testdata/progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/serve",
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"await": await, "hup": hup},
		Setup: func(e *testscript.Env) error {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			e.Setenv("NODE", address)
			e.Setenv("DELEN_ONNXRUNTIME", library)
			e.Setenv("PICTURES", pictures)
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

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await ADDRESS")
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if conn, err := net.DialTimeout("tcp", args[0], time.Second); err == nil {
			conn.Close()
			return
		}
	}
	ts.Fatalf("nobody listens on %s", args[0])
}

func hup(ts *testscript.TestScript, _ bool, _ []string) {
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGHUP))
	}
}
