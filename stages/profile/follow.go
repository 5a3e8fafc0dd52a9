package profile

import (
	"math"

	"github.com/delen-edge/delen/criteria"
)

// Follow predicts what a criterion brings that was not found here, but stated, on a machine that makes this of response times:
// every sample goes on from exit to exit until the criterion is true. What the criterion asks of response times, energies and FLOPs
// is as the profile says, of confidence, agreement and accuracy as the samples do. What neither knows, as entropy, margin and the
// battery, is not known: nothing stops by it, so that costs are rather too high. The point has no thresholds, and response times
// of an idle machine. Nothing was searched for: all samples are counted.
func (e *Evidence) Follow(c *criteria.Criterion, l Load) Point {
	seen := make([]criteria.Observation, e.exits)
	for k := range seen {
		seen[k] = e.observation(k, l)
	}
	right, stop := 0, make([]int, e.exits)
	for i := range e.samples {
		k := e.stopsAt(c, seen, i)
		stop[k]++
		if e.right[k][i] {
			right++
		}
	}
	p := Point{Accuracy: fraction(right, e.samples), AccuracyLow: lowest(right, e.samples, usual), ResponseP95: math.NaN()}
	for _, n := range stop {
		p.ExitShare = append(p.ExitShare, fraction(n, e.samples))
	}
	if e.p95 != nil {
		p.ResponseP95 = mixture{p.ExitShare, e.cost[criteria.ResponseTime], e.p95}.quantile(0.95)
	}
	e.mean(&p)
	return p
}

// observation is what is known after an exit whatever the sample is.
func (e *Evidence) observation(exit int, l Load) criteria.Observation {
	o := criteria.Unknown()
	right := 0
	for _, is := range e.right[exit] {
		if is {
			right++
		}
	}
	o[criteria.Exit], o[criteria.Accuracy] = float64(exit+1), fraction(right, e.samples)
	for m, next := range map[criteria.Metric]criteria.Metric{
		criteria.ResponseTime: criteria.NextResponseTime, criteria.Energy: criteria.NextEnergy, criteria.FLOPs: criteria.NextFLOPs,
	} {
		at := func(exit int) float64 {
			cost := e.cost[m]
			switch {
			case cost == nil || exit >= e.exits:
				return math.NaN()
			case m == criteria.ResponseTime:
				return l.Pace*cost[exit] + l.MeanWait
			}
			return cost[exit]
		}
		o[m], o[next] = at(exit), at(exit+1)
	}
	return o
}

// stopsAt is the exit where a criterion stops a sample: the last, if nowhere else.
func (e *Evidence) stopsAt(c *criteria.Criterion, seen []criteria.Observation, sample int) int {
	agreed := 0
	for k := range e.exits - 1 {
		if k == 0 || e.predicted[k][sample] != e.predicted[k-1][sample] {
			agreed = 0
		}
		agreed++
		o := &seen[k]
		o[criteria.Confidence], o[criteria.Agreement] = e.confidence[k][sample], float64(agreed)
		if c.Stop(o) {
			return k
		}
	}
	return e.exits - 1
}

// Last is what a request takes that runs to the last exit: the most that one can take, whatever its criterion. Its accuracy is that
// in the profile, and nothing of it is certain.
func (p *Profile) Last() Point {
	last := &p.Exits[len(p.Exits)-1]
	q := Point{
		Accuracy: orNaN(last.Accuracy), AccuracyLow: math.NaN(), ResponseTime: orNaN(last.ResponseTime), ResponseP95: math.NaN(),
		Energy: orNaN(last.Energy), FLOPs: orNaN(last.FLOPs), ExitShare: make([]float64, len(p.Exits)),
	}
	q.ExitShare[len(p.Exits)-1] = 1
	if times, ok := p.Every(func(x *Exit) *float64 { return x.ResponseTime }); ok {
		q.ResponseP95 = p.slow(times)[len(times)-1]
	}
	return q
}

// orNaN is a figure, or NaN where it is not known.
func orNaN(f *float64) float64 {
	if f == nil {
		return math.NaN()
	}
	return *f
}
