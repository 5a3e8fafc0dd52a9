package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// runs are what runs with one number of rows took.
type runs struct {
	chain    *chain
	rows     int
	segments [][]float64 // s that each segment took, in the order of the rounds
	exits    [][]float64 // s to each exit
	energies []*float64  // J that a run of each segment takes; nil: not known
}

// String names the runs in a message.
func (r *runs) String() string { return plural(r.rows, "row") }

// allRuns runs the model for one request at a time, and for each other number that is wanted and that it takes.
func (f *profiling) allRuns(ctx context.Context, m *onnx.Model) (all []*runs, err error) {
	defer func() {
		for _, r := range all {
			err = errors.Join(err, r.chain.close())
		}
	}()
	own, err := f.open(ctx, m, 1)
	if err != nil {
		return nil, err
	}
	all = append(all, own)
	if f.samples == "" {
		if err := f.checkNoise(own.chain); err != nil {
			return all, err
		}
	}
	for _, n := range f.wanted() {
		if n == 1 || n == own.rows {
			continue
		}
		if f.rows == nil && m.Model().MaxRows(n) < n {
			break
		}
		r, err := f.open(ctx, m, n)
		if ctx.Err() != nil {
			return all, context.Cause(ctx)
		}
		if err != nil && f.rows != nil {
			return all, fmt.Errorf("with %d rows: %w", n, err)
		}
		if err != nil {
			f.warn("with %d rows at a time the model does not run, so no more than %d are measured: %v", n, all[len(all)-1].rows, err)
			break
		}
		all = append(all, r)
	}
	if err := f.repeat(ctx, all); err != nil {
		return all, err
	}
	f.doubt(all)
	for _, r := range all {
		if r.energies, err = f.energiesOf(ctx, r); err != nil {
			return all, err
		}
	}
	return all, nil
}

// warming is how many rounds are not counted. They take a fifth of the time at most.
const warming = 20

// open makes warm runs for a number of requests. Of a model that insists on a number of rows, one request has that. They are to
// be closed.
func (f *profiling) open(ctx context.Context, m *onnx.Model, requests int) (*runs, error) {
	c, err := newChain(m, requests)
	if err != nil {
		return nil, err
	}
	r := &runs{chain: c, rows: max(m.Model().Rows, requests), segments: make([][]float64, len(c.runners)), exits: make([][]float64, len(c.runners))}
	if requests > 1 {
		err = stages.Together(m, c.runners, slices.Repeat([]int{requests}, len(c.runners)), warming, 0)
	}
	begun := time.Now()
	for n := 0; err == nil && n < warming && (n == 0 || time.Since(begun) < f.limit/5); n++ {
		f.bar.show("warming "+r.String(), "", float64(n)/warming)
		_, err = c.round(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return r, nil
}

// repeat runs the segments in turns, so that each finds the caches as when it serves, and the numbers of rows in turns: a
// machine's pace drifts by more than what rows gain together, and so it drifts for all of them alike.
func (f *profiling) repeat(ctx context.Context, all []*runs) error {
	begun, limit := time.Now(), f.limit*time.Duration(len(all))
	for n := 0; n < f.rounds && (n == 0 || time.Since(begun) < limit); n++ {
		f.bar.show("rounds", "", max(float64(n)/float64(f.rounds), time.Since(begun).Seconds()/limit.Seconds()))
		for _, r := range all {
			took, err := r.chain.round(ctx)
			if err != nil {
				return fmt.Errorf("with %s: %w", r, err)
			}
			sum := 0.0
			for s, d := range took {
				sum += d.Seconds()
				r.segments[s] = append(r.segments[s], d.Seconds())
				r.exits[s] = append(r.exits[s], sum)
			}
		}
	}
	return nil
}

// doubt warns once of what makes times doubtful: it concerns all numbers of rows alike.
func (f *profiling) doubt(all []*runs) {
	if cut, wanted := len(all[0].exits[0]), f.rounds; cut < wanted && cut < enough {
		f.warn("no more than %s within %s, so the 95th percentiles are a guess; give more with --time", plural(cut, "round"), f.limit*time.Duration(len(all)))
	}
	for _, r := range all {
		if trouble := disturbance(r.exits[len(r.exits)-1]); trouble != "" {
			f.warn("%s: the machine is busy or throttles: %s; measure again when it has nothing else to do", r, trouble)
			return
		}
	}
}

// quantile is the smallest of the values that a part q of them is not above. There is at least one.
func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

func median(values []float64) float64 { return quantile(values, .5) }
func p95(values []float64) float64    { return quantile(values, .95) }

// enough is how many rounds tell whether times scatter.
const enough = 20

// disturbance says how the times of rounds, in their order, show that something else went on; "" when they do not.
func disturbance(times []float64) string {
	n := len(times)
	if n < enough {
		return ""
	}
	middle, high := median(times), p95(times)
	first, last := median(times[:n/3]), median(times[n-n/3:])
	switch {
	case high > 2*middle:
		return fmt.Sprintf("the 95th percentile of the rounds is %.2g ms, %.1f times their median", high*1e3, high/middle)
	case last > 1.1*first || first > 1.1*last:
		return fmt.Sprintf("the first third of the rounds took %.3g ms, the last %.3g ms", first*1e3, last*1e3)
	}
	return ""
}

// fill puts what was measured into a profile that says where its energies come from. The first runs are for one
// request.
func fill(p *profile.Profile, all []*runs) {
	p.Segments = make([]profile.Segment, len(p.Exits))
	for _, r := range all {
		for s := range p.Segments {
			cost := profile.Cost{Median: new(median(r.segments[s])), P95: new(p95(r.segments[s]))}
			if p.EnergySource != "" {
				cost.Energy = r.energies[s]
			}
			if p.Segments[s].Rows == nil {
				// A run of a model with a fixed batch costs the same when only one row of it is used.
				p.Segments[s].Rows = map[int]profile.Cost{1: cost}
			}
			p.Segments[s].Rows[r.rows] = cost
		}
	}
	joules := 0.0
	for i := range p.Exits {
		p.Exits[i].ResponseTime = new(median(all[0].exits[i]))
		if p.EnergySource != "" {
			joules += *all[0].energies[i]
			p.Exits[i].Energy = new(joules)
		}
	}
}
