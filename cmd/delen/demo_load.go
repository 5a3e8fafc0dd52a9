package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// demoLoad is the load that a demo puts on its node, and what came of it. One goroutine runs it; between the phases
// nothing is in flight.
type demoLoad struct {
	apps     []*demoApp
	requests context.Context // under which requests live
	abandon  func()          // ends it
	slots    int
	length   time.Duration
	screen   *demoScreen // nil: nothing is shown meanwhile

	capacity    float64 // requests a second that the node answers
	change      *criterionChange
	phases      []*demoPhase // that have begun
	interrupted bool
}

// demoPhase is a time of constant load.
type demoPhase struct {
	load    float64 // of the capacity
	changed bool    // whether the criterion has changed before it
	began   time.Time
	took    time.Duration // without what came in after the last request; 0: it is not over
	tallies []*demoTally  // one for each app
}

// criterionChange is a tenant's criterion, before and after.
type criterionChange struct {
	Tenant  string `json:"tenant"`
	Old     string `json:"old"`
	New     string `json:"new"`
	Version uint64 `json:"version"`
	app     int
}

// demoLoads are the phases: below capacity, at it and past it.
var demoLoads = []float64{.25, .5, 1, 1.5, 2, 2}

const (
	demoSettle = 5 * time.Second // what the ends of the last requests may take
	demoChains = 8               // requests of each app in flight while the capacity is measured: all slots are taken
	demoRedraw = 500 * time.Millisecond
)

// run measures the capacity and runs the phases.
func (l *demoLoad) run(ctx context.Context) error {
	if err := l.measure(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	if l.screen != nil {
		l.screen.capacity(l)
	}
	for i, load := range demoLoads {
		p := &demoPhase{load: load}
		if p.changed = i == len(demoLoads)-1; p.changed {
			if err := l.changeCriterion(ctx); err != nil {
				return err
			}
		}
		for _, a := range l.apps {
			p.tallies = append(p.tallies, newDemoTally(a.tenant))
		}
		l.phases = append(l.phases, p)
		l.runPhase(ctx, p)
		if l.requests.Err() != nil || ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// measure finds the capacity: what the node answers when each app asks again as soon as it has an answer.
func (l *demoLoad) measure(ctx context.Context) error {
	length := l.length / 20
	if l.screen != nil {
		l.screen.measuring(length)
	}
	defer time.AfterFunc(length+demoSettle, l.abandon).Stop()
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	var failures error
	answers, began := 0, time.Now()
	for _, a := range l.apps {
		all.Go(func() {
			n, err := a.saturate(ctx, l.requests, demoChains)
			mu.Lock()
			defer mu.Unlock()
			answers += n
			failures = errors.Join(failures, err)
		})
	}
	all.Wait()
	if failures == nil && answers == 0 && !errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("no request was answered within %s: the tenants' deadlines may be too short for this machine", length)
	}
	l.capacity = float64(answers) / time.Since(began).Seconds()
	return failures
}

// runPhase has all apps send, and waits for the end of every request.
func (l *demoLoad) runPhase(ctx context.Context, p *demoPhase) {
	p.began = time.Now()
	length := l.length / time.Duration(len(demoLoads))
	rate := l.capacity * p.load / float64(len(l.apps))
	shown := make(chan struct{})
	stop := make(chan struct{})
	go func() {
		defer close(shown)
		l.watch(p, length, stop)
	}()
	var all sync.WaitGroup
	for i, a := range l.apps {
		all.Go(func() { a.send(ctx, l.requests, rate, length, p.tallies[i]) })
	}
	all.Wait()
	took := time.Since(p.began)
	for _, a := range l.apps {
		a.settle(demoSettle, l.abandon)
	}
	close(stop)
	<-shown
	p.took = took
	if l.screen != nil {
		l.screen.keep(l, p)
	}
}

// watch redraws the phase while it runs.
func (l *demoLoad) watch(p *demoPhase, length time.Duration, stop <-chan struct{}) {
	if l.screen == nil {
		return
	}
	tick := time.NewTicker(demoRedraw)
	defer tick.Stop()
	for {
		l.screen.draw(l, p, length)
		select {
		case <-tick.C:
		case <-stop:
			return
		}
	}
}

// changeCriterion makes the last tenant content with less, or with more when it is content with that already.
func (l *demoLoad) changeCriterion(ctx context.Context) error {
	last := len(l.apps) - 1
	a := l.apps[last]
	c := &criterionChange{Tenant: a.tenant.GetName(), Old: a.tenant.GetCriterion(), New: "confidence >= 0.6", app: last}
	if c.Old == c.New {
		c.New = "confidence >= 0.95"
	}
	ctx, cancel := context.WithTimeout(ctx, demoSettle)
	defer cancel()
	var err error
	if c.Version, err = a.client.SetCriterion(ctx, c.Tenant, c.New); err != nil {
		return fmt.Errorf("changing the criterion of %s: %w", c.Tenant, err)
	}
	l.change = c
	if l.screen != nil {
		l.screen.changed(c)
	}
	return nil
}

// elapsed is how long the phase has been sending.
func (p *demoPhase) elapsed() time.Duration {
	if p.took > 0 {
		return p.took
	}
	return time.Since(p.began)
}

// figures are what the phase comes to so far, for each app, and the busy time of all.
func (p *demoPhase) figures() (all []demoFigures, busy time.Duration) {
	for _, t := range p.tallies {
		f := t.figures()
		all = append(all, f)
		busy += f.Busy
	}
	return all, busy
}

// faults are what must not happen.
func (l *demoLoad) faults() []string {
	var faults []string
	for i, a := range l.apps {
		c, first := l.total(i)
		name := a.tenant.GetName()
		if c.Failed > 0 {
			faults = append(faults, fmt.Sprintf("%s of %s failed, first: %v", plural(c.Failed, "request"), name, first))
		}
		if c.Unanswered > 0 {
			faults = append(faults, fmt.Sprintf("%s of %s never ended, first: %v", plural(c.Unanswered, "request"), name, first))
		}
		if c.ended() != c.Sent {
			faults = append(faults, fmt.Sprintf("%s sent %d requests, but %d have ended", name, c.Sent, c.ended()))
		}
	}
	return faults
}

// total sums up an app over all phases, with its first failure.
func (l *demoLoad) total(app int) (c demoCounts, first error) {
	for _, p := range l.phases {
		c.add(p.tallies[app].figures().demoCounts)
		if t := p.tallies[app]; first == nil {
			first = t.first
		}
	}
	return c, first
}
