package stages

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Warming is how long a chain of runners is warmed.
type Warming struct {
	Rounds int           // at most, from 1
	Within time.Duration // no round begins later than this after the first has ended, but for the first three; 0: any may
}

// fewest is how many rounds of several there are at least, also of runs that take long: one that is slow because it is the
// first, and two whose times are worth something.
const fewest = 3

// Warm sends zeros through a chain of runners, one for each segment of a backend's model, and gives the median busy time
// of each segment, without that of the first of several rounds. After it a run is as fast as the next one: a node is not
// ready before. A run is asked to end when it takes longer than the limit; with 0 there is none.
func Warm(b Backend, chain []Runner, w Warming, limit time.Duration) ([]time.Duration, error) {
	c, err := b.Alloc()
	if err != nil {
		return nil, err
	}
	defer b.Free(c)
	one := []*Carry{c}
	times := make([][]time.Duration, len(chain))
	var over time.Time
	for round := range w.Rounds {
		if round >= fewest && w.Within > 0 && time.Now().After(over) {
			break
		}
		for _, i := range b.Model().Inputs {
			c.Tensors[i].Clear() // again: what is computed may lie where the inputs were
		}
		for s, r := range chain {
			used, err := RunWithin(limit, r, one)
			if err != nil {
				return nil, fmt.Errorf("the first run of segment %d of model %s: %w", s+1, b.Model().Name, err)
			}
			times[s] = append(times[s], used.Busy)
		}
		if round == 0 {
			over = time.Now().Add(w.Within)
		}
	}
	medians := make([]time.Duration, len(chain))
	for s := range times {
		steady := times[s][min(1, len(times[s])-1):]
		slices.Sort(steady)
		medians[s] = steady[len(steady)/2]
	}
	return medians, nil
}

// RunWithin runs a segment and asks the run to end when it takes longer than the limit; with 0 there is none.
func RunWithin(limit time.Duration, r Runner, rows []*Carry) (Usage, error) {
	if limit <= 0 {
		return r.Run(rows)
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, fmt.Errorf("it took longer than %s and was terminated", limit))
	defer cancel()
	return RunUntil(ctx, r, rows)
}

// againAfter is the pause before a run that has been asked to end is asked again.
const againAfter = time.Millisecond

// RunUntil runs a segment and asks the run to end when the context is done. Then the error is the context's cause.
func RunUntil(ctx context.Context, r Runner, rows []*Carry) (Usage, error) {
	returned := make(chan struct{})
	stop := WhenDone(ctx, func() {
		for { // until it heard: the context may be done before the run has begun, and then nothing is there to be asked
			r.Terminate()
			select {
			case <-returned:
				return
			case <-time.After(againAfter):
			}
		}
	})
	used, err := func() (Usage, error) {
		defer close(returned) // in a panic, too
		return r.Run(rows)
	}()
	if stop() && err != nil {
		err = context.Cause(ctx)
	}
	return used, err
}

// WhenDone calls a function when a context is done, unless it is stopped before. Stopping waits for the function if it has
// been called, and says whether it has: what it uses can be released then.
func WhenDone(ctx context.Context, f func()) (stop func() (called bool)) {
	returned := make(chan struct{})
	end := context.AfterFunc(ctx, func() {
		defer close(returned)
		f()
	})
	return func() bool {
		if end() {
			return false
		}
		<-returned
		return true
	}
}
