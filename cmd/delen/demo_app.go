package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
)

// demoInFlight bounds the requests of an app that have no end yet. It is far more than a queue holds: who comes near it
// sends faster than the machine can even refuse.
const demoInFlight = 512

// demoApp sends requests to one tenant over a connection of its own.
type demoApp struct {
	client   *client.Client
	tenant   *wire.TenantInfo
	samples  []demoSample
	room     chan struct{}  // holds one element for each request in flight
	inFlight sync.WaitGroup // the same requests
	next     int            // the sample to send; of the goroutine that sends
}

// demoSample is a picture or a recording as the tenant's model takes it.
type demoSample struct {
	inputs []*wire.Tensor
	label  string
}

// openApps connects an app for each tenant, with samples of its own. The caller closes those it gets, whatever the error.
func openApps(ctx context.Context, node string, guests []*config.Tenant, samples [][]sample) ([]*demoApp, error) {
	var apps []*demoApp
	for i, t := range guests {
		to := connection{node: node, connect: 10 * time.Second}
		c, tenant, err := to.ask(ctx, t.Name)
		if err != nil {
			return apps, err
		}
		a := &demoApp{client: c, tenant: tenant, room: make(chan struct{}, demoInFlight)}
		apps = append(apps, a)
		for _, s := range samples[i] {
			inputs, err := loadInputs(s, tenant)
			if err != nil {
				return apps, err
			}
			a.samples = append(a.samples, demoSample{inputs, s.label})
		}
		// Every run sends the same samples in the same order.
		random := rand.New(rand.NewPCG(1, uint64(i)))
		random.Shuffle(len(a.samples), func(i, j int) { a.samples[i], a.samples[j] = a.samples[j], a.samples[i] })
	}
	return apps, nil
}

func closeApps(apps []*demoApp) {
	for _, a := range apps {
		a.client.Close()
	}
}

func (a *demoApp) sample() demoSample {
	s := a.samples[a.next]
	a.next = (a.next + 1) % len(a.samples)
	return s
}

// send sends requests at a rate, evenly spaced and without waiting for answers, until the time is over or the context
// is done. Each request lives as long as the other context, and is booked in the tally.
func (a *demoApp) send(ctx, requests context.Context, rate float64, length time.Duration, t *demoTally) {
	start := time.Now()
	for n := 0; ; n++ {
		due := time.Duration(float64(n) / rate * float64(time.Second))
		if wait := min(due, length) - time.Since(start); wait > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(wait):
			}
		}
		if ctx.Err() != nil || time.Since(start) >= length {
			return
		}
		select {
		case a.room <- struct{}{}:
			t.sent()
			s := a.sample()
			a.inFlight.Go(func() { a.ask(requests, s, t) })
		default:
			t.unsent()
		}
	}
}

// ask sends one request and books its end.
func (a *demoApp) ask(ctx context.Context, s demoSample, t *demoTally) {
	start := time.Now()
	answer, err := a.client.Infer(ctx, client.Request{Tenant: a.tenant.GetName(), Inputs: s.inputs})
	right := err == nil && right(sample{label: s.label}, answer)
	t.end(answer, err, time.Since(start), right)
	<-a.room
}

// settle waits until every request has its end, which the node owes it. After the limit the rest is abandoned.
func (a *demoApp) settle(limit time.Duration, abandon func()) {
	timer := time.AfterFunc(limit, abandon)
	defer timer.Stop()
	a.inFlight.Wait()
}

// saturate keeps a few requests in flight, each followed by another when it has ended, and counts the answers.
func (a *demoApp) saturate(ctx, requests context.Context, few int) (answers int, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for range min(few, int(a.tenant.GetQueue())) {
		all.Go(func() {
			n, failure := a.chain(ctx, requests, func() demoSample {
				mu.Lock()
				defer mu.Unlock()
				return a.sample()
			})
			mu.Lock()
			defer mu.Unlock()
			answers += n
			err = errors.Join(err, failure)
		})
	}
	all.Wait()
	return answers, err
}

// chain sends one request after the other until the first context is done, which cancels none on its way.
func (a *demoApp) chain(ctx, requests context.Context, next func() demoSample) (answers int, err error) {
	for ctx.Err() == nil {
		_, err := a.client.Infer(requests, client.Request{Tenant: a.tenant.GetName(), Inputs: next().inputs})
		var no *client.Error
		switch {
		case err == nil:
			answers++
		case errors.As(err, &no) && (full(no) || no.Code == wire.Code_DEADLINE_EXCEEDED):
			time.Sleep(no.RetryAfter)
		default:
			return answers, fmt.Errorf("tenant %s: %w", a.tenant.GetName(), err)
		}
	}
	return answers, nil
}
