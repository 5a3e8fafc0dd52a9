package scheduler

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// world drives a scheduler on a virtual clock and keeps dumb books of its own, against which every effect is checked.
type world struct {
	t    testing.TB
	seed uint64
	pick source

	config Config
	house  *Scheduler
	now    time.Duration
	wake   time.Duration

	nextID  uint64
	tickets map[uint64]*book                          // that have not ended, or whose run is not back
	running map[uint64]*flight                        // by run
	slots   []site                                    // by slot
	guests  []*guest                                  // by index; nil where one is gone
	coming  []*happening                              // what the world will do by itself
	service func(g *guest, segment int) time.Duration // of one row
	wild    bool                                      // runs fail, crash and hang
	crowded float64                                   // how many times longer a run takes for each run beside it
	busy    time.Duration                             // of all runs that came back
	booked  time.Duration                             // of these, what tickets, late runs and clones were given
	cut     bool                                      // a deadline has ended a ticket in this step
	wide    bool                                      // a run of several rows has begun in this step
	seen    map[string]int                            // what has happened how often
	trace   bool                                      // keep a log: it takes its time, so only when a test is run by itself with -v
	log     []string
}

// source is where a world takes its chances from.
type source interface{ IntN(n int) int }

type book struct {
	ticket   *tenants.Ticket
	guest    *guest
	ended    bool
	flight   *flight // nil: queued
	landing  *flight // that has come back in this step
	released bool
	clone    *twin // after it was answered: nil when it is not audited, or is no longer
}

// twin is a clone as the world sees it.
type twin struct {
	exit     int
	last     stages.Reading
	busy     time.Duration
	spoilt   bool // by a failed run, or because its tenant left or the house closed
	answered tenants.Ticket
	audited  bool
}

// flight is a run as the world sees it.
type flight struct {
	run        Run
	books      []*book
	started    time.Duration
	back       *happening
	fate       fate
	terminated time.Duration // when; Never: it was not
}

type fate int

const (
	exits   fate = iota
	fails        // comes back with an error
	crashes      // and takes its stage along
	hangs        // until it is terminated, or even longer
)

// site is a slot as the world sees it.
type site struct {
	flight *flight
	down   []stage
	lost   bool
}

// guest is a tenant as the world sees it.
type guest struct {
	Tenant
	index   int
	leaving bool
	gone    bool
	busy    time.Duration // charged by runs that came back, hand-off included
	normal  float64       // the same per effective weight
	largest float64       // charge of a run, in seconds
	slept   int           // how often it had neither a ticket nor a run
	counted census
}

// census is what a guest has in the house.
type census struct {
	live     int // tickets that have not ended
	parallel int // those, and the rows of runs whose ticket has ended
	all      int // those, and the tickets that have clones
}

type happening struct {
	at time.Duration
	do func()
}

func newWorld(t testing.TB, seed uint64, pick source, config Config) *world {
	house, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, seed: seed, pick: pick, config: config, house: house, wake: tenants.Never, trace: testing.Verbose(),
		seen: map[string]int{}, tickets: map[uint64]*book{}, running: map[uint64]*flight{}, slots: make([]site, config.Slots),
	}
	for i, tenant := range config.Tenants {
		w.guests = append(w.guests, &guest{Tenant: tenant, index: i})
	}
	w.service = func(_ *guest, segment int) time.Duration {
		return time.Duration(float64(config.Models[0].Warm[segment][0]) * (0.5 + w.chance()))
	}
	return w
}

// chance is a number from 0 to 1.
func (w *world) chance() float64 { return float64(w.pick.IntN(1<<16)) / (1 << 16) }

// upTo is a time from 0 to a limit.
func (w *world) upTo(limit time.Duration) time.Duration {
	return time.Duration(w.pick.IntN(1+int(limit/time.Microsecond))) * time.Microsecond
}

func (w *world) failf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("seed %d at %s: %s\n%s", w.seed, w.now, fmt.Sprintf(format, args...), w.tail())
}

