package main

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/bench/bare"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages/onnx"
)

// glyphs is the benchmark's example as the tests see it, who run in the package's folder.
var glyphs = filepath.Join("..", example)

// The bare Go server is as right on the labelled pictures as the training said of the exit, whole and truncated.
func TestTheBareServerIsAsRightAsItsExit(t *testing.T) {
	library, err := onnx.Library("")
	if err != nil {
		t.Skip(err)
	}
	if err := onnx.Open(library); err != nil {
		t.Fatal(err)
	}
	samples := glyphSamples(t)
	for _, tt := range []struct{ exit, right int }{{2, 267}, {4, 286}} { // of 300: shipped_accuracy in metrics.json
		model := filepath.Join(t.TempDir(), "model.onnx")
		if err := truncate(filepath.Join(glyphs, "model.onnx"), tt.exit, model); err != nil {
			t.Fatal(err)
		}
		network, err := bare.Open(model, 2)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(bare.Handler(network))
		who := &contender{server: "Go", network: "whole", ask: httpAsk(server.URL+"/", 4)}
		v, err := who.judge(t.Context(), 4, samples)
		if err != nil || v.right != tt.right {
			t.Errorf("up to exit %d, %d of %d are right (%v), want %d", tt.exit, v.right, len(samples), err, tt.right)
		}
		turn, err := who.take(t.Context(), 4, samples, time.Nanosecond)
		if err != nil || turn.Seconds <= 0 || turn.ClientCPU < 0 {
			t.Errorf("a turn is %+v (%v)", turn, err)
		}
		if _, _, err := who.ask(t.Context(), 0, &sample{tensor: &wire.Tensor{Data: []byte{1, 2}}}); err == nil {
			t.Error("two bytes are taken for an input")
		}
		server.Close()
		if err := network.Close(); err != nil {
			t.Error(err)
		}
	}
}

// glyphSamples are the pictures as inputs, as the benchmark's configuration has them.
func glyphSamples(t *testing.T) []sample {
	t.Helper()
	m := benchConfig(t).Models[0]
	samples, err := readSamples(filepath.Join(glyphs, "test"), m.Labels, m.Input)
	if err != nil {
		t.Fatal(err)
	}
	return samples
}

func benchConfig(t *testing.T) *config.Config {
	t.Helper()
	c, diags := config.Load(filepath.Base(configuration))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

// Dělen gets as many threads of ONNX Runtime as the other servers, and the tenants that the benchmark asks.
func TestTheConfigurationIsAFairOne(t *testing.T) {
	c := benchConfig(t)
	if c.Scheduler.Slots != threads {
		t.Errorf("the node has %d slots, the servers %d threads", c.Scheduler.Slots, threads)
	}
	if len(c.Tenants) != 2 || c.Tenants[0].Name != "exits" || c.Tenants[1].Name != "whole" {
		t.Errorf("the tenants are not exits and whole")
	}
}

// A contender that fails ends its turn, with the first error.
func TestATurnEndsWithTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	asked := 0
	who := &contender{ask: func(context.Context, int, *sample) (int, int, error) {
		if asked++; asked == 3 {
			return 0, 0, broken
		}
		return 0, 0, nil
	}}
	answers, err := who.loop(t.Context(), 1, func(int) *sample { return &sample{} }, func(*sample, int, int) {})
	if answers != 2 || !errors.Is(err, broken) {
		t.Errorf("got %d answers and the error %v", answers, err)
	}
}

// The CPU time of a process is what it says of itself, and that of its children.
func TestCPUTimeOfAProcess(t *testing.T) {
	before, err := cpuOfOne(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	own, err := ownCPU()
	if err != nil {
		t.Fatal(err)
	}
	after, err := cpuOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if before > own+2*tick || after < own-2*tick {
		t.Errorf("the system tells %s, then %s; the process itself %s between", before, after, own)
	}
}
