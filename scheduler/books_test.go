package scheduler

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// What a world checks of the effects and, after every step, of the whole.

func (w *world) end(x *End) {
	k, b := x.Ticket, w.tickets[x.Ticket.ID]
	if b == nil || b.ended {
		w.failf("ticket %d ends twice", k.ID)
	}
	audited := x.Reason == tenants.ByCriterion && k.Audit && w.config.Clones > 0 && !b.guest.leaving
	stale := b.flight
	if x.Running && stale == nil {
		stale = b.landing // for want of room, before its own row was looked at
	}
	if x.Running != (stale != nil || audited) || audited && b.flight != nil {
		w.failf("ticket %d ends with running=%v, but its run is %v", k.ID, x.Running, b.flight)
	}
	if (x.Err != nil) != (x.Reason == tenants.Broken) {
		w.failf("ticket %d ends as %s with the error %v", k.ID, x.Reason, x.Err)
	}
	w.checkReason(x, b)
	b.ended = true
	w.booked += k.Busy
	w.cut = w.cut || x.Reason == tenants.ByDeadline || x.Reason == tenants.Expired
	if audited {
		b.clone = &twin{exit: k.Exit, last: k.Reading, answered: *k}
	} else if x.Running {
		b.flight = stale
	}
}

// audited checks what is said of a clone, and that nothing of the ticket has changed since it was answered.
func (w *world) audited(x *Audited) {
	k, b := x.Ticket, w.tickets[x.Ticket.ID]
	if b == nil || b.clone == nil || b.clone.audited || b.flight != nil {
		w.failf("ticket %d is audited, but it has no clone or that runs", k.ID)
	}
	c, exits := b.clone, len(w.config.Models[0].Warm)
	if x.Complete != (c.exit == exits && !c.spoilt) {
		w.failf("the clone of ticket %d is complete=%v at exit %d, spoilt=%v", k.ID, x.Complete, c.exit, c.spoilt)
	}
	if x.Exit != c.answered.Exit || x.Early != c.answered.Reading || x.Last != c.last && x.Complete || x.Busy != c.busy {
		w.failf("ticket %d is audited as %v, the world has %+v", k.ID, x, c)
	}
	if x.Complete && (len(k.Path) != exits || k.Path[exits-1] != c.last || k.Path[x.Exit-1] != x.Early) {
		w.failf("the exits of ticket %d have said %v", k.ID, k.Path)
	}
	if !x.Complete && !c.spoilt && w.clones() <= w.config.Clones {
		w.failf("the clone of ticket %d was given up for nothing", k.ID)
	}
	if k.Exit != c.answered.Exit || k.Reading != c.answered.Reading || k.Busy != c.answered.Busy || k.Version != c.answered.Version {
		w.failf("ticket %d has changed after it was answered", k.ID)
	}
	c.audited = true
	w.seen[fmt.Sprintf("clones with complete=%v", x.Complete)]++
	w.booked += x.Busy
}

// clones counts the tickets that have been answered and go on.
func (w *world) clones() (n int) {
	for _, b := range w.tickets {
		if b.clone != nil && !b.clone.audited {
			n++
		}
	}
	return n
}

// checkRun checks a run for tickets.
func (w *world) checkRun(f *flight) {
	x, first := f.run, f.books[0]
	if rows := len(w.config.Models[x.Model].Warm[x.Segment]); len(x.Tickets) > rows {
		w.failf("run %d has %d rows, the segment allows %d", x.Run, len(x.Tickets), rows)
	}
	for i, b := range f.books {
		k := b.ticket
		switch {
		case k != x.Tickets[i] || b.ended || b.flight != nil || slices.Index(f.books, b) != i:
			w.failf("ticket %d runs, but it has ended or is running", k.ID)
		case x.Segment != k.Exit || x.Model != b.guest.Model:
			w.failf("ticket %d runs segment %d of model %d after exit %d", k.ID, x.Segment+1, x.Model, k.Exit)
		case k.Deadline <= w.now:
			w.failf("ticket %d starts after its deadline", k.ID)
		case k.Deadline != tenants.Never && w.now+w.likely(f) > k.Deadline:
			w.failf("ticket %d runs in a batch of %d that will pass its deadline", k.ID, len(f.books))
		case b.guest != first.guest && w.config.Policy == NonCooperative:
			w.failf("run %d is of several tenants, which are alone", x.Run)
		}
	}
	if w.config.Policy == FirstCome {
		for id, b := range w.tickets {
			if !b.ended && b.flight == nil && id < first.ticket.ID {
				w.failf("ticket %d runs, and %d came before", first.ticket.ID, id)
			}
		}
	}
}

// likely is the least that a run was thought to take by the estimates of this step, which can only have faded since.
func (w *world) likely(f *flight) time.Duration {
	factors := w.house.slowdown[w.house.slots[f.run.Slot].run.beside-1:]
	return seconds(w.house.models[f.run.Model].segments[f.run.Segment].service.of(len(f.books)).p95 * slices.Min(factors))
}

// checkClone checks a run for a clone.
func (w *world) checkClone(f *flight) {
	b := f.books[0]
	if len(f.books) > 1 || b.clone.audited || b.flight != nil || b.clone.spoilt || f.run.Segment != b.clone.exit || f.run.Model != b.guest.Model {
		w.failf("the clone of ticket %d runs segment %d of %d tickets after exit %d", b.ticket.ID, f.run.Segment+1, len(f.books), b.clone.exit)
	}
	for id, other := range w.tickets {
		if !other.ended && other.flight == nil && !w.isParked(other.guest) {
			w.failf("the clone of ticket %d runs while ticket %d waits", b.ticket.ID, id)
		}
	}
}

