package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/scheduler"
)

// play is one scene under one policy, on a node of its own.
type play struct {
	*tenancy
	scene    *scene
	policy   scheduler.Policy
	path     string // of the configuration
	node     *ownNode
	roles    []*sceneRole
	requests context.Context // under which requests live
	changes  []time.Duration // how long it took until a phase's shares were in force; 0: they were in force already
	began    time.Time
}

// sceneRole is a tenant's in a play: the app that sends its requests, and what came of them.
type sceneRole struct {
	app      *demoApp
	arrivals []arrival
	records  []record // one for each arrival; a request writes its own
	busy     busyCurve
	watches  sync.WaitGroup
}

// Limits of a play.
const (
	playReload = 20 * time.Second // what a node may take to take over a configuration
	playSettle = 10 * time.Second // what the ends of the last requests may take
	playLooks  = 6                // reports on a tenant's busy time in a window
	playRoom   = 2048             // requests of a tenant that have no end yet: it sends no more
)

// perform starts a node, plays the scene and stops it.
func (p *play) perform(ctx context.Context) (err error) {
	if err := p.write(0); err != nil {
		return err
	}
	if p.node, err = p.serve(ctx, p.path); err != nil {
		return err
	}
	defer func() { err = p.node.stop(err) }()
	defer p.close()
	if err := p.open(ctx); err != nil {
		return err
	}
	requests, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-p.node.ended:
			cancel(errors.New("the node ended while the apps were sending"))
			abandon()
		case <-requests.Done():
		}
	}()
	p.requests = requests
	return p.run(ctx, abandon)
}

// write writes the configuration of a phase, whole: the node may read it at any time.
func (p *play) write(phase int) error {
	source := p.scene.configuration(p.examples, p.policy, len(p.nodeCores), phase, p.unit)
	next := p.path + ".next"
	if err := os.WriteFile(next, []byte(source), 0o600); err != nil {
		return err
	}
	return os.Rename(next, p.path)
}

// open connects an app for each tenant.
func (p *play) open(ctx context.Context) error {
	for i := range p.scene.guests {
		g := &p.scene.guests[i]
		to := connection{node: p.node.address, connect: 10 * time.Second}
		c, tenant, err := to.ask(ctx, g.name)
		if err != nil {
			return err
		}
		a := &demoApp{client: c, tenant: tenant, room: make(chan struct{}, playRoom)}
		role := &sceneRole{app: a, arrivals: p.scene.arrivals(i, p.lead(), p.phase, p.capacity[g.model], len(p.samples[g.model]), p.seed)}
		role.records = make([]record, len(role.arrivals))
		p.roles = append(p.roles, role)
		if a.samples, err = loadSamples(p.samples[g.model], tenant); err != nil {
			return err
		}
	}
	return nil
}

// loadSamples reads samples as what a tenant takes.
func loadSamples(files []sample, tenant *wire.TenantInfo) ([]demoSample, error) {
	var all []demoSample
	for _, s := range files {
		inputs, err := loadInputs(s, tenant)
		if err != nil {
			return nil, err
		}
		all = append(all, demoSample{inputs, s.label})
	}
	return all, nil
}

func (p *play) close() {
	for _, role := range p.roles {
		role.app.client.Close()
	}
}

// run plays all phases and waits until every request has its end.
func (p *play) run(ctx context.Context, abandon func()) error {
	watching, leave := context.WithCancel(ctx)
	defer leave()
	p.began = time.Now().Add(p.lead())
	var sending sync.WaitGroup
	for _, role := range p.roles {
		p.watch(watching, role)
		sending.Go(func() { p.send(ctx, role) })
	}
	err := p.direct(ctx, watching)
	if err != nil {
		abandon() // of what is on its way nobody wants to know any more
	}
	sending.Wait()
	for _, role := range p.roles {
		role.app.settle(playSettle, abandon)
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		p.look(ctx, 2*p.window()/playLooks) // the last reports
	}
	leave()
	for _, role := range p.roles {
		role.watches.Wait()
	}
	return err
}

// direct changes the shares at the begin of each phase, and waits for the end of the last.
func (p *play) direct(ctx, watching context.Context) error {
	for i := range p.scene.phases {
		if i > 0 {
			took, err := p.change(ctx, watching, i)
			if err != nil {
				return err
			}
			p.changes = append(p.changes, took)
		} else {
			p.changes = append(p.changes, 0)
		}
		for end := time.Duration(i+1) * p.phase; time.Since(p.began) < end; {
			if err := p.look(ctx, min(redrawn, end-time.Since(p.began))); err != nil {
				return err
			}
			now := fmt.Sprintf("%s tenants, %s: %s", p.scene.name, p.policy, p.scene.phases[i].name)
			p.bar.show("all plays; now ", now, p.part(p.lead()+time.Since(p.began)))
		}
	}
	return nil
}

// look waits for a time, or until the context is done.
func (p *play) look(ctx context.Context, wait time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(wait):
		return nil
	}
}

