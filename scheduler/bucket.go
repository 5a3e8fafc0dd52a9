package scheduler

import (
	"math"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// Under NonCooperative every tenant has a bucket of tokens, in seconds of charge. It fills at s_i*slots, s_i the tenant's
// part of the weights of all that are configured, whether they want anything or not. A run is paid by estimate at its start
// and corrected at its exit, and a tenant may start one while its level is above 0. So it gets no more in any interval than
// the rate, the depth and one run for each slot. What others leave is not lent.
//
// What has been poured per weight since the beginning is one number for all: a bucket is looked at when it is used, so that
// it costs nothing that others join, leave or change. A tenant that is out of tokens is parked, ordered by how much must
// have been poured until it has some.

// bucket is a tenant's tokens.
type bucket struct {
	level  float64 // s, when it was last looked at
	poured float64 // Scheduler.poured at that time
	due    float64 // of a parked tenant: Scheduler.poured when it has tokens again
}

// spring is what had been poured when the rate became what it is. What is poured from one step to the next may be less than
// the last digit of what has been.
type spring struct {
	poured float64
	since  time.Duration
}

// configure adds to the weights of the tenants that have not left.
func (s *Scheduler) configure(weight int64) {
	s.spring = spring{s.poured, s.last}
	s.configured += weight
}

// leastDepth is the depth of a bucket whose tenant has short segments, in seconds.
const leastDepth = 0.020

func soonerPaid(a, b *tenant) bool {
	if a.bucket.due != b.bucket.due {
		return a.bucket.due < b.bucket.due
	}
	return a.index < b.index
}

// rate is what is poured in a second, per weight.
func (s *Scheduler) rate() float64 {
	if s.configured <= 0 {
		return 0
	}
	return float64(len(s.slots)) / weightOf(s.configured)
}

// depth is what a bucket holds: two of the tenant's largest segments, and not less than leastDepth.
func (s *Scheduler) depth(t *tenant) float64 {
	depth := leastDepth
	for i := range s.models[t.Model].segments {
		g := &s.models[t.Model].segments[i]
		depth = max(depth, 2*g.price*(s.expected(g, 1, len(s.slots))+s.config.HandOff.Seconds()))
	}
	return depth
}

// tokens is a tenant's level now.
func (s *Scheduler) tokens(t *tenant) float64 {
	b := &t.bucket
	b.level = min(b.level+t.Weight*(s.poured-b.poured), s.depth(t))
	b.poured = s.poured
	return b.level
}

// fillUp gives a tenant a full bucket.
func (s *Scheduler) fillUp(t *tenant) { t.bucket = bucket{level: s.depth(t), poured: s.poured} }

// spend takes tokens for a cost, and parks a tenant that has none left.
func (s *Scheduler) spend(t *tenant, cost float64) {
	level := s.tokens(t) - cost
	t.bucket.level = level
	switch {
	case t.parked >= 0:
		s.repark(t)
	case t.at >= 0 && level <= 0:
		s.unwait(t)
		s.park(t)
	}
}

func (s *Scheduler) park(t *tenant) {
	t.bucket.due = t.bucket.poured - t.bucket.level/t.Weight
	s.parked.Push(t)
}

func (s *Scheduler) repark(t *tenant) {
	t.bucket.due = t.bucket.poured - t.bucket.level/t.Weight
	s.parked.Fix(t.parked)
}

// unpark lets those wait for a slot that have tokens again.
func (s *Scheduler) unpark() {
	for s.parked.Len() > 0 && s.parked.First().bucket.due < s.poured {
		t := s.parked.First()
		s.parked.Remove(t.parked)
		s.wait(t)
	}
}

// paid is when the first of the parked tenants has tokens; Never when none waits for that alone.
func (s *Scheduler) paid(now time.Duration) time.Duration {
	if s.parked.Len() == 0 || s.free() < 0 {
		return tenants.Never
	}
	in := math.Ceil((s.parked.First().bucket.due-s.poured)/s.rate()*float64(time.Second)) + 1
	if !(in < float64(tenants.Never-now)) {
		return tenants.Never
	}
	return now + time.Duration(max(in, 1))
}
