package actors

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
)

// loaded is a model with the runners of its stages, warm.
type loaded struct {
	config  *config.Model
	backend stages.Backend
	rows    []int             // of each segment: for how many tickets its runs are at the most
	runners [][]stages.Runner // by segment and instance
	warm    []time.Duration   // of each segment, for one ticket

	frontiers *frontiers
	prepared  sync.WaitGroup // the frontier for requests that bring bounds to a tenant without an objective
}

// Zeros go through the first chain of stages before the node is ready; the median is the first guess of what a segment
// takes. Fifteen rounds tell it well, and of a large model fewer must do. The chains of the other slots run the same
// segments: one round gives them their memory.
var (
	warmingFirst = stages.Warming{Rounds: 15, Within: 50 * time.Millisecond}
	warmingOther = stages.Warming{Rounds: 1}
)

// loadAll loads models side by side, as many at a time as there are cores, and says how far it is while it takes long. It
// gives those that were loaded also when others fail; the error is that of the first in the configuration that does.
func (n *Node) loadAll(models []*config.Model) ([]*loaded, error) {
	progress := newLoading(n.log, models)
	defer progress.end()
	all, errs := make([]*loaded, len(models)), make([]error, len(models))
	cores := make(chan struct{}, limits.Cores())
	var failed atomic.Bool
	var wg sync.WaitGroup
	for i, m := range models {
		wg.Go(func() {
			cores <- struct{}{}
			defer func() { <-cores }()
			if failed.Load() {
				return
			}
			if all[i], errs[i] = n.load(m); errs[i] != nil {
				failed.Store(true)
			}
			progress.done(m.Name)
		})
	}
	wg.Wait()
	all = slices.DeleteFunc(all, func(l *loaded) bool { return l == nil })
	for _, err := range errs {
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func (n *Node) load(m *config.Model) (*loaded, error) {
	start := time.Now()
	backend, err := n.options.Load(m)
	if err != nil {
		return nil, err
	}
	l := &loaded{config: m, backend: backend, runners: make([][]stages.Runner, len(backend.Model().Segments))}
	for _, wanted := range n.config.Batches(m) {
		l.rows = append(l.rows, backend.Model().MaxRows(wanted))
	}
	l.frontiers = newFrontiers(m.Evidence)
	for i := range n.config.Scheduler.Slots {
		err := n.openInstance(l, i)
		if errors.Is(err, stages.ErrMixed) {
			event.Emit(n.log, event.ModelUnbatched{Model: m.Name, Error: err})
			l.rows, err = slices.Repeat([]int{1}, len(l.rows)), nil
		}
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	event.Emit(n.log, event.ModelLoaded{
		Model: m.Name, Exits: backend.Model().Exits, Segments: l.warm, Rows: l.rows, Instances: n.config.Scheduler.Slots, After: time.Since(start),
	})
	return l, nil
}

// prepare makes the frontier for requests that bring bounds to a tenant without an objective, meanwhile: the first of them
// should not have to wait for it.
func (l *loaded) prepare() {
	if l.frontiers.evidence != nil {
		l.prepared.Go(func() { l.frontiers.within() })
	}
}

// openInstance opens a runner of every segment and warms them, with one row and with as many as there may be. A run may take
// as long as the run limit. It fails with ErrMixed when the instance is fine, but for single rows alone. One instance is
// warmed at a time: what its segments take must not be what they take beside others.
func (n *Node) openInstance(l *loaded, instance int) error {
	limit := n.config.Scheduler.RunLimit
	var chain []stages.Runner
	for s := range l.runners {
		r, err := l.backend.Open(s, l.rows[s])
		if err != nil {
			return err
		}
		l.runners[s] = append(l.runners[s], r)
		chain = append(chain, r)
	}
	n.warming.Lock()
	defer n.warming.Unlock()
	how := warmingOther
	if instance == 0 {
		how = warmingFirst
	}
	warm, err := stages.Warm(l.backend, chain, how, limit)
	if instance == 0 {
		l.warm = warm
	}
	if err != nil || slices.Max(l.rows) == 1 {
		return err
	}
	err = stages.Together(l.backend, chain, l.rows, 1, limit)
	if err != nil && !errors.Is(err, stages.ErrMixed) {
		err = fmt.Errorf("%w; write batch = 1 in the scheduler block to have every run be for one request", err)
	}
	return err
}

// chain is an instance's runners up to a segment's.
func (l *loaded) chain(instance, segment int) []stages.Runner {
	var chain []stages.Runner
	for _, runners := range l.runners[:segment+1] {
		chain = append(chain, runners[instance])
	}
	return chain
}

func (l *loaded) close() error {
	l.prepared.Wait()
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

// metrics are those that a criterion may use. Whether FLOPs are among them can be known only now, where the file leaves shapes open.
func (l *loaded) metrics() criteria.Set {
	have := l.config.Metrics()
	for _, f := range l.figures() {
		if math.IsNaN(f.FLOPs) {
			have &^= criteria.Of(criteria.FLOPs, criteria.NextFLOPs)
		}
	}
	return have
}

// checkCriteria reports a tenant whose criterion asks for what the runtime could not tell of its model either.
func (n *Node) checkCriteria(c *config.Config) error {
	for _, t := range c.Tenants {
		have := n.models[n.modelOf(t)].metrics()
		if lacks := t.Criterion.Metrics() & criteria.Of(criteria.FLOPs, criteria.NextFLOPs) &^ have; lacks != 0 {
			return fmt.Errorf("the criterion of tenant %s asks for %s, and the operations of model %s cannot be counted: give the model a profile that states flops",
				t.Name, lacks, t.Model.Name)
		}
	}
	return nil
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
	c := scheduler.Config{Slots: n.config.Scheduler.Slots, RunLimit: n.config.Scheduler.RunLimit, HandOff: handOff, Policy: n.config.Scheduler.Policy, Fairness: n.config.Scheduler.Fairness}
	c.Clones = n.clones()
	for _, m := range n.models {
		own := scheduler.Model{Warm: m.times(), Exits: m.figures()}
		if m.config.Profile != nil {
			own.Power = m.config.Profile.Power()
		}
		c.Models = append(c.Models, own)
	}
	return c
}

// times are what warm runs take here, of each segment by the number of rows less one: what the profile says they take of one
// for a single row, times what that takes here.
func (l *loaded) times() [][]time.Duration {
	all := make([][]time.Duration, len(l.warm))
	for s, one := range l.warm {
		all[s] = []time.Duration{one}
		for rows := 2; rows <= l.rows[s]; rows++ {
			all[s] = append(all[s], time.Duration(float64(one)*l.config.Profile.Times(s, rows)))
		}
	}
	return all
}
