package scheduler

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// wideHouse has one slot and one segment of which a run may have eight rows, each of which costs a tenth more.
func wideHouse(t *testing.T, policy Policy, weights ...float64) *world {
	c := Config{Slots: 1, Policy: policy, Fairness: 1, HandOff: 30 * time.Microsecond, Models: []Model{{Warm: [][]time.Duration{nil}, Exits: []Figures{{}}}}}
	for rows := range 8 {
		c.Models[0].Warm[0] = append(c.Models[0].Warm[0], time.Duration(10+rows)*time.Millisecond)
	}
	for _, w := range weights {
		c.Tenants = append(c.Tenants, Tenant{Weight: w})
	}
	return newWorld(t, 0, rand.New(rand.NewPCG(0, 51)), c)
}

// Every row is charged its part: all tenants together pay for the runs and their hand-offs, neither more nor less.
func TestEveryRowIsCharged(t *testing.T) {
	w := wideHouse(t, Cooperative, 1, 3, 9)
	for range 2000 {
		w.fill(9+w.pick.IntN(4), 0, 1, 2) // whose queue is never empty is never moved but by a charge
		w.next(tenants.Never)
	}
	paid, runs := 0.0, float64(w.house.lastRun)
	for _, h := range w.house.tenants {
		paid += h.tag * h.Weight
	}
	for _, f := range w.running {
		for i := range f.books {
			paid -= w.house.slots[f.run.Slot].run.rows[i].charged
		}
		runs--
	}
	if want := w.busy.Seconds() + runs*w.config.HandOff.Seconds(); math.Abs(paid-want) > 1e-6 {
		t.Errorf("%.6f s were charged, the runs took %.6f s with their hand-offs", paid, want)
	}
	if w.seen["runs of several tenants"] == 0 {
		t.Error("no run was of several tenants: the test tests nothing")
	}
}

// A run that a deadline keeps small is charged, from its start, as what it is.
func TestARunThatStaysSmallIsChargedAsSuch(t *testing.T) {
	w := wideHouse(t, Cooperative, 1)
	w.service = func(*guest, int) time.Duration { return 10 * time.Millisecond }
	w.offer(0, tenants.Never, criteria.Never())
	for range 5 { // three rows take 18 ms at most, likely, from 10 ms on
		w.offer(0, 29*time.Millisecond, criteria.Never())
	}
	w.next(tenants.Never)
	run := &w.house.slots[0].run
	rows := len(run.rows)
	if rows == 0 || rows > 4 {
		t.Fatalf("the run has %d rows of 5: the test tests nothing", rows)
	}
	want := (w.house.models[0].segments[0].service.of(rows).mean + w.config.HandOff.Seconds()) / float64(rows)
	for i := range run.rows {
		if got := run.rows[i].charged; math.Abs(got-want) > 1e-9 {
			t.Errorf("a row of %d is charged %.6f s, want %.6f", rows, got, want)
		}
	}
}

// A backlog is served in full runs, and full runs serve it sooner.
func TestABacklogIsServedInFullRuns(t *testing.T) {
	for _, policy := range []Policy{Cooperative, NonCooperative, FirstCome} {
		w := wideHouse(t, policy, 1, 1)
		for range 400 {
			for n := range 16 {
				w.fill(n, 0, 1)
			}
			w.next(tenants.Never)
		}
		if runs, wide := w.house.lastRun, w.seen["runs of several rows"]; float64(wide) < 0.95*float64(runs) {
			t.Errorf("%s: %d of %d runs had several rows", policy, wide, runs)
		}
		if mixed := w.seen["runs of several tenants"]; (mixed > 0) != (policy != NonCooperative) {
			t.Errorf("%s: %d runs were of several tenants", policy, mixed)
		}
	}
}

// Who waits for another segment is not kept waiting by those who ride for little on the turns of others: a tenant with a
// hundredth of the weight cannot fill the runs of one that sends a request at a time.
func TestRidersKeepWithinTheirShare(t *testing.T) {
	w := wideHouse(t, Cooperative, 1, 0.01, 1)
	c := w.config
	c.Models = append(c.Models, Model{Warm: [][]time.Duration{{10 * time.Millisecond}}, Exits: []Figures{{}}})
	c.Tenants[2].Model = 1
	house, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	var busy [3]time.Duration
	var live [3]int
	tickets, now := uint64(0), time.Duration(0)
	step := func(e Event) {
		for _, effect := range house.Step(now, e) {
			if x, ok := effect.(*End); ok {
				live[x.Ticket.Tenant]--
			}
		}
	}
	for now < 100*time.Second {
		for i, most := range []int{2, 32, 32} {
			for ; live[i] < most; live[i]++ {
				tickets++
				step(Offer{&tenants.Ticket{ID: tickets, Tenant: int32(i), Deadline: tenants.Never, Criterion: criteria.Never()}})
			}
		}
		run := &house.slots[0].run
		rows := len(run.rows)
		x := Exited{Run: run.id, Rows: make([]Row, rows)}
		x.Usage.Busy = c.Models[run.stage.model].Warm[0][rows-1]
		for i := range run.rows {
			busy[run.rows[i].tenant.index] += x.Usage.Busy / time.Duration(rows)
		}
		now += x.Usage.Busy
		step(x)
	}
	if share := busy[2].Seconds() / now.Seconds(); share < 0.45 {
		t.Errorf("the tenant of the other model had %.3f of the machine, beside %s and %s", share, busy[0], busy[1])
	}
}

// A light tenant that rides along has a tag far ahead of the others'. Whoever wakes comes behind those that wait, not behind it.
func TestRidersOfLightTenantsKeepNobodyOut(t *testing.T) {
	for _, heavy := range []float64{10, 100, 1000} {
		unknown := []Figures{{math.NaN(), math.NaN(), math.NaN()}}
		ms := time.Millisecond
		w := newWorld(t, 1, rand.New(rand.NewPCG(1, 2)), Config{
			Slots: 1, Fairness: 1,
			Models:  []Model{{Warm: [][]time.Duration{{10 * ms, 11 * ms, 12 * ms, 13 * ms}}, Exits: unknown}, {Warm: [][]time.Duration{{10 * ms}}, Exits: unknown}},
			Tenants: []Tenant{{Weight: heavy}, {Weight: 1}, {Weight: heavy, Model: 1}, {Weight: heavy, Model: 1}},
		})
		w.service = func(*guest, int) time.Duration { return 10 * ms }
		for w.now < 10*time.Second { // two are backlogged, and two send one request after the other
			w.hold(0, 1)
			w.hold(1, 8)
			w.hold(2, 1)
			w.hold(3, 3)
			w.next(tenants.Never)
		}
		if one, backlogged := w.guests[2].busy, w.guests[3].busy; one < backlogged*9/10 {
			t.Errorf("weight %g: who sends one request after the other has had %s, who is backlogged %s", heavy, one, backlogged)
		}
	}
}
