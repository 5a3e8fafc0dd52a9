package main

import (
	"fmt"
	"io"
	"time"

	"github.com/delen-edge/delen/scheduler/sim"
)

// printSimulation writes the result for people.
func printSimulation(stdout io.Writer, r *sim.Result) error {
	w := newScreen(stdout)
	lasted := time.Duration(r.Duration * float64(time.Second))
	fmt.Fprintf(w, "%s simulated with seed %d: %s busy for %.1f %% of the time\n\n", lasted, r.Seed, plural(r.Slots, "slot"), 100*r.Busy)
	t := newGrid(w, 1)
	t.line("tenant\trequests\tanswered\trefused\tshed\tmissed\tright\tmean\tp50\tp95\tp99\tbusy\tenergy\tpoints\texits")
	sum := 0.0
	for i := range r.Tenants {
		sum += r.Tenants[i].Busy
	}
	for i := range r.Tenants {
		f := &r.Tenants[i]
		t.line("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s", f.Tenant, grouped(int64(f.Requests)),
			share(f.Answered, f.Requests), share(f.Refused, f.Requests), share(f.Shed, f.Requests), share(f.Missed(), f.Requests), hundredths(f.Accuracy),
			inMilliseconds(f.Mean), inMilliseconds(f.P50), inMilliseconds(f.P95), inMilliseconds(f.P99), hundredths(quotient(f.Busy, sum)), figureOr(f.Energy, "%.4g J"),
			len(f.Changes), exitShares(f.Exits, f.Answered))
	}
	return t.flush()
}

// share is a part of requests in percent, or a dash when there are none.
func share(part, whole uint64) string { return percent(int(part), int(whole), 1) }

// quotient is a fraction, or nil of nothing.
func quotient(of, sum float64) *float64 {
	if sum == 0 {
		return nil
	}
	return new(of / sum)
}

func hundredths(f *float64) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf("%.1f", 100**f)
}

func inMilliseconds(s *float64) string {
	if s == nil {
		return "-"
	}
	return milliseconds(time.Duration(*s * float64(time.Second)))
}

func figureOr(f *float64, format string) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf(format, *f)
}

// exitShares is how many of a hundred answers came from each exit.
func exitShares(exits []uint64, answered uint64) (text string) {
	for i, n := range exits {
		if i > 0 {
			text += " "
		}
		text += percent(int(n), int(answered), 0)
	}
	return text
}
