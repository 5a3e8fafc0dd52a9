package scheduler

// join, change and leave keep the world's list of guests.

func (w *world) join(index int, as Tenant) {
	if index == len(w.guests) {
		w.guests = append(w.guests, nil)
	}
	if w.guests[index] == nil {
		w.guests[index] = &guest{Tenant: as, index: index}
	}
	w.step(Join{Tenant: index, As: as})
}

func (w *world) change(index int, to Tenant) {
	if index < len(w.guests) && w.guests[index] != nil && !w.guests[index].leaving {
		w.guests[index].Weight, w.guests[index].Room = to.Weight, to.Room
	}
	w.step(Change{Tenant: index, Weight: to.Weight, Room: to.Room})
}

func (w *world) assign(index int, p Plan) {
	if index < len(w.guests) && w.guests[index] != nil && !w.guests[index].leaving {
		w.guests[index].Plan = p
	}
	w.step(Assign{Tenant: index, Plan: p})
}

func (w *world) leave(index int) {
	if index < len(w.guests) && w.guests[index] != nil {
		w.guests[index].leaving = true
		w.spoil(w.guests[index])
	}
	w.step(Leave{Tenant: index})
}

func (w *world) close() {
	w.spoil(nil)
	w.step(Close{})
}

func (w *world) rule(to Rule) {
	if to.Validate() == nil {
		w.config.Policy, w.config.Fairness = to.Policy, to.Fairness
	}
	w.step(to)
}

// spoil marks the clones of a guest, or all, as given up.
func (w *world) spoil(g *guest) {
	for _, b := range w.tickets {
		if b.clone != nil && (g == nil || b.guest == g) {
			b.clone.spoilt = true
		}
	}
}
