package sim

import (
	"time"

	"github.com/delen-edge/delen/internal/heap"
)

// agenda is what will happen, in the order in which it does.
type agenda struct {
	all   heap.Heap[happening]
	order uint64
}

func newAgenda() agenda { return agenda{all: heap.New(happening.before, nil)} }

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
	bursts // one begins or ends
	glances
	turns // a window ends
)

func (h happening) before(o happening) bool {
	return h.at < o.at || h.at == o.at && h.order < o.order
}

func (a *agenda) push(h happening) {
	a.order++
	h.order = a.order
	a.all.Push(h)
}

// next is when the next happens; false: nothing does.
func (a *agenda) next() (time.Duration, bool) {
	if a.all.Len() == 0 {
		return 0, false
	}
	return a.all.First().at, true
}

func (a *agenda) pop() happening {
	first := a.all.First()
	a.all.Remove(0)
	return first
}
