package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/patience"
)

// A real node, with a request after the other: an impossible target takes the criterion away from certainty, and when the
// app leaves, the tenant has the criterion back that it had.
func TestAdaptMovesTheCriterionOfARunningNodeAndPutsItBack(t *testing.T) {
	delen := filepath.Join(t.TempDir(), "delen")
	if out, err := exec.Command("go", "build", "-o", delen, "../../cmd/delen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	events, address := serve(t, delen)
	go func() {
		for exec.CommandContext(t.Context(), delen, "infer", "--node", address, "--tenant", "survey", "../glyphs/test").Run() == nil {
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- adapt(ctx, address, "survey", time.Nanosecond, 20*time.Millisecond) }()
	for range 3 {
		if c := next(t, events, "criterion.changed"); !strings.HasPrefix(c["new"].(string), "confidence >= ") {
			t.Errorf("the criterion is now %v", c["new"])
		}
	}
	cancel()
	if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	out, err := exec.Command(delen, "criterion", "--node", address, "survey").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "confidence >= 0.97") {
		t.Errorf("afterwards the criterion is %s, %v", out, err)
	}
}

// serve starts a node that serves the glyphs. It gives the node's events and address.
func serve(t *testing.T, delen string) (events chan map[string]any, address string) {
	t.Helper()
	cmd := exec.Command(delen, "serve", "--listen", "127.0.0.1:0", "../glyphs/delen.hcl")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	events = make(chan map[string]any, 1000)
	go func() {
		defer close(events)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			var e map[string]any
			if json.Unmarshal(lines.Bytes(), &e) == nil {
				events <- e
			}
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		for range events {
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the node: %v", err)
		}
	})
	return events, next(t, events, "node.ready")["address"].(string)
}

// next waits for an event of a name.
func next(t *testing.T, events chan map[string]any, name string) map[string]any {
	t.Helper()
	over := patience.After(t)
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatal("the node has stopped")
			}
			if e["event"] == name {
				return e
			}
		case <-over:
			t.Fatalf("no %s comes", name)
		}
	}
}
