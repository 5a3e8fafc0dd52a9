package main

import (
	"math"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// report is one of a tenant that answers at this 95th percentile.
func report(p95 time.Duration) *wire.Watched {
	return &wire.Watched{Exits: []uint64{5, 5}, ResponseP95Ns: int64(p95)}
}

func TestThePolicyBacksOffFastAndComesBackSlowly(t *testing.T) {
	p := &policy{target: 10 * time.Millisecond, doubt: 0.1}
	for i, step := range []struct {
		report *wire.Watched
		want   float64
	}{
		{report(9 * time.Millisecond), 0.9},  // neither missed nor room
		{report(11 * time.Millisecond), 0.8}, // missed
		{report(50 * time.Millisecond), 0.8}, // partly from before: not counted
		{report(50 * time.Millisecond), 0.6},
		{report(5 * time.Millisecond), 0.6},
		{report(5 * time.Millisecond), 0.64}, // room
		{&wire.Watched{}, 0.64},
		{&wire.Watched{}, 0.64}, // nothing was asked: nothing is known
		{&wire.Watched{Refused: 1}, 1 - mostDoubt},
		{&wire.Watched{}, 1 - mostDoubt},
		{&wire.Watched{Expired: 1}, 1 - mostDoubt},
	} {
		if got, _ := p.next(step.report); math.Abs(got-step.want) > 1e-9 {
			t.Fatalf("after report %d the confidence is %g, want %g", i, got, step.want)
		}
	}
}

// A plant whose 95th percentile rises with the confidence: wherever the target lies, the policy ends up around it.
func TestThePolicySettlesAroundItsTarget(t *testing.T) {
	for _, target := range []time.Duration{3 * time.Millisecond, 6 * time.Millisecond, 9 * time.Millisecond} {
		p := &policy{target: target, doubt: startDoubt}
		plant := func(confidence float64) time.Duration {
			return time.Duration(confidence * 10 * float64(time.Millisecond))
		}
		confidence := 1 - startDoubt
		missed := 0
		for i := range 400 {
			p95 := plant(confidence)
			if i >= 100 && p95 > target {
				missed++
			}
			confidence, _ = p.next(report(p95))
		}
		least := plant(1 - mostDoubt)
		if target > least && missed > 30 {
			t.Errorf("target %s is missed in %d of 300 reports", target, missed)
		}
		if got := plant(confidence); target > least && got < target/4 {
			t.Errorf("target %s: settles at %s", target, got)
		}
	}
}
