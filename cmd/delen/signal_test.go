package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/sketch"
)

// stall comes to its end for what is not above zero, as zeros to get warm are, and never for anything else.
var stall = strings.Replace(sketch.Endless, "init yes bool[] = 1", "init zero[] = 0\n\tm = ReduceMax(x) keepdims=0\n\tyes = Greater(m, zero)", 1)

// The first signal would let all that is in the house end, a run of the run limit after the other; the second does not wait.
func TestASecondSignalStopsAtOnce(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stall.onnx"), sketch.Encode(sketch.Model(stall)), 0o600); err != nil {
		t.Fatal(err)
	}
	node, lines := process(t, dir, `
node "edge" { listen = "127.0.0.1:0" }
scheduler { run_limit = "2s" }
model "stall" { path = "stall.onnx" }
tenant "all" {}`, "--grace", "1h")
	address := until(t, lines, "node.ready")["address"].(string)
	c, err := client.Dial(t.Context(), client.Config{Node: address})
	if err != nil {
		t.Fatal(err)
	}
	// It is not closed: the actor library's shutdown races within itself, and the node is gone.
	const requests = 64
	var waiting sync.WaitGroup
	var cut atomic.Int64
	for range requests {
		waiting.Go(func() {
			_, err := c.Infer(context.Background(), client.Request{
				Tenant: "all", Inputs: []*wire.Tensor{client.Float32s("", []int64{1, 4}, []float32{1, 1, 1, 1})},
			})
			var no *client.Error
			switch errors.As(err, &no); {
			case no != nil && no.Code == wire.Code_UNAVAILABLE && !no.Refused:
				cut.Add(1)
			case no == nil || no.Code != wire.Code_INTERNAL: // of a run that has had its time
				t.Errorf("a request ends with %v", err)
			}
		})
	}
	for r, err := range c.Watch(t.Context(), "all", 20*time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		if r.GetInHouse() >= requests/2 {
			break
		}
	}
	node.Process.Signal(syscall.SIGTERM)
	until(t, lines, "node.stopping")
	node.Process.Signal(os.Interrupt)
	until(t, lines, "node.stopped")
	if err := node.Wait(); err != nil {
		t.Errorf("the node: %v", err)
	}
	waiting.Wait()
	if cut.Load() == 0 {
		t.Error("no request was cut off")
	}
}

// A node that is still loading has nobody to answer: it ends at once, although the runtime does not come back.
func TestASignalEndsANodeThatIsLoading(t *testing.T) {
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	node, lines := process(t, dir, `
node "edge" { listen = "127.0.0.1:0" }
scheduler { run_limit = "1h" }
model "glyphs" { path = "glyphs/model.onnx" }
model "endless" { path = "endless.onnx" }
tenant "a" { model = "glyphs" }
tenant "b" { model = "endless" }`)
	if e := until(t, lines, "node.loading"); !slices.Contains(e["waiting"].([]any), any("endless")) {
		t.Errorf("logged is %v", e)
	}
	node.Process.Signal(syscall.SIGTERM)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), "node.loading") && !strings.Contains(lines.Text(), "model.loaded") {
			t.Errorf("it says %s", lines.Text())
		}
	}
	if err := node.Wait(); err != nil {
		t.Errorf("the node: %v", err)
	}
}

// process serves a configuration in a process of its own, and gives its log.
func process(t *testing.T, dir, source string, flags ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	node := command(t, dir, source, flags...)
	log, err := node.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { node.Process.Kill() })
	return node, bufio.NewScanner(log)
}

// command serves a configuration when it is started, by this test binary.
func command(t *testing.T, dir, source string, flags ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(dir, "delen.hcl")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return ownProgram(dir, append(append([]string{"serve"}, flags...), path)...)
}

// ownProgram is delen, which testscript.Main has made of this test binary. The actor library's shutdown races within itself; its
// reports must neither fail a process nor stand in its log.
func ownProgram(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("delen", args...)
	cmd.Env = append(os.Environ(), "GORACE=exitcode=0 atexit_sleep_ms=0 log_path="+filepath.Join(dir, "races"))
	return cmd
}

// until reads a log up to an event.
func until(t *testing.T, lines *bufio.Scanner, name string) map[string]any {
	t.Helper()
	for lines.Scan() {
		var e map[string]any
		if json.Unmarshal(lines.Bytes(), &e) == nil && e["event"] == name {
			return e
		}
	}
	t.Fatalf("the log ends without %s", name)
	return nil
}