func (w *world) tail() (text string) {
	for _, line := range w.log[max(0, len(w.log)-40):] {
		text += line + "\n"
	}
	return text
}

func (w *world) note(line ...any) {
	if w.trace {
		w.log = append(w.log, fmt.Sprint(line...))
	}
}

// at lets something happen later.
func (w *world) at(when time.Duration, do func()) *happening {
	h := &happening{when, do}
	w.coming = append(w.coming, h)
	return h
}

func (w *world) step(e Event) {
	w.note(w.now, " ", e)
	w.cut, w.wide = false, false
	for _, effect := range w.house.Step(w.now, e) {
		w.note("  ", effect)
		switch x := effect.(type) {
		case *Run:
			w.run(*x)
		case *End:
			w.end(x)
		case *Audited:
			w.audited(x)
		case *Release:
			w.release(x)
		case *Terminate:
			w.terminate(x)
		case *Lost:
			w.lost(x)
		case *Back:
			w.free(x)
		case *Gone:
			w.gone(x)
		case *Wake:
			w.wake = x.At
		}
	}
	for _, b := range w.tickets {
		b.landing = nil
	}
	w.check()
}

func (w *world) run(x Run) {
	at := &w.slots[x.Slot]
	switch {
	case at.flight != nil || len(at.down) > 0:
		w.failf("run %d starts in slot %d, which is not free", x.Run, x.Slot)
	case w.running[x.Run] != nil:
		w.failf("run %d is used twice", x.Run)
	}
	f := &flight{run: x, started: w.now, terminated: tenants.Never}
	f.run.Tickets = slices.Clone(x.Tickets)
	for _, k := range x.Tickets {
		f.books = append(f.books, w.tickets[k.ID])
	}
	if f.books[0].clone != nil {
		w.checkClone(f)
	} else {
		w.checkRun(f)
	}
	w.notice(f)
	warm := w.config.Models[x.Model].Warm[x.Segment]
	busy := w.service(f.books[0].guest, x.Segment) * warm[len(f.books)-1] / warm[0]
	busy = time.Duration(float64(busy) * (1 + w.crowded*float64(len(w.running))))
	if w.wild {
		f.fate = fate(max(0, w.pick.IntN(16)-12))
		if f.fate == hangs && w.config.RunLimit == 0 {
			f.fate = exits
		}
	}
	at.flight, w.running[x.Run] = f, f
	for i, b := range f.books {
		b.flight = f
		if b.clone == nil {
			b.guest.largest = max(b.guest.largest, float64(len(f.books))*w.house.slots[x.Slot].run.rows[i].charged)
		}
	}
	if f.fate != hangs {
		f.back = w.at(w.now+busy, func() { w.back(f) })
	}
}

// notice counts what is rare, so that a test can tell that it tests something.
func (w *world) notice(f *flight) {
	if len(f.books) > 1 {
		w.wide = true
		w.seen["runs of several rows"]++
	}
	if slices.ContainsFunc(f.books, func(b *book) bool { return b.guest != f.books[0].guest }) {
		w.seen["runs of several tenants"]++
	}
	if f.books[0].clone != nil {
		w.seen["runs of clones"]++
	}
}

// back brings a run back, as its fate will have it.
func (w *world) back(f *flight) {
	if f.fate == crashes {
		w.crash(Crashed{Model: f.run.Model, Segment: f.run.Segment, Slot: f.run.Slot, Err: errors.New("boom")})
		return
	}
	x := Exited{Run: f.run.Run, Usage: stages.Usage{Busy: w.now - f.started}}
	if f.fate != exits {
		x.Err = errors.New("boom")
	}
	for range f.books {
		r := Row{Reading: stages.Reading{Confidence: w.chance(), Predicted: w.pick.IntN(3)}}
		if w.wild && w.pick.IntN(30) == 0 {
			r.Err = errors.New("no answer")
		}
		x.Rows = append(x.Rows, r)
	}
	w.land(f, &x)
	w.step(x)
}

