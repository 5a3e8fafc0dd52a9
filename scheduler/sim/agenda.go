package sim

import "time"

// agenda is what will happen, in the order in which it does. It is a binary heap.
type agenda struct {
	all   []happening
	order uint64
}

// happening is something that will happen to a tenant, or to all.
type happening struct {
	at    time.Duration
	order uint64 // of equal times: what was said first
	what  what
	guest *guest // nil: it is about all
	which int    // of its phases, or of the rules; or the version of its arrivals
}

type what uint8

const (
	joins what = iota
	leaves
	phases
	rules
	arrives
	glances
	turns // a window ends
)

func (h *happening) before(o *happening) bool {
	return h.at < o.at || h.at == o.at && h.order < o.order
}

func (a *agenda) push(h happening) {
	a.order++
	h.order = a.order
	a.all = append(a.all, h)
	for at := len(a.all) - 1; at > 0; {
		up := (at - 1) / 2
		if !a.all[at].before(&a.all[up]) {
			return
		}
		a.all[at], a.all[up] = a.all[up], a.all[at]
		at = up
	}
}

// next is when the next happens; false: nothing does.
func (a *agenda) next() (time.Duration, bool) {
	if len(a.all) == 0 {
		return 0, false
	}
	return a.all[0].at, true
}

func (a *agenda) pop() happening {
	first, last := a.all[0], len(a.all)-1
	a.all[0] = a.all[last]
	a.all = a.all[:last]
	for at := 0; ; {
		least := at
		for child := 2*at + 1; child <= 2*at+2 && child < last; child++ {
			if a.all[child].before(&a.all[least]) {
				least = child
			}
		}
		if least == at {
			return first
		}
		a.all[at], a.all[least] = a.all[least], a.all[at]
		at = least
	}
}
