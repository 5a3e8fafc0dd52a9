package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/picture"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// newGuests makes tenants of a configuration and takes places for them.
func (n *Node) newGuests(c *config.Config, all []*config.Tenant) ([]*guest, error) {
	var guests []*guest
	others := n.crowdOf(c)
	for _, t := range all {
		g, err := n.newGuest(c, others, t)
		if err != nil {
			for _, g := range guests {
				n.seats.sit(g.index(), nil)
			}
			return nil, err
		}
		guests = append(guests, g)
	}
	return guests, nil
}

func (n *Node) newGuest(c *config.Config, others crowd, t *config.Tenant) (*guest, error) {
	m := n.modelOf(t)
	model := n.models[m].backend.Model()
	index := n.seats.take()
	seek := n.seeker(others, t)
	tenant, err := tenants.New(tenants.Config{
		Name: t.Name, Index: int32(index), Model: model, Criterion: t.Criterion, Goal: seek.goalOf(t), Deadline: t.Deadline,
		Queue: t.Queue, Overflow: overflow(t), Audit: t.Audit, Evidence: seek.evidence,
	})
	if err != nil {
		n.seats.sit(index, nil)
		return nil, err
	}
	g := &guest{
		tenant: tenant, terms: &terms{}, backend: n.models[m].backend, have: n.models[m].metrics(), labels: t.Model.Labels,
		source: sourceOf(t.Model.Profile), slots: n.config.Scheduler.Slots, clock: n.clock, numbers: &n.numbers,
		scheduler: n.house, planning: n.planning, seats: &n.seats, looks: &n.looks, log: n.log.Named("tenant"),
		as:   scheduler.Tenant{Weight: t.Share, Model: m, Room: tenant.Room()},
		open: map[uint64]*request{}, inside: map[uint64]*door.Arrival{}, byName: map[name]*request{}, watches: map[name]*watch{},
		parsed: map[string]*criteria.Criterion{}, bounded: map[string]bounded{}, seek: seek, adapt: t.Adapt, strict: t.Unmet == config.RefuseUnmet,
	}
	if p := tenant.Plan(); p != nil {
		g.as.Plan = scheduler.Plan{Criterion: p.Criterion, Version: p.Version}
	}
	g.terms.Store(info(t, c.Guarantee(t), model))
	g.publish(func(*wire.TenantInfo) {})
	return g, nil
}

// settle gives a tenant its actor: known to the scheduler first, and then to the reception, through which requests come.
func (n *Node) settle(g *guest) {
	pid := n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return g }, actor.WithGuardian(doom{n.log})))
	n.seats.sit(g.index(), pid)
	n.system.Root.Send(n.house, arrival{pid, scheduler.Join{Tenant: g.index(), As: g.as}})
	n.system.Root.Send(n.reception, admission{g.terms.Load().GetName(), resident{pid, g.terms, g.labels}})
}

// modelOf is the place of a tenant's model among the node's.
func (n *Node) modelOf(t *config.Tenant) int {
	for i, m := range n.models {
		if m.config.Name == t.Model.Name {
			return i
		}
	}
	panic(fmt.Sprintf("config: tenant %s runs a model that the configuration does not have", t.Name))
}

func overflow(t *config.Tenant) tenants.Overflow {
	if t.Overflow == config.DropOldest {
		return tenants.DropOldest
	}
	return tenants.Refuse
}

func sourceOf(p *profile.Profile) wire.Source {
	if p == nil {
		return wire.Source_NONE
	}
	source := p.Source
	if p.EnergySource != "" {
		source = p.EnergySource
	}
	switch source {
	case profile.Measured:
		return wire.Source_MEASURED
	case profile.Modelled:
		return wire.Source_MODELLED
	}
	return wire.Source_PUBLISHED
}

// info is what an app may know of a tenant, but for its labels.
func info(t *config.Tenant, guarantee float64, model *stages.Model) *wire.TenantInfo {
	info := &wire.TenantInfo{
		Name: t.Name, Model: t.Model.Name, Weight: t.Share, Share: guarantee,
		DeadlineNs: int64(t.Deadline), Queue: uint32(t.Queue), Exits: model.Exits,
		Overflow: wire.Overflow(overflow(t)),
	}
	for _, i := range model.Inputs {
		x := &model.Tensors[i]
		info.Inputs = append(info.Inputs, &wire.TensorInfo{Name: x.Name, Dtype: wire.DType(x.Type), Shape: x.Shape})
	}
	if p := t.Model.Input; p != nil {
		info.Picture = &wire.Picture{
			Layout: wire.Layout(wire.Layout_value[p.Layout]), Height: uint32(p.Height), Width: uint32(p.Width),
			Color: wire.Color_GRAY, Mean: p.Mean, Std: p.Std,
		}
		if p.Color == picture.RGB {
			info.Picture.Color = wire.Color_RGB
		}
	}
	if a := t.Model.Audio; a != nil {
		info.Audio = &wire.Audio{Rate: uint32(a.Rate), Samples: uint32(a.Samples)}
	}
	return info
}
