package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/power"
	"github.com/delen-edge/delen/stages/profile"
)

// evalPatience is how long a request may take.
const evalPatience = 10 * time.Second

// servedRun is one run over the samples, under one objective.
type servedRun struct {
	client  *client.Client
	subject *evalSubject
	tenant  *wire.TenantInfo
	lanes   int // requests on their way: as many as slots, so that none waits for another
	tick    func(done int)

	mu       sync.Mutex
	next     int // the sample to send
	answered int
	right    int
	cut      int     // answers that the deadline has cut short
	exits    []int   // of all answers
	whole    []int   // of those that were not cut short
	energy   float64 // J, of all
	response time.Duration
	first    error
}

// measureModel runs the policies on a tenant of the node.
func (f *flexibility) measureModel(ctx context.Context, node *ownNode, s *evalSubject, targets []float64) (*flexibilityModel, error) {
	f.node = node.process.Process.Pid
	to := connection{node: node.address, connect: 10 * time.Second}
	cl, tenant, err := to.ask(ctx, s.tenant.Name)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	m := newFlexibilityModel(s)
	m.Tenant, m.Samples, m.From, m.Known = s.tenant.Name, len(s.samples), s.folder, s.known
	run := func(target *float64, policy profile.Policy) error {
		r, err := f.measure(ctx, cl, s, tenant, target, policy)
		if err == nil {
			m.add(*r)
		}
		return err
	}
	if err := run(nil, profile.Full); err != nil {
		return nil, err
	}
	m.addOracle(&s.tenant.Model.Evidence.Frontier(cheapest(nil), profile.Certainty{}).Oracle)
	for _, t := range targets {
		for _, policy := range []profile.Policy{profile.Pareto, profile.PerWorkload} {
			if err := run(&t, policy); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// measure sets the tenant's objective, sends every sample, and counts what comes of it.
func (f *flexibility) measure(ctx context.Context, cl *client.Client, s *evalSubject, tenant *wire.TenantInfo, target *float64, policy profile.Policy) (*flexibilityRun, error) {
	o := client.Objective{Minimize: "energy", Adapt: string(policy)}
	if target != nil {
		o.Where = "accuracy >= " + strconv.FormatFloat(*target, 'g', -1, 64)
	}
	set, err := setObjective(ctx, cl, s.tenant.Name, o)
	if err != nil {
		return nil, fmt.Errorf("the objective of %s: %w", s.tenant.Name, err)
	}
	title := fmt.Sprintf("%s, %s%s", s.name, policy, optional(", ", o.Where))
	r := &servedRun{client: cl, subject: s, tenant: tenant, lanes: f.lanes, exits: make([]int, len(tenant.GetExits())), whole: make([]int, len(tenant.GetExits()))}
	r.tick = func(done int) { f.bar.show("all runs; now ", title, f.part(done)) }
	before, _ := power.Works("/", f.node) // what cannot be read counts as the work of others
	if err := r.send(ctx); err != nil {
		return nil, err
	}
	after, _ := power.Works("/", f.node)
	f.sent += len(s.samples)
	f.say("%s: %s", title, plural(len(s.samples), "sample"))
	result := r.result(target, policy, set)
	result.Others = after.Others(before)
	return result, nil
}

// send sends every sample once.
func (r *servedRun) send(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var all sync.WaitGroup
	for range r.lanes {
		all.Go(func() {
			if err := r.chain(ctx); err != nil {
				cancel() // the first error tells
			}
		})
	}
	all.Wait()
	return r.first
}

// chain sends one sample after the other, until there is none left.
func (r *servedRun) chain(ctx context.Context) error {
	for {
		s, ok := r.take()
		if !ok {
			return nil
		}
		inputs, err := loadInputs(s, r.tenant)
		var a *client.Answer
		if err == nil {
			a, err = r.client.Infer(ctx, client.Request{Tenant: r.tenant.GetName(), Inputs: inputs, Timeout: evalPatience})
		}
		if err != nil {
			err = fmt.Errorf("sample %s: %w", s.path, err)
		}
		if r.book(s, a, err); err != nil {
			return err
		}
	}
}

func (r *servedRun) take() (sample, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == len(r.subject.samples) {
		return sample{}, false
	}
	r.next++
	return r.subject.samples[r.next-1], true
}

// book counts an answer, or keeps the first error.
func (r *servedRun) book(s sample, a *client.Answer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil && (a.Exit < 1 || a.Exit > len(r.exits)) {
		err = fmt.Errorf("sample %s: an answer of exit %d", s.path, a.Exit)
	}
	if err != nil {
		if r.first == nil || errors.Is(r.first, context.Canceled) {
			r.first = err
		}
		return
	}
	r.answered++
	r.exits[a.Exit-1]++
	if a.Reason != wire.Reason_DEADLINE {
		r.whole[a.Exit-1]++
	}
	r.energy += a.Energy
	r.response += a.Response
	if right(s, a) {
		r.right++
	}
	if a.Reason == wire.Reason_DEADLINE {
		r.cut++
	}
	r.tick(r.answered)
}

// result is what the run comes to.
func (r *servedRun) result(target *float64, policy profile.Policy, set *wire.ObjectiveSet) *flexibilityRun {
	n := float64(r.answered)
	response := r.response.Seconds() / n
	run := &flexibilityRun{
		Target: target, Policy: string(policy), Accuracy: float64(r.right) / n, Energy: r.energy / n, Response: &response, Cut: r.cut, Unmet: set.GetUnmet(),
	}
	for i, e := range r.exits {
		run.ExitShare = append(run.ExitShare, float64(e)/n)
		run.whole = append(run.whole, float64(r.whole[i])/max(1, n-float64(r.cut)))
	}
	if p := set.GetPoint(); p != nil {
		run.Promised = &flexibilityPromise{p.GetAccuracy(), p.GetAccuracyLow(), p.GetEnergyJ(), p.GetExitShare()}
	}
	return run
}
