package main

import (
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// policy holds a tenant's 95th percentile below a target with the surest answers that allow it. It moves one number, the
// confidence at which an answer is good enough: away from certainty at once when the target is missed, back in small
// steps when there is room.
type policy struct {
	target time.Duration
	doubt  float64 // 1 - confidence: how unsure an answer may be
	settle bool    // the next report is partly about the confidence before
}

const (
	leastDoubt = 0.01
	mostDoubt  = 0.6
	startDoubt = 0.03

	backOff = 2.0 // of doubt, when the target is missed
	advance = 0.9 // of doubt, when there is room
	room    = 0.7 // of the target: below it there is room
)

// next takes a report and says what confidence to ask for from now on, and whether that is new.
func (p *policy) next(w *wire.Watched) (confidence float64, changed bool) {
	was := p.doubt
	switch {
	case p.settle:
		p.settle = false
	case missed(w, p.target):
		p.doubt = min(p.doubt*backOff, mostDoubt)
	case answered(w) > 0 && time.Duration(w.GetResponseP95Ns()) < time.Duration(room*float64(p.target)):
		p.doubt = max(p.doubt*advance, leastDoubt)
	}
	changed = p.doubt != was
	p.settle = p.settle || changed
	return 1 - p.doubt, changed
}

// missed says whether requests came too late, or not at all.
func missed(w *wire.Watched, target time.Duration) bool {
	return w.GetRefused()+w.GetExpired()+w.GetShed() > 0 || answered(w) > 0 && time.Duration(w.GetResponseP95Ns()) > target
}

func answered(w *wire.Watched) uint64 {
	n := uint64(0)
	for _, exit := range w.GetExits() {
		n += exit
	}
	return n
}