// land books that a run is over, as its stage will say.
func (w *world) land(f *flight, x *Exited) {
	busy := w.now - f.started
	w.busy += busy
	n := time.Duration(len(f.books))
	for i, b := range f.books {
		if c := b.clone; c != nil {
			c.busy += busy
			if x.Err != nil || x.Rows[i].Err != nil {
				c.spoilt = true
			} else {
				c.exit++
				c.last = x.Rows[i].Reading
			}
			continue
		}
		cost := (busy + w.config.HandOff).Seconds() * w.price(f.run.Segment)
		b.guest.busy += seconds(cost) / n
		b.guest.normal += cost / float64(n) / w.weight(b.guest)
		b.guest.largest = max(b.guest.largest, cost)
	}
	delete(w.running, f.run.Run)
	w.slots[f.run.Slot].flight = nil
	for _, b := range f.books {
		b.landing = f
		if !b.ended || b.clone != nil {
			b.flight = nil
		}
	}
	w.coming = slices.DeleteFunc(w.coming, func(h *happening) bool { return h == f.back })
}

// crash takes a stage down, with its run if there is one, and brings it up again after a while.
func (w *world) crash(x Crashed) {
	at, failed := &w.slots[x.Slot], stage{x.Model, x.Segment}
	if f := at.flight; f != nil && f.run.Model == x.Model && f.run.Segment == x.Segment {
		w.land(f, &Exited{Err: x.Err})
	}
	if !slices.Contains(at.down, failed) {
		at.down = append(at.down, failed)
		w.at(w.now+w.upTo(20*time.Millisecond), func() {
			at.down = slices.DeleteFunc(at.down, func(s stage) bool { return s == failed })
			w.step(Recovered{x.Model, x.Segment, x.Slot})
		})
	}
	w.step(x)
}

// terminate makes a run that hangs come back, soon or late.
func (w *world) terminate(x *Terminate) {
	f := w.running[x.Run]
	if f == nil || f.terminated != tenants.Never || w.now-f.started < w.config.RunLimit {
		w.failf("run %d is terminated, but it is not one that takes too long", x.Run)
	}
	f.terminated = w.now
	for _, b := range f.books {
		if b.clone != nil {
			b.clone.spoilt = true
		}
	}
	if f.fate == hangs {
		f.back = w.at(w.now+w.upTo(3*w.config.RunLimit), func() { w.back(f) })
	}
}

// offer sends a request to whoever is at an index.
func (w *world) offer(tenant int, deadline time.Duration, c *criteria.Criterion) *tenants.Ticket {
	w.nextID++
	k := &tenants.Ticket{ID: w.nextID, Tenant: int32(tenant), Arrived: w.now, Deadline: deadline, Criterion: c}
	k.Audit = w.config.Clones > 0 && w.pick.IntN(3) == 0
	b := &book{ticket: k}
	if tenant < len(w.guests) {
		b.guest = w.guests[tenant]
	}
	w.tickets[k.ID] = b
	w.step(Offer{Ticket: k})
	return k
}

// fill keeps tenants backlogged: each has at least n tickets queued.
func (w *world) fill(n int, who ...int) {
	for _, i := range who {
		for w.house.tenants[i].queue.Len() < n {
			w.offer(i, tenants.Never, criteria.Never())
		}
	}
}

// next advances to whatever comes first, a happening, the wake or the limit, and says whether it was not the limit.
func (w *world) next(limit time.Duration) bool {
	slices.SortStableFunc(w.coming, func(a, b *happening) int { return cmp.Compare(a.at, b.at) })
	at := min(limit, w.wake)
	if len(w.coming) > 0 && w.coming[0].at <= at {
		h := w.coming[0]
		w.coming = w.coming[1:]
		w.now = h.at
		h.do()
		return true
	}
	if at == tenants.Never {
		return false
	}
	w.now = at
	if at == limit {
		return false
	}
	w.wake = tenants.Never
	w.step(Tick{})
	return true
}
