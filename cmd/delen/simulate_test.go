package main

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"
)

// Whoever ends a simulation is told how far it had come.
func TestAnInterruptedSimulationSaysHowFarItIs(t *testing.T) {
	for _, c := range []struct {
		reached, duration time.Duration
		want              string
	}{
		{811*time.Hour + 40*time.Minute, 2000 * time.Hour, "interrupted after 812h of 2000h of simulated time"},
		{10*time.Minute + 400*time.Millisecond, 8 * time.Hour, "interrupted after 10m of 8h of simulated time"},
		{20 * time.Second, 90 * time.Minute, "interrupted after 20s of 1h30m of simulated time"},
		{time.Hour + 5*time.Second, 100 * time.Minute, "interrupted after 1h0m5s of 1h40m of simulated time"},
	} {
		if got := interruptedAfter(c.reached, c.duration).Error(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr strings.Builder
	if status := run(ctx, []string{"simulate", "../../examples/simulate/burst.hcl"}, io.Discard, &stderr); status != statusInterrupted || stderr.String() != "delen: interrupted after 0s of 10m of simulated time\n" {
		t.Errorf("status %d, %q", status, stderr.String())
	}
}
