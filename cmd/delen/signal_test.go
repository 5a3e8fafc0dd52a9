package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// The first signal would let all that is in the house be answered, which takes minutes here; the second does not wait.
func TestASecondSignalStopsAtOnce(t *testing.T) {
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	const source = "node \"edge\" { listen = \"127.0.0.1:0\" }\nmodel \"glyphs\" { path = \"glyphs/model.onnx\" }\ntenant \"all\" { queue = 65536 }\n"
	if err := os.WriteFile(filepath.Join(dir, "delen.hcl"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	delen := filepath.Join(dir, "delen")
	if out, err := exec.Command("go", "build", "-o", delen, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	node := exec.Command(delen, "serve", "--grace", "1h", filepath.Join(dir, "delen.hcl"))
	log, err := node.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { node.Process.Kill() })
	lines := bufio.NewScanner(log)
	address := until(t, lines, "node.ready")["address"].(string)
	c, err := client.Dial(t.Context(), client.Config{Node: address})
	if err != nil {
		t.Fatal(err)
	}
	// It is not closed: the actor library's shutdown races within itself, and the node is gone.
	const requests = 5_000
	var waiting sync.WaitGroup
	var mu sync.Mutex
	unavailable := 0
	for range requests {
		waiting.Go(func() {
			_, err := c.Infer(context.Background(), client.Request{
				Tenant: "all", Inputs: []*wire.Tensor{client.Float32s("", []int64{1, 1, 32, 32}, make([]float32, 1024))},
			})
			var no *client.Error
			if errors.As(err, &no) && no.Code == wire.Code_UNAVAILABLE && !no.Refused {
				mu.Lock()
				unavailable++
				mu.Unlock()
			}
		})
	}
	if _, err := c.Infer(t.Context(), client.Request{Tenant: "nobody"}); err == nil { // behind what has been sent so far
		t.Fatal("nobody answers")
	}
	node.Process.Signal(syscall.SIGTERM)
	until(t, lines, "node.stopping")
	node.Process.Signal(os.Interrupt)
	until(t, lines, "node.stopped")
	if err := node.Wait(); err != nil {
		t.Errorf("the node: %v", err)
	}
	waiting.Wait()
	if unavailable == 0 {
		t.Error("no request was cut off")
	}
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
