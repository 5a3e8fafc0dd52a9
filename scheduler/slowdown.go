package scheduler

import (
	"math"
	"slices"
	"time"
)

// A run takes longer when others run beside it. How much longer is learnt for each number of segments that run, of all
// segments together, as a factor to the time of a run that is alone. Both are learnt from the same runs. One that is alone
// says what a segment takes; one that is not says more about the factor, and only slowly corrects the segment's own time:
// a machine that is never idle tells the two apart by no more than what it began with.

const slowdownGain = 1.0 / 16

// Slowdown is how many times longer a segment takes than alone, by the number of segments that run, itself included, less
// one. The caller owns the slice.
func (s *Scheduler) Slowdown() []float64 { return slices.Clone(s.slowdown) }

// learn takes the time of a run that has come back.
func (s *Scheduler) learn(now time.Duration, r *run, busy time.Duration) {
	service, rows, x := &s.models[r.stage.model].segments[r.stage.segment].service, max(1, len(r.rows)), busy.Seconds()
	beside := s.beside(now, r)
	if beside == 1 {
		service.observe(rows, x, meanGain)
		return
	}
	f, most := &s.slowdown[beside-1], 2*float64(beside) // a run of seconds is not due to its neighbours
	*f += slowdownGain * (min(max(x/service.of(rows).mean, 1), most) - *f)
	service.observe(rows, x / *f, crowdedGain)
}

// beside is how many segments ran in the mean while this one did, itself included.
func (s *Scheduler) beside(now time.Duration, r *run) int {
	if now <= r.started {
		return r.beside
	}
	mean := (s.crowd - r.crowd) / (now - r.started).Seconds()
	return min(max(int(math.Round(mean)), 1), len(s.slots))
}

// company is how many segments will run when the free slots have been filled and so many tickets wait.
func (s *Scheduler) company(queued int) int {
	free := 0
	for i := range s.slots {
		if s.slots[i].free() {
			free++
		}
	}
	return max(1, s.busy+min(free, queued))
}

// expected is what a run of a segment should take in company, in seconds, and likely is what it takes at most in 95 % of
// all cases.
func (s *Scheduler) expected(g *segment, rows, company int) float64 {
	return g.service.of(rows).mean * s.slowdown[company-1]
}

func (s *Scheduler) likely(g *segment, rows, company int) time.Duration {
	return seconds(g.service.of(rows).p95 * s.slowdown[company-1])
}
