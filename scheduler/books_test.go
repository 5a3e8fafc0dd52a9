package scheduler

import (
	"github.com/delen-edge/delen/tenants"
)

// What a world checks of the effects and, after every step, of the whole.

func (w *world) end(x *End) {
	k, b := x.Ticket, w.tickets[x.Ticket.ID]
	if b == nil || b.ended {
		w.failf("ticket %d ends twice", k.ID)
	}
	if x.Running != (b.flight != nil) {
		w.failf("ticket %d ends with running=%v, but its run is %v", k.ID, x.Running, b.flight)
	}
	if (x.Err != nil) != (x.Reason == tenants.Broken) {
		w.failf("ticket %d ends as %s with the error %v", k.ID, x.Reason, x.Err)
	}
	w.checkReason(x, b)
	b.ended = true
}

// checkReason holds a reason against what is known of the ticket.
func (w *world) checkReason(x *End, b *book) {
	k, g := x.Ticket, b.guest
	sound := true
	switch x.Reason {
	case tenants.ByLastExit:
		sound = k.Exit == len(w.config.Models[0].Warm)
	case tenants.ByCriterion:
		sound = w.stops(k, g)
	case tenants.ByDeadline, tenants.Expired:
		sound = k.Deadline != tenants.Never
	case tenants.ByOverflow, tenants.Shed:
		sound = g.Room > 0 && b.flight == nil && w.live(g) > g.Room && w.oldestQueued(g) == k
	case tenants.ByRemoval, tenants.Removed:
		sound = g == nil || g.leaving
	}
	short := x.Reason != tenants.Cancelled && x.Reason != tenants.Broken && x.Reason != tenants.Closed
	if !sound || short && x.Reason.Answered() != (k.Exit > 0) {
		w.failf("ticket %d ends as %s at exit %d", k.ID, x.Reason, k.Exit)
	}
}

// stops says whether a ticket's criterion, or else its tenant's plan as it is now, holds.
func (w *world) stops(k *tenants.Ticket, g *guest) bool {
	if k.Criterion != nil {
		return k.Criterion.Stop(&k.Seen)
	}
	return g.Plan.Criterion != nil && g.Plan.Criterion.Stop(&k.Seen) && k.Version == g.Plan.Version
}

func (w *world) release(x *Release) {
	b := w.tickets[x.Ticket.ID]
	if !b.ended || b.flight == nil || b.released || w.running[b.flight.run.Run] != nil {
		w.failf("ticket %d is released, but it is not one that ended while it ran and runs no longer", x.Ticket.ID)
	}
	b.released = true
}

func (w *world) lost(x *Lost) {
	f := w.running[x.Run]
	if f == nil || f.run.Slot != x.Slot || f.terminated == tenants.Never || w.now-f.terminated < w.config.RunLimit || w.slots[x.Slot].lost {
		w.failf("slot %d is lost, but its run was not asked in vain", x.Slot)
	}
	w.slots[x.Slot].lost = true
}

func (w *world) free(x *Back) {
	at := &w.slots[x.Slot]
	if !at.lost || at.flight != nil || len(at.down) > 0 {
		w.failf("slot %d is back, but it was not lost or is not free", x.Slot)
	}
	at.lost = false
}

func (w *world) gone(x *Gone) {
	g := w.guests[x.Tenant]
	if g == nil || !g.leaving || g.gone {
		w.failf("tenant %d is gone, but it has not left, or is gone already", x.Tenant)
	}
	if flying, _ := w.flying(g); flying > 0 || w.live(g) > 0 {
		w.failf("tenant %d is gone and left something behind", x.Tenant)
	}
	g.gone = true
	w.guests[x.Tenant] = nil
}

// live counts the tickets of a guest that have not ended.
func (w *world) live(g *guest) (n int) {
	for _, b := range w.tickets {
		if b.guest == g && !b.ended {
			n++
		}
	}
	return n
}

// flying counts the runs of a guest; stale are those whose ticket has ended.
func (w *world) flying(g *guest) (all, stale int) {
	for _, f := range w.running {
		if f.book.guest == g {
			all++
			if f.book.ended {
				stale++
			}
		}
	}
	return all, stale
}

func (w *world) oldestQueued(g *guest) (oldest *tenants.Ticket) {
	for id, b := range w.tickets {
		if b.guest == g && !b.ended && b.flight == nil && (oldest == nil || id < oldest.ID) {
			oldest = b.ticket
		}
	}
	return oldest
}

// check holds after every step: no free slot beside a queued ticket, nothing past its deadline or its tenant's room,
// nothing of whoever is gone, and slots that are lost when they should be.
func (w *world) check() {
	w.checkTickets()
	w.checkGuests()
	for i := range w.slots {
		at := &w.slots[i]
		overdue := at.flight != nil && at.flight.terminated != tenants.Never && w.now-at.flight.terminated >= w.config.RunLimit
		if overdue && !at.lost || at.lost && at.flight == nil && len(at.down) == 0 {
			w.failf("slot %d has lost=%v", i, at.lost)
		}
		if f := at.flight; f != nil && w.config.RunLimit > 0 && w.now-f.started >= w.config.RunLimit && f.terminated == tenants.Never {
			w.failf("run %d takes too long and is not terminated", f.run.Run)
		}
	}
}

func (w *world) checkTickets() {
	room := false
	for _, at := range w.slots {
		room = room || at.flight == nil && len(at.down) == 0
	}
	alive := 0
	for id, b := range w.tickets {
		if b.ended {
			if b.flight == nil || b.released {
				delete(w.tickets, id)
			}
			continue
		}
		alive++
		switch {
		case b.flight == nil && room:
			w.failf("ticket %d waits beside a free slot", id)
		case b.flight == nil && b.guest.leaving:
			w.failf("ticket %d waits though its tenant has left", id)
		case b.ticket.Deadline <= w.now:
			w.failf("ticket %d has passed its deadline and lives", id)
		}
	}
	if idle := alive == 0 && len(w.running) == 0; w.house.Idle() != idle {
		w.failf("idle is %v with %d tickets and %d runs", w.house.Idle(), alive, len(w.running))
	}
}

func (w *world) checkGuests() {
	for i, g := range w.guests {
		if g == nil {
			continue
		}
		live := w.live(g)
		flying, stale := w.flying(g)
		if g.leaving && live == 0 && flying == 0 {
			w.failf("nothing of tenant %d is left and it is not gone", i)
		}
		if g.Room > 0 && live > max(g.Room, flying-stale) {
			w.failf("tenant %d has %d tickets, %d of them running, and room for %d", i, live, flying-stale, g.Room)
		}
	}
}
