package sim

import (
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/tenants"
)

// The tenants' controllers and the plans work as in the actors: what those send is here told at once, and a plan takes no time.

// look has a tenant hold its operating point and its demand against what has been measured, when it is time to.
func (s *simulation) look(g *guest) {
	before := g.core.Version()
	s.followed(g, before, g.core.Look(s.now))
	if why := g.core.Moved(s.now); why != "" {
		s.demand(g, why)
	}
}

// followed does what a look, an audit or a grant has led to. Before is the version that was in force.
func (s *simulation) followed(g *guest, before uint64, p tenants.Progress) {
	if g.core.Version() != before {
		g.books.changes = append(g.books.changes, Change{s.now.Seconds(), p.Why, g.core.Config().Criterion.String()})
		s.said = append(s.said, scheduler.Assign{Tenant: g.index, Plan: g.plan()})
	}
	if p.Why != "" && !p.Planned {
		s.demand(g, p.Why)
	}
}

// demand asks for a plan by what a tenant would have now.
func (s *simulation) demand(g *guest, why string) {
	if !g.core.Closed() {
		s.desk.Ask(g.index, g.Name, g.Share, g.core.Demand(), why)
	}
}

// plan has a plan made, and grants what it allows.
func (s *simulation) plan() {
	draft := s.desk.Draft(s.now)
	s.plans++
	for _, grant := range s.desk.Take(draft, planner.Make(draft.Situation)) {
		if g := s.seats[grant.Tenant]; grant.Other && g != nil {
			before := g.core.Version()
			s.followed(g, before, g.core.Allow(s.now, grant.Grant))
		}
	}
	s.flush()
}
