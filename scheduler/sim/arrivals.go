package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Arrivals say when a tenant's requests come.
type Arrivals struct {
	Kind Kind
	Rate float64 // requests a second; of Bursty, while a burst lasts

	// Of Bursty: requests come in bursts, Poisson in each, and between them at another rate. Bursts and what lies between
	// them last for exponentially distributed times (a Markov-modulated Poisson process of two states).
	Between      float64       // requests a second between bursts
	Burst, Pause time.Duration // what a burst lasts in the mean, and what lies between two

	Trace []Request // of Trace: ascending in time
}

// Kind is a way for requests to come.
type Kind string

// The kinds of arrivals.
const (
	None     Kind = ""         // none come
	Poisson  Kind = "poisson"  // independently of each other
	Constant Kind = "constant" // at equal intervals, the first at the end of one
	Bursty   Kind = "bursty"
	Trace    Kind = "trace" // when they are said to come
)

// Request is one that comes at a given time.
type Request struct {
	At     time.Duration
	Sample int             // of the outcomes, from 0; -1: any
	Takes  []time.Duration // by segment: how long they run for it, whatever else runs; nil: by the profile
}

// MostRate is the highest rate of requests a second.
const MostRate = 1e6

// sound says whether a rate is possible.
func (a *Arrivals) sound(rate float64) bool { return rate >= 0 && rate <= MostRate }

func (a *Arrivals) validate(samples int) error {
	switch a.Kind {
	case None, Poisson, Constant, Bursty, Trace:
	default:
		return fmt.Errorf("there are no arrivals of the kind %q", a.Kind)
	}
	if !a.sound(a.Rate) || !a.sound(a.Between) {
		return fmt.Errorf("the rates are %g and %g requests a second: they must be from 0 to %g", a.Rate, a.Between, float64(MostRate))
	}
	if a.Kind == Bursty && (a.Burst <= 0 || a.Pause <= 0) {
		return fmt.Errorf("bursts last for %s and come after %s: both must be above 0", a.Burst, a.Pause)
	}
	for i, r := range a.Trace {
		if r.At < 0 || i > 0 && r.At < a.Trace[i-1].At {
			return fmt.Errorf("request %d of the trace comes at %s: times must not be negative and not fall", i+1, r.At)
		}
		if r.Sample < -1 || samples > 0 && r.Sample >= samples {
			return fmt.Errorf("request %d of the trace is sample %d of %d", i+1, r.Sample, samples)
		}
	}
	return nil
}

// source makes the times of arrivals.
type source struct {
	Arrivals
	chance *rand.Rand
	last   time.Duration // when the last came, or since when the rate holds
	burst  bool          // a burst is on
	turns  time.Duration // when it ends, or the next begins
	next   int           // of the trace
	coming Request       // that is awaited
}

// newSource makes the source of a tenant that comes at a time. What its trace says of the time before, it has not been there for.
func newSource(a Arrivals, chance *rand.Rand, from time.Duration) *source {
	s := &source{Arrivals: a, chance: chance, last: from, turns: from, burst: true}
	for s.next < len(a.Trace) && a.Trace[s.next].At < from {
		s.next++
	}
	if a.Kind == Bursty {
		// At first it is in a burst as often as at any other time.
		s.burst = chance.Float64()*(a.Burst+a.Pause).Seconds() < a.Pause.Seconds()
		s.turn()
	}
	return s
}

// after is when the next request comes; false: never, or not before a burst begins or ends.
func (s *source) after() (Request, bool) {
	if s.Kind == Trace {
		if s.next == len(s.Trace) {
			return Request{}, false
		}
		s.next++
		return s.Trace[s.next-1], true
	}
	rate := s.Rate
	if s.Kind == Bursty && !s.burst {
		rate = s.Between
	}
	if s.Kind == None || rate == 0 {
		return Request{}, false
	}
	intervals := 1.0
	if s.Kind != Constant {
		intervals = s.chance.ExpFloat64()
	}
	s.last += seconds(intervals / rate)
	return Request{At: s.last, Sample: -1}, s.Kind != Bursty || s.last < s.turns
}

// turn begins a burst or ends one, when it is time. What is left of the interval to the next request has no memory of what has
// passed, so that it is drawn anew.
func (s *source) turn() {
	s.burst = !s.burst
	mean := s.Pause
	if s.burst {
		mean = s.Burst
	}
	s.last = s.turns
	s.turns += max(1, seconds(s.chance.ExpFloat64()*mean.Seconds()))
}

// paced gives the arrivals another rate from a time on.
func (s *source) paced(rate float64, now time.Duration) { s.Rate, s.last = rate, now }

// seconds is a time in s, as long as one can be.
func seconds(s float64) time.Duration {
	if s >= math.MaxInt64/1e9 {
		return math.MaxInt64 / 4
	}
	return time.Duration(s * float64(time.Second))
}
