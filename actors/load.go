package actors

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/picture"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// loaded is a model with the runners of its stages, warm.
type loaded struct {
	config  *config.Model
	backend stages.Backend
	runners [][]stages.Runner // by segment and instance
	warm    []time.Duration   // of each segment
}

// warmRounds is how often zeros go through each chain of stages before the node is ready; the median is the first guess
// of what a segment takes.
const warmRounds = 15

func (n *Node) load(m *config.Model) (*loaded, error) {
	start := time.Now()
	backend, err := n.options.Load(m)
	if err != nil {
		return nil, err
	}
	l := &loaded{config: m, backend: backend, runners: make([][]stages.Runner, len(backend.Model().Segments))}
	for i := range n.config.Scheduler.Slots {
		if err := l.openInstance(i); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	event.Emit(n.log, event.ModelLoaded{
		Model: m.Name, Exits: backend.Model().Exits, Segments: l.warm, Instances: n.config.Scheduler.Slots, After: time.Since(start),
	})
	return l, nil
}

// openInstance opens a runner of every segment and warms them.
func (l *loaded) openInstance(instance int) error {
	var chain []stages.Runner
	for s := range l.runners {
		r, err := l.backend.Open(s)
		if err != nil {
			return err
		}
		l.runners[s] = append(l.runners[s], r)
		chain = append(chain, r)
	}
	warm, err := stages.Warm(l.backend, chain, warmRounds)
	if instance == 0 {
		l.warm = warm
	}
	return err
}

func (l *loaded) close() error {
	var errs []error
	for _, runners := range l.runners {
		for _, r := range runners {
			errs = append(errs, r.Close())
		}
	}
	return errors.Join(append(errs, l.backend.Close())...)
}

// figures are what the profile says of the exits, and the graph where the profile is silent.
func (l *loaded) figures() []scheduler.Figures {
	model := l.backend.Model()
	all := make([]scheduler.Figures, len(model.Exits))
	for i := range all {
		all[i] = scheduler.Figures{Accuracy: math.NaN(), Energy: math.NaN(), FLOPs: model.FLOPs(i + 1)}
		if l.config.Profile == nil {
			continue
		}
		e := l.config.Profile.Exits[i]
		all[i].Accuracy, all[i].Energy = known(e.Accuracy, math.NaN()), known(e.Energy, math.NaN())
		all[i].FLOPs = known(e.FLOPs, all[i].FLOPs)
	}
	return all
}

func known(figure *float64, otherwise float64) float64 {
	if figure == nil {
		return otherwise
	}
	return *figure
}

// handOff is charged with every run: what it costs to pass a ticket from one stage to the next, measured at 20 to 40 us.
const handOff = 30 * time.Microsecond

func (n *Node) schedulerConfig() scheduler.Config {
	c := scheduler.Config{Slots: n.config.Scheduler.Slots, RunLimit: n.config.Scheduler.RunLimit, HandOff: handOff}
	for _, m := range n.models {
		c.Models = append(c.Models, scheduler.Model{Warm: m.warm, Exits: m.figures()})
	}
	for _, t := range n.config.Tenants {
		c.Tenants = append(c.Tenants, scheduler.Tenant{Weight: t.Share, Model: n.modelOf(t), Room: room(t)})
	}
	return c
}

func overflow(t *config.Tenant) tenants.Overflow {
	if t.Overflow == config.DropOldest {
		return tenants.DropOldest
	}
	return tenants.Refuse
}

// room is how many tickets of a tenant the scheduler keeps, if it is the one that makes room.
func room(t *config.Tenant) int {
	if overflow(t) == tenants.DropOldest {
		return t.Queue
	}
	return 0
}

func (n *Node) modelOf(t *config.Tenant) int {
	for i, m := range n.config.Models {
		if m == t.Model {
			return i
		}
	}
	panic(fmt.Sprintf("config: tenant %s runs a model that the configuration does not have", t.Name))
}

func (n *Node) newGuest(index int, t *config.Tenant, numbers *numbers) (*guest, error) {
	m := n.models[n.modelOf(t)]
	tenant, err := tenants.New(tenants.Config{
		Name: t.Name, Index: int32(index), Model: m.backend.Model(), Criterion: t.Criterion, Deadline: t.Deadline, Queue: t.Queue,
		Overflow: overflow(t),
	})
	if err != nil {
		return nil, err
	}
	g := &guest{
		tenant: tenant, terms: &terms{}, backend: m.backend, have: t.Model.Metrics(), labels: t.Model.Labels,
		source: sourceOf(t.Model.Profile), clock: n.clock, numbers: numbers, scheduler: n.house,
		log:  n.log.Named("tenant"),
		open: map[uint64]*request{}, inside: map[uint64]*door.Arrival{}, byName: map[name]*request{}, parsed: map[string]*criteria.Criterion{},
	}
	g.terms.Store(n.info(t, m))
	return g, nil
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

// info is what an app may know of a tenant.
func (n *Node) info(t *config.Tenant, m *loaded) *wire.TenantInfo {
	model := m.backend.Model()
	info := &wire.TenantInfo{
		Name: t.Name, Model: t.Model.Name, Share: n.config.Guarantee(t), Criterion: t.Criterion.String(), CriterionVersion: 1,
		DeadlineNs: int64(t.Deadline), Queue: uint32(t.Queue), Exits: model.Exits, Labels: t.Model.Labels,
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
	return info
}
