package modelled

import (
	"errors"
	"fmt"
	"time"

	"github.com/delen-edge/delen/stages/profile"
)

// Latencies is what each segment of a profile takes. A response time that the profile does not know is put where the exit's
// FLOPs are: between two exits whose times are known, on the line through both, the start being such an exit with nothing
// of either; after the last, in proportion to that. It fails when no time is known, or not the FLOPs that are asked for.
func Latencies(p *profile.Profile) ([]time.Duration, error) {
	times := make([]float64, len(p.Exits)) // from the start, s
	var before *profile.Exit
	known := 0 // exits with times so far
	for i := range p.Exits {
		e := &p.Exits[i]
		if e.ResponseTime == nil {
			continue
		}
		times[i] = *e.ResponseTime
		if err := between(p.Exits[known:i], times[known:i], before, e); err != nil {
			return nil, err
		}
		before, known = e, i+1
	}
	if before == nil {
		return nil, errors.New("the profile gives no response time: write that of one exit at least, or measure them")
	}
	if err := between(p.Exits[known:], times[known:], nil, before); err != nil {
		return nil, err
	}
	segments := make([]time.Duration, len(times))
	last := 0.0
	for i, t := range times {
		segments[i] = time.Duration((t - last) * float64(time.Second))
		last = t
	}
	return segments, nil
}

// between fills in the times of exits on the line through two others. A nil one is the start.
func between(exits []profile.Exit, times []float64, from, to *profile.Exit) error {
	if len(exits) == 0 {
		return nil
	}
	f0, t0 := 0.0, 0.0
	if from != nil {
		t0 = *from.ResponseTime
		if from.FLOPs == nil {
			return unknown(from)
		}
		f0 = *from.FLOPs
	}
	if to.FLOPs == nil {
		return unknown(to)
	}
	rate := 0.0 // s per operation
	if *to.FLOPs > f0 {
		rate = (*to.ResponseTime - t0) / (*to.FLOPs - f0)
	}
	for i := range exits {
		e := &exits[i]
		if e.FLOPs == nil {
			return unknown(e)
		}
		times[i] = t0 + (*e.FLOPs-f0)*rate
	}
	return nil
}

func unknown(e *profile.Exit) error {
	return fmt.Errorf("exit %s has no flops, by which the response times that the profile does not give are estimated: write one or the other", e.Name)
}
