package sim

import (
	"slices"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/tenants"
)

func (s *simulation) happen(h happening) {
	switch h.what {
	case joins:
		s.join(h.guest)
	case leaves:
		s.leave(h.guest)
	case phases:
		s.phase(h.guest, &h.guest.Phases[h.which])
	case rules:
		r := s.config.Rules[h.which].Rule
		s.step(r)
		s.desk.Govern(r.Policy, s.config.Budget)
	case arrives:
		s.arrive(h.guest, h.which)
	case bursts:
		s.burst(h.guest)
	case glances:
		s.glance(h.guest)
	case turns:
		for _, g := range s.guests {
			g.books.turn(s.now)
		}
		if s.now < s.end {
			s.agenda.push(happening{at: min(s.now+s.config.Window, s.end), what: turns})
		}
	}
}

// seat gives a tenant a place.
func (s *simulation) seat(g *guest) error {
	index := slices.Index(s.seats, nil)
	if index < 0 {
		index = len(s.seats)
		s.seats = append(s.seats, nil)
	}
	s.seats[index] = g
	return g.settle(index, s.foreign(g))
}

// foreign is the longest segment of another tenant that is there.
func (s *simulation) foreign(g *guest) (longest time.Duration) {
	for _, other := range s.guests {
		if other != g && other.core != nil && !other.goes {
			longest = max(longest, other.model.longest)
		}
	}
	return longest
}

// crowd tells all tenants how long the segments of the others are.
func (s *simulation) crowd() {
	for _, g := range s.guests {
		if g.core != nil && !g.goes {
			g.core.Crowd(s.foreign(g))
		}
	}
}

func (s *simulation) join(g *guest) {
	if s.err = s.seat(g); s.err != nil {
		return
	}
	s.step(scheduler.Join{Tenant: g.index, As: g.scheduled()})
	s.crowd()
	s.begin(g)
}

// begin has a tenant ask for what it wants that is there now, its first request come, and the tenant look at its plan though
// none comes.
func (s *simulation) begin(g *guest) {
	s.demand(g, "the tenant has come")
	g.source = newSource(g.Arrivals, stream(s.config.Seed, g.Name, whenStream), s.now)
	s.await(g)
	s.alternate(g)
	s.agenda.push(happening{at: s.now + tenants.LongestRound, what: glances, guest: g})
}

// leave removes a tenant. It is gone when nothing of it is left.
func (s *simulation) leave(g *guest) {
	g.goes = true
	g.version++
	g.core.Leave()
	s.step(scheduler.Leave{Tenant: g.index})
	s.desk.Leave(g.index)
	s.crowd()
}

// phase changes what is different from now on. What a tenant that has not come yet is told holds when it comes.
func (s *simulation) phase(g *guest, p *Phase) {
	if g.goes {
		return
	}
	if p.Rate != nil {
		g.Arrivals.Rate = *p.Rate
	}
	if p.Share != nil {
		g.Share = *p.Share
	}
	if p.Criterion != nil || p.Objective != nil {
		g.Criterion, g.Objective, g.Adapt, g.Strict = p.Criterion, p.Objective, p.Adapt, p.Strict
	}
	if g.core == nil {
		return
	}
	if p.Rate != nil {
		g.source.paced(*p.Rate, s.now)
		s.awaitAnew(g)
	}
	if p.Share != nil {
		s.step(scheduler.Change{Tenant: g.index, Weight: g.Share, Room: g.core.Room()})
	}
	switch {
	case p.Objective != nil:
		g.core.Pursue(g.goal(p.Objective, p.Adapt, s.foreign(g)))
		s.step(scheduler.Assign{Tenant: g.index, Plan: g.plan()})
	case p.Criterion != nil:
		g.core.SetCriterion(p.Criterion)
	}
	if p.Share != nil || p.Objective != nil || p.Criterion != nil {
		s.demand(g, "its terms have changed")
	}
}

// await has the next request of a tenant come.
func (s *simulation) await(g *guest) {
	r, ok := g.source.after()
	if !ok || r.At >= s.end {
		return
	}
	g.source.coming = r
	s.agenda.push(happening{at: max(r.At, s.now), what: arrives, guest: g, which: g.version})
}

// awaitAnew has the next request come at another rate than was awaited.
func (s *simulation) awaitAnew(g *guest) {
	g.version++
	s.await(g)
}

// alternate has the burst of a tenant end, or the next begin. That happens in its time, and not when requests are drawn: another
// rate then finds the burst that there is.
func (s *simulation) alternate(g *guest) {
	if g.source.Kind == Bursty && g.source.turns < s.end {
		s.agenda.push(happening{at: g.source.turns, what: bursts, guest: g})
	}
}

// burst begins or ends a burst of a tenant.
func (s *simulation) burst(g *guest) {
	if g.goes {
		return
	}
	g.source.turn()
	s.awaitAnew(g)
	s.alternate(g)
}

// arrive has a request come that was awaited, unless the rate is another one since.
func (s *simulation) arrive(g *guest, version int) {
	if version != g.version {
		return
	}
	r := g.draw(g.source.coming)
	s.await(g)
	s.admitted++
	k, refusal := g.core.Admit(s.now, tenants.Request{ID: s.admitted, Arrived: s.now, Sent: s.now})
	g.books.came(refusal == nil)
	if refusal != nil {
		return
	}
	if own := s.requests[k]; own != nil {
		*own = r
	} else {
		s.requests[k] = &r
	}
	s.step(scheduler.Offer{Ticket: k})
}

// glance has a tenant look at its plan though nobody asks for anything.
func (s *simulation) glance(g *guest) {
	if g.core == nil || g.goes || s.now >= s.end {
		return
	}
	s.look(g)
	s.flush()
	s.agenda.push(happening{at: s.now + tenants.LongestRound, what: glances, guest: g})
}
