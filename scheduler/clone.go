package scheduler

import (
	"cmp"
	"slices"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// clone is a ticket that has been answered by its criterion and goes on to the last exit, to see whether that agrees. Its
// tenant reads the ticket meanwhile, so that all that is found out is kept here.
//
// Clones run one at a time in slots that no ticket wants, the oldest first, and are charged to nobody. There are no more
// than Config.Clones: the oldest that does not run goes for a new one.
type clone struct {
	ticket   *tenants.Ticket
	tenant   *tenant
	sequence uint64
	answered int              // the exit that did
	exit     int              // the deepest so far
	early    stages.Reading   // of the exit that answered
	later    []stages.Reading // of the exits since
	busy     time.Duration    // since the ticket was answered
	dropped  bool             // it runs, and is given up when the run is back
}

func older(a, b *clone) int { return cmp.Compare(a.sequence, b.sequence) }

// satisfied ends a ticket whose criterion is true. If it is audited, its clone goes on.
func (s *Scheduler) satisfied(e *entry) {
	k, t := e.ticket, e.tenant
	if !k.Audit || s.config.Clones == 0 || t.leaving {
		s.end(e, tenants.ByCriterion, nil)
		return
	}
	s.forget(e, End{Ticket: k, Reason: tenants.ByCriterion, Running: true})
	c := s.newClone()
	*c = clone{ticket: k, tenant: t, sequence: s.sequence, answered: k.Exit, exit: k.Exit, early: k.Reading, later: c.later}
	s.sequence++
	t.clones++
	s.clones++
	s.idle = append(s.idle, c)
	if s.clones > s.config.Clones {
		s.drain(0) // which is the new one itself when all others run
	}
}

func (s *Scheduler) newClone() *clone {
	if n := len(s.spareClones); n > 0 {
		c := s.spareClones[n-1]
		s.spareClones = s.spareClones[:n-1]
		return c
	}
	return new(clone)
}

// resume runs the oldest clone's next segment.
func (s *Scheduler) resume(now time.Duration, slot int) {
	c := s.idle[0]
	s.idle = slices.Delete(s.idle, 0, 1)
	s.open(now, slot, stage{c.tenant.Model, c.exit}).clone = c
	s.slots[slot].tickets = append(s.slots[slot].tickets[:0], c.ticket)
	s.launch(slot)
}

// cloned takes a clone back from a run.
func (s *Scheduler) cloned(c *clone, x *Exited) {
	c.busy += x.Usage.Busy + x.own(0)
	if x.Err != nil || x.Rows[0].Err != nil || c.dropped {
		s.audited(c, false)
		return
	}
	c.exit++
	c.later = append(c.later, x.Rows[0].Reading)
	if c.exit == len(s.models[c.tenant.Model].segments) {
		s.audited(c, true)
		return
	}
	at, _ := slices.BinarySearchFunc(s.idle, c, older)
	s.idle = slices.Insert(s.idle, at, c)
}

// audited says what has become of a clone, and gives its ticket back, with all that its exits have said.
func (s *Scheduler) audited(c *clone, complete bool) {
	last := c.early
	if n := len(c.later); n > 0 {
		last = c.later[n-1]
	}
	c.ticket.Path = append(c.ticket.Path, c.later...)
	s.out.add(s.out.audits.put(Audited{
		Ticket: c.ticket, Complete: complete, Exit: c.answered, Early: c.early, Last: last, Busy: c.busy,
	}))
	s.out.add(s.out.releases.put(Release{Ticket: c.ticket}))
	c.tenant.clones--
	s.clones--
	*c = clone{later: c.later[:0]}
	s.spareClones = append(s.spareClones, c)
}

// drain gives up a clone that does not run.
func (s *Scheduler) drain(at int) {
	c := s.idle[at]
	s.idle = slices.Delete(s.idle, at, at+1)
	s.audited(c, false)
}

// giveUp gives up the clones of a tenant, or of all when it is nil. Those that run go when the run is back.
func (s *Scheduler) giveUp(t *tenant) {
	for i := 0; i < len(s.idle); {
		if t == nil || s.idle[i].tenant == t {
			s.drain(i)
		} else {
			i++
		}
	}
	for i := range s.slots {
		if c := s.slots[i].run.clone; c != nil && (t == nil || c.tenant == t) {
			c.dropped = true
		}
	}
}
