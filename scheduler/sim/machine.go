package sim

import (
	"errors"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/tenants"
)

// machine is the slots and what runs in them. Segments that run at the same time slow each other down: whenever another number
// of them runs, what is left of each takes a longer or shorter time.
type machine struct {
	slowdown []float64
	handOff  time.Duration // in which a slot is taken and nothing runs yet
	slots    []slot
	running  int
	busy     time.Duration // that slots were taken, in all
}

// slot is a run, if there is one.
type slot struct {
	run   scheduler.Run // 0: none
	begun time.Duration
	from  time.Duration // up to when left is counted
	left  float64       // s that it has to run, if it were alone
	exact bool          // it takes what it takes, whatever runs beside it
	due   time.Duration // when it is over, as things stand
	ended bool          // it was terminated
}

// errTerminated is the error of a run that was asked to end.
var errTerminated = errors.New("the run was terminated")

// factor is how much slower a segment is now than alone.
func (m *machine) factor() float64 {
	if len(m.slowdown) == 0 || m.running == 0 {
		return 1
	}
	return m.slowdown[min(m.running, len(m.slowdown))-1]
}

// start begins a run that takes so many s alone.
func (m *machine) start(now time.Duration, x *scheduler.Run, takes float64, exact bool) {
	m.settle(now)
	m.slots[x.Slot] = slot{run: *x, begun: now, from: now + m.handOff, left: takes, exact: exact}
	m.running++
	m.expect(now)
}

// settle counts what has run up to now.
func (m *machine) settle(now time.Duration) {
	factor := m.factor()
	for i := range m.slots {
		s := &m.slots[i]
		if s.run.Run == 0 || s.from >= now {
			continue
		}
		ran := (now - s.from).Seconds()
		if !s.exact {
			ran /= factor
		}
		s.left, s.from = max(0, s.left-ran), now
	}
}

// expect says when each run will be over.
func (m *machine) expect(now time.Duration) {
	factor := m.factor()
	for i := range m.slots {
		s := &m.slots[i]
		switch {
		case s.run.Run == 0:
			s.due = tenants.Never
		case s.ended:
			s.due = now
		case s.exact:
			s.due = s.from + seconds(s.left)
		default:
			s.due = s.from + seconds(s.left*factor)
		}
	}
}

// next is the slot whose run is over first, and when; Never: nothing runs.
func (m *machine) next() (slot int, at time.Duration) {
	at = tenants.Never
	for i := range m.slots {
		if m.slots[i].due < at {
			slot, at = i, m.slots[i].due
		}
	}
	return slot, at
}

// finish takes a run out of its slot, and says how long it ran.
func (m *machine) finish(now time.Duration, slot int) (run scheduler.Run, busy time.Duration, err error) {
	s := m.slots[slot]
	if s.ended {
		err = errTerminated
	}
	m.settle(now)
	m.slots[slot].run = scheduler.Run{}
	m.running--
	m.busy += now - s.begun
	m.expect(now)
	return s.run, max(0, now-s.begun-m.handOff), err
}

// terminate has a run end at once.
func (m *machine) terminate(now time.Duration, slot int) {
	m.slots[slot].ended, m.slots[slot].due = true, now
}
