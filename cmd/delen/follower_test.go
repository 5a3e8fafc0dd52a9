package main

import (
	"encoding/json"
	"io"
	"runtime"
	"testing"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/internal/limits"
)

// The threads that run Go are those of the limits and the slots, before and after a change, and an event says so once.
func TestThreadsFollowTheLimits(t *testing.T) {
	before := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
	t.Setenv("GOMAXPROCS", "")
	out, in := io.Pipe()
	log := newLog(config.Log{Level: "info", Format: "json"}, in)
	now := limits.Limits{Online: 8, Mask: 4}
	f := newFollower(4, func() limits.Limits { return now }, log.Log)
	events := json.NewDecoder(out)
	for _, step := range []struct {
		quota   float64
		cores   float64
		threads int
	}{{0, 4, 8}, {1.5, 2, 6}, {1.2, 2, 6}, {.5, 1, 5}, {16, 4, 8}} {
		now.Quota = step.quota
		f.look()
		f.look()
		if got := runtime.GOMAXPROCS(0); got != step.threads {
			t.Errorf("with a quota of %g CPUs there are %d threads, want %d", step.quota, got, step.threads)
		}
		if step.quota == 0 {
			continue // nothing has changed
		}
		var e map[string]any
		if err := events.Decode(&e); err != nil || e["event"] != "machine.changed" || e["cores"] != step.cores || e["slots"] != 4. {
			t.Errorf("with a quota of %g CPUs the log says %v, %v", step.quota, e, err)
		}
	}
	go func() {
		log.close()
		in.Close()
	}()
	if events.More() {
		t.Error("a change is told twice")
	}
	t.Setenv("GOMAXPROCS", "3")
	runtime.GOMAXPROCS(3)
	now.Quota = 1
	f.look()
	if got := runtime.GOMAXPROCS(0); got != 3 {
		t.Errorf("the environment says 3 threads, there are %d", got)
	}
}
