package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// simulation is a node on a virtual clock.
type simulation struct {
	config Config
	now    time.Duration
	end    time.Duration // after which no request comes
	models []*model
	guests []*guest // in the order of Config.Tenants
	seats  []*guest // by the scheduler's index; nil: free
	core   *scheduler.Scheduler
	desk   *planner.Desk
	plans  int // that were made
	machine
	agenda agenda
	wake   time.Duration // when the scheduler wants a Tick; Never: it does not

	requests map[*tenants.Ticket]*request // tickets are used again and again
	admitted uint64
	said     []scheduler.Event // to be told to the scheduler when its effects have been seen to
	rows     []scheduler.Row
	err      error // the first thing that cannot be; it ends the simulation
}

// often is after how many events a simulation looks whether somebody wants it to end, and tells how far it is.
const often = 1 << 14

// Run simulates. It tells progress, unless that is nil, up to when it has come, now and then. It ends early, with the context's
// error, when that is done; how far it has come then is what it has told last.
func Run(ctx context.Context, c Config, progress func(now time.Duration)) (*Result, error) {
	s, err := newSimulation(c)
	if err != nil {
		return nil, err
	}
	for n := 0; s.advance(); n++ {
		if s.err != nil {
			return nil, fmt.Errorf("at %s: %w", s.now, s.err)
		}
		if n%often > 0 {
			continue
		}
		if progress != nil {
			progress(min(s.now, s.end))
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return s.result(), nil
}

func newSimulation(c Config) (*simulation, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	s := &simulation{
		config: c, end: c.Duration, wake: tenants.Never, requests: map[*tenants.Ticket]*request{}, agenda: newAgenda(),
		desk:    planner.NewDesk(c.Scheduler.Policy, c.Scheduler.Slots, c.Budget),
		machine: machine{slowdown: c.Slowdown, handOff: c.HandOff, slots: make([]slot, c.Scheduler.Slots)},
	}
	for _, m := range c.Models {
		own, err := newModel(m)
		if err != nil {
			return nil, err
		}
		s.models = append(s.models, own)
		c.Scheduler.Models = append(c.Scheduler.Models, own.scheduled())
	}
	for i, t := range c.Tenants {
		s.guests = append(s.guests, &guest{Tenant: t, place: i, model: s.models[t.Model], chance: stream(c.Seed, t.Name, whatStream), books: newBooks(&t, s.models[t.Model])})
	}
	for _, g := range s.guests {
		if g.Joins == 0 {
			if err := s.seat(g); err != nil {
				return nil, err
			}
			c.Scheduler.Tenants = append(c.Scheduler.Tenants, g.scheduled())
		}
	}
	var err error
	if s.core, err = scheduler.New(c.Scheduler); err != nil {
		return nil, err
	}
	s.expect(0)
	s.arrange()
	return s, nil
}

// arrange notes what is known to happen.
func (s *simulation) arrange() {
	for i, r := range s.config.Rules {
		s.agenda.push(happening{at: r.At, what: rules, which: i})
	}
	for _, g := range s.guests {
		if g.core != nil {
			s.begin(g)
		} else {
			s.agenda.push(happening{at: g.Joins, what: joins, guest: g})
		}
		for i, p := range g.Phases {
			s.agenda.push(happening{at: p.At, what: phases, guest: g, which: i})
		}
		if g.Leaves > 0 {
			s.agenda.push(happening{at: g.Leaves, what: leaves, guest: g})
		}
	}
	if s.config.Window > 0 {
		s.agenda.push(happening{at: s.config.Window, what: turns})
	}
}

// advance lets the next thing happen; false: there is none.
func (s *simulation) advance() bool {
	slot, over := s.next()
	at, ok := s.agenda.next()
	if !ok {
		at = tenants.Never
	}
	due := s.desk.Due()
	first := min(over, at, s.wake, due)
	if first == tenants.Never || first > s.end && s.core.Idle() {
		return false
	}
	s.now = max(s.now, first)
	switch first {
	case over:
		s.exit(slot)
	case s.wake:
		s.wake = tenants.Never
		s.step(scheduler.Tick{})
	case due:
		s.plan()
	default:
		s.happen(s.agenda.pop())
	}
	return true
}

// exit brings the run of a slot back.
func (s *simulation) exit(slot int) {
	run, busy, err := s.finish(s.now, slot)
	s.rows = s.rows[:0]
	for _, k := range run.Tickets {
		s.rows = append(s.rows, scheduler.Row{Reading: s.requests[k].sample.readings[run.Segment]})
	}
	s.step(scheduler.Exited{Run: run.Run, Rows: s.rows, Usage: stages.Usage{Busy: busy}, Err: err})
}

// step tells the scheduler something, sees to its effects, and tells it what came of these.
func (s *simulation) step(e scheduler.Event) {
	s.said = append(s.said, e)
	s.flush()
}

// flush tells the scheduler all that is to be told.
func (s *simulation) flush() {
	for len(s.said) > 0 {
		e := s.said[0]
		s.said = slices.Delete(s.said, 0, 1)
		for _, effect := range s.core.Step(s.now, e) {
			s.take(effect)
		}
	}
}

func (s *simulation) take(effect scheduler.Effect) {
	switch x := effect.(type) {
	case *scheduler.Run:
		takes, exact := s.models[x.Model].takes(x.Segment, len(x.Tickets), s.requests[x.Tickets[0]])
		s.start(s.now, x, takes, exact)
	case *scheduler.End:
		s.ended(x)
	case *scheduler.Release:
		g := s.seats[x.Ticket.Tenant]
		g.core.Late(x.Busy)
		g.books.late(x.Busy)
		g.core.Recycle(x.Ticket)
	case *scheduler.Audited:
		s.audited(x)
	case *scheduler.Terminate:
		s.terminate(s.now, x.Slot)
	case *scheduler.Gone:
		s.seats[x.Tenant].core, s.seats[x.Tenant] = nil, nil
	case *scheduler.Wake:
		s.wake = x.At
	}
}

// ended books the end of a request, and has its tenant look at what has been measured.
func (s *simulation) ended(x *scheduler.End) {
	g, k := s.seats[x.Ticket.Tenant], x.Ticket
	r := s.requests[k]
	g.books.ended(s.now, k, x.Reason, k.Exit > 0 && r.sample.right[k.Exit-1])
	g.core.Ended(s.now, k, x.Reason)
	if k.Audit && x.Reason == tenants.ByLastExit {
		s.audited(&scheduler.Audited{Ticket: k, Complete: true})
	}
	s.look(g)
	if !x.Running {
		g.core.Recycle(k)
	}
}

// audited holds an answer against the last exit's.
func (s *simulation) audited(x *scheduler.Audited) {
	g := s.seats[x.Ticket.Tenant]
	before := g.core.Version()
	if f := g.core.Audited(x.Ticket, x.Complete, x.Busy); f != nil {
		s.followed(g, before, tenants.Progress{Looked: true, Why: f.Why})
	}
}