// change puts a phase's shares in force, as the administrator of a node does, and gives the time until they were.
func (p *play) change(ctx, watching context.Context, phase int) (time.Duration, error) {
	before, now := &p.scene.phases[phase-1], &p.scene.phases[phase]
	same := true
	for i := range now.shares {
		same = same && before.shares[i] == now.shares[i]
	}
	if same {
		return 0, nil
	}
	if err := p.write(phase); err != nil {
		return 0, err
	}
	start := time.Now()
	if err := p.node.process.Process.Signal(syscall.SIGHUP); err != nil {
		return 0, err
	}
	limit, cancel := context.WithTimeoutCause(ctx, playReload, fmt.Errorf("the node has not taken over the shares of the phase %s after %s", now.name, playReload))
	defer cancel()
	for {
		all, err := p.roles[0].app.client.Tenants(limit)
		if err != nil {
			return 0, errors.Join(err, context.Cause(limit))
		}
		if p.inForce(all, now) {
			break
		}
		if err := p.look(limit, 5*time.Millisecond); err != nil {
			return 0, err
		}
	}
	took := time.Since(start)
	for i, role := range p.roles {
		if before.shares[i] == 0 && now.shares[i] != 0 {
			p.watch(watching, role)
		}
	}
	return took, nil
}

// inForce reports whether the node has the tenants of a phase, with their shares.
func (p *play) inForce(all []*wire.TenantInfo, phase *scenePhase) bool {
	share := map[string]float64{}
	for _, t := range all {
		share[t.GetName()] = t.GetShare()
	}
	for i := range p.scene.guests {
		if math.Abs(share[p.scene.guests[i].name]-phase.guarantee(i)) > 1e-9 {
			return false
		}
	}
	return true
}

// watch follows the busy time of a tenant until it leaves or the context is done.
func (p *play) watch(ctx context.Context, role *sceneRole) {
	every := max(shortestWatch, p.window()/playLooks)
	role.watches.Wait() // the one before has ended when the tenant left
	role.busy.begin(time.Since(p.began))
	role.watches.Go(func() {
		for report, err := range role.app.client.Watch(ctx, role.app.tenant.GetName(), every) {
			if err != nil {
				return // it has left, or the play is over; a connection that breaks shows in the requests
			}
			role.busy.add(time.Since(p.began), time.Duration(report.GetBusyNs()))
		}
	})
}

// send sends a tenant's requests when they are due, without waiting for answers.
func (p *play) send(ctx context.Context, role *sceneRole) {
	for i := range role.arrivals {
		if p.look(ctx, time.Until(p.began.Add(role.arrivals[i].due))) != nil {
			return
		}
		r := &role.records[i]
		select {
		case role.app.room <- struct{}{}:
			r.lag = time.Since(p.began) - role.arrivals[i].due
			r.end = endNone
			role.app.inFlight.Go(func() {
				p.ask(role, role.app.samples[role.arrivals[i].sample], r)
				<-role.app.room
			})
		default: // it is not sent
		}
	}
}

// ask sends one request and records its end.
func (p *play) ask(role *sceneRole, s demoSample, r *record) {
	a, err := role.app.client.Infer(p.requests, client.Request{Tenant: role.app.tenant.GetName(), Inputs: s.inputs})
	if err != nil {
		r.fail(err)
		return
	}
	r.answer(a, right(sample{label: s.label}, a), time.Duration(role.app.tenant.GetDeadlineNs()))
}

// saturate counts how many requests a second of each model the node answers when all run to their last exit.
func (t *tenancy) saturate(ctx context.Context) (err error) {
	path := filepath.Join(t.folder, "capacity.hcl")
	source := fmt.Sprintf("node \"tenancy\" {}\n%s\nscheduler {\n  slots = %d\n}\n", modelBlocks(t.examples), len(t.nodeCores))
	for _, m := range t.models() {
		source += fmt.Sprintf("\ntenant %q {\n  model = %[1]q\n}\n", m)
	}
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		return err
	}
	node, err := t.serve(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = node.stop(err) }()
	for i, m := range t.models() {
		t.bar.show("what the machine can do: ", m, float64(i)/float64(len(t.models())))
		if t.capacity[m], err = t.saturateModel(ctx, node, m); err != nil {
			return err
		}
		t.unit[m] = time.Duration(float64(len(t.nodeCores)) / t.capacity[m] * float64(time.Second))
	}
	return nil
}

// saturateModel counts requests of one model.
func (t *tenancy) saturateModel(ctx context.Context, node *ownNode, model string) (float64, error) {
	to := connection{node: node.address, connect: 10 * time.Second}
	c, tenant, err := to.ask(ctx, model)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	a := &demoApp{client: c, tenant: tenant}
	if a.samples, err = loadSamples(t.samples[model], tenant); err != nil {
		return 0, err
	}
	chains := 2 * len(t.nodeCores) // always one more than is running
	answers, began := 0, time.Now()
	for _, length := range []time.Duration{t.phase / 8, t.phase / 3} { // the first warms
		limit, cancel := context.WithTimeout(ctx, length)
		began = time.Now()
		answers, err = a.saturate(limit, ctx, chains)
		cancel()
		if err != nil || ctx.Err() != nil {
			return 0, errors.Join(err, ctx.Err())
		}
	}
	if answers == 0 {
		return 0, fmt.Errorf("no request of %s was answered within %s: take a longer --phase", model, t.phase/3)
	}
	return float64(answers) / time.Since(began).Seconds(), nil
}