func (w *world) isParked(g *guest) bool {
	return w.config.Policy == NonCooperative && w.house.tenants[g.index].parked >= 0
}

// price is what a second of a segment costs.
func (w *world) price(segment int) float64 {
	power := w.config.Models[0].Power
	if power == nil {
		return 1
	}
	return max(0.01, w.config.Fairness+(1-w.config.Fairness)*power[segment]/slices.Max(power))
}

// weight is a guest's effective weight. Whoever could not use its share is capped, one after the other, until the share of
// each of the others is what it can use at most.
func (w *world) weight(g *guest) float64 {
	type claim struct{ weight, most float64 }
	var all []claim
	var own claim
	w.count()
	weights, slots := 0.0, 0.0
	for i := range w.slots {
		if !w.slots[i].lost && len(w.slots[i].down) == 0 {
			slots++
		}
	}
	slots = max(slots, 1)
	for _, other := range w.guests {
		if other == nil {
			continue
		}
		if most := min(other.counted.parallel, len(w.slots)); most > 0 {
			all = append(all, claim{other.Weight, float64(most)})
			weights += other.Weight
			if other == g {
				own = all[len(all)-1]
			}
		}
	}
	if own.most == 0 {
		return g.Weight
	}
	slices.SortFunc(all, func(a, b claim) int { return cmp.Compare(b.weight/b.most, a.weight/a.most) })
	level := weights / slots
	for _, c := range all {
		if c.most >= slots || c.weight/c.most <= weights/slots {
			level = weights / slots
			break
		}
		slots -= c.most
		weights -= c.weight
		level = c.weight / c.most
	}
	return min(own.weight, own.most*level)
}

// count takes the census of all guests.
func (w *world) count() {
	for _, g := range w.guests {
		if g != nil {
			g.counted = census{}
		}
	}
	for _, b := range w.tickets {
		if b.guest == nil {
			continue
		}
		c := &b.guest.counted
		c.all++
		if !b.ended {
			c.live++
		}
		if b.clone == nil && (!b.ended || b.flight != nil && !b.released) {
			c.parallel++
		}
	}
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
		sound = g.Room > 0 && b.flight == nil && w.live(g) > g.Room && w.oldestQueued(g, k) == k
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
	w.booked += x.Busy
	if b.clone != nil {
		if b.released || !b.clone.audited || x.Busy != 0 {
			w.failf("ticket %d is released, but its clone was not audited", x.Ticket.ID)
		}
		b.released = true
		return
	}
	if !b.ended || b.flight == nil || b.released || w.running[b.flight.run.Run] != nil {
		w.failf("ticket %d is released, but it is not one that ended while it ran and runs no longer", x.Ticket.ID)
	}
	b.released = true
	w.seen["rows that came back late"]++
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
func (w *world) live(g *guest) int {
	w.count()
	return g.counted.live
}

// flying counts the rows of a guest in runs; stale are those whose ticket has ended.
func (w *world) flying(g *guest) (all, stale int) {
	for _, f := range w.running {
		for _, b := range f.books {
			if b.guest == g {
				all++
				if b.ended {
					stale++
				}
			}
		}
	}
	return all, stale
}

// oldestQueued passes by those that have only come back in this step, except one.
func (w *world) oldestQueued(g *guest, but *tenants.Ticket) (oldest *tenants.Ticket) {
	for id, b := range w.tickets {
		if b.guest == g && !b.ended && b.flight == nil && (b.landing == nil || b.ticket == but) && (oldest == nil || id < oldest.ID) {
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
	if w.clones() > w.config.Clones {
		w.failf("%d clones are in the house", w.clones())
	}
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
	if room && w.wide && !w.cut && w.config.Policy != NonCooperative {
		w.failf("a run of several rows has begun beside a slot that stays free")
	}
	alive := 0
	for id, b := range w.tickets {
		if b.ended {
			if b.released || b.flight == nil && b.clone == nil {
				delete(w.tickets, id)
				continue
			}
			if room && b.clone != nil && b.flight == nil {
				w.failf("the clone of ticket %d waits beside a free slot", id)
			}
			alive++
			continue
		}
		alive++
		switch {
		case b.flight == nil && room && w.isParked(b.guest):
			w.seen["tickets that wait for tokens beside a free slot"]++
			if w.wake == tenants.Never {
				w.failf("ticket %d waits for tokens, and nobody will wake", id)
			}
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
	if alive == 0 && w.busy != w.booked {
		w.failf("%s were run, %s are booked", w.busy, w.booked)
	}
}

func (w *world) checkGuests() {
	w.count()
	for i, g := range w.guests {
		if g == nil {
			continue
		}
		live := g.counted.live
		if g.counted.parallel == 0 {
			g.slept++
		}
		flying, stale := w.flying(g)
		if g.leaving && live == 0 && flying == 0 && g.counted.all == 0 {
			w.failf("nothing of tenant %d is left and it is not gone", i)
		}
		if g.Room > 0 && live > max(g.Room, flying-stale) {
			w.failf("tenant %d has %d tickets, %d of them running, and room for %d", i, live, flying-stale, g.Room)
		}
	}
}
