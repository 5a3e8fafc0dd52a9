package sim

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// guest is a tenant, with those who send its requests and the books on what came of them.
type guest struct {
	Tenant
	place int // among Config.Tenants
	index int // that the scheduler knows it by
	model *model
	core  *tenants.Tenant // nil: it is not there yet, or is gone
	goes  bool            // nobody comes any more

	source  *source
	version int        // of the rate or the burst, so that what came of another is not awaited any more
	chance  *rand.Rand // of what requests are like
	books   *books
}

// The streams of chance that a tenant has. Each is read in one place.
const (
	whenStream = iota
	whatStream
	streams
)

// stream is a generator of a tenant's own: it depends on the seed and the tenant's name alone.
func stream(seed uint64, tenant string, which uint64) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(tenant)) // a hash takes all
	return rand.New(rand.NewPCG(seed, h.Sum64()*streams+which))
}

// request is what is known of a ticket that no core knows.
type request struct {
	sample *sample
	moment float64 // how slow it is, in standard deviations
	takes  []time.Duration
}

// draw makes a request. It draws as often whatever comes.
func (g *guest) draw(r Request) request {
	own := request{moment: g.chance.NormFloat64(), sample: &g.model.unsure, takes: r.Takes}
	n := len(g.model.samples)
	if n == 0 {
		return own
	}
	at := g.chance.IntN(n)
	if r.Sample >= 0 {
		at = r.Sample
	}
	own.sample = &g.model.samples[at]
	return own
}

// takes is how long a segment runs for so many requests together, in s; exact: whatever runs beside it. It is the first
// whose moment it is.
func (m *model) takes(s, rows int, first *request) (takes float64, exact bool) {
	if s < len(first.takes) {
		return first.takes[s].Seconds(), true
	}
	return m.segments[s].takes(rows, first.moment), false
}

// goal is what a tenant pursues for an objective.
func (g *guest) goal(o *criteria.Objective, p profile.Policy, foreign time.Duration) *tenants.Goal {
	m := g.model
	f := m.frontiers[o.String()]
	if f == nil {
		f = m.Evidence.Frontier(o, profile.Certainty{})
		m.frontiers[o.String()] = f
	}
	return &tenants.Goal{
		Objective: o, Policy: p, Frontier: f, Response: m.response, Energy: m.energy,
		Samples: m.Evidence.Counted(),
		Foreign: foreign, Strict: g.Strict,
	}
}

// settle makes the tenant that the scheduler is going to know by an index.
func (g *guest) settle(index int, foreign time.Duration) error {
	c := tenants.Config{
		Name: g.Name, Index: int32(index), Model: g.model.stages, Criterion: g.Criterion, Deadline: g.Deadline, Queue: g.Queue, Overflow: g.Overflow,
		Audit: g.Audit, Evidence: g.model.Evidence,
	}
	if g.Objective != nil {
		c.Goal = g.goal(g.Objective, g.Adapt, foreign)
	}
	var err error
	g.core, err = tenants.New(c)
	g.index = index
	return err
}

// scheduled is the tenant as the scheduler is told of it.
func (g *guest) scheduled() scheduler.Tenant {
	return scheduler.Tenant{Weight: g.Share, Model: g.Tenant.Model, Room: g.core.Room(), Plan: g.plan()}
}

func (g *guest) plan() scheduler.Plan {
	if p := g.core.Plan(); p != nil {
		return scheduler.Plan{Criterion: p.Criterion, Version: p.Version}
	}
	return scheduler.Plan{}
}
