package tenants

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages"
)

// said is what the exits of threeExits say of a request. Wrong is the fraction of the requests that the early exits have
// begun to mistake, as confident as before.
func said(rng *rand.Rand, wrong float64) []stages.Reading {
	hard, mistaken := rng.Float64(), rng.Float64() < wrong
	path := make([]stages.Reading, 3)
	for e, ability := range []float64{0.7, 0.8, 0.9} {
		path[e].Confidence = min(1, max(0, ability-hard+0.6+0.2*rng.Float64()-0.1))
		if hard > ability {
			path[e].Predicted = 1
		}
		if mistaken && e < 2 {
			path[e].Predicted = 2
		}
	}
	return path
}

// audit has the tenant hear of a number of requests that were chosen, and gives what that leads to.
func (d *driven) audit(n int, wrong float64) (all []Finding) {
	for range n {
		if f := d.Audited(&Ticket{Audit: true, Path: said(d.rng, wrong)}, true, time.Millisecond); f != nil {
			all = append(all, *f)
		}
	}
	return all
}

// until is audit until the last of what it leads to is over, or not, and after how many.
func (d *driven) until(most int, wrong float64, over bool) (all []Finding, after int) {
	for n := range most {
		if all = append(all, d.audit(1, wrong)...); len(all) > 0 && all[len(all)-1].Over == over {
			return all, n + 1
		}
	}
	return all, most
}

// While all is as promised next to nothing is found, whatever samples the promise is from.
func TestAuditsFindNothingWhileAllIsAsPromised(t *testing.T) {
	const audits = 3000
	tenants := trials.Pick(300, 40)
	found := 0
	for seed := range uint64(tenants) {
		rng := rand.New(rand.NewPCG(seed, 11))
		a := auditor{}
		a.enforce(criteria.Thresholds([]float64{0.4 + 0.5*rng.Float64(), 0.4 + 0.5*rng.Float64()}), threeExits(t, seed, 100+rng.IntN(1000)))
		for range audits {
			if f := a.heard(said(rng, 0), false); f != nil {
				found++
				break
			}
		}
	}
	t.Logf("of %d tenants %d have found something in %d audits", tenants, found, audits)
	if found > 6 { // 0.01 of them, and rarely more
		t.Errorf("of %d tenants %d have found something", tenants, found)
	}
}

// A tenant whose accuracy is bounded moves to a safer point at once, and back when the drift is over, and not again.
func TestATenantBelowItsPromiseMovesToASaferPoint(t *testing.T) {
	tenants := trials.Pick(20, 4)
	flaps, sum := 0, [2]int{}
	for seed := range uint64(tenants) {
		d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
		d.rng = rand.New(rand.NewPCG(seed, 12))
		before := d.Plan().Choice.Point
		if all := d.audit(2000, 0); len(all) > 0 {
			t.Fatalf("seed %d: without a drift: %+v", seed, all)
		}
		all, after := d.until(1000, 0.25, false)
		if len(all) == 0 {
			t.Fatalf("seed %d: a drift is not found", seed)
		}
		f := all[0]
		sum[0] += after
		if f.Over || f.Observed > f.Promised-toleratedGap || f.Raised < toleratedGap || f.Old == f.New {
			t.Errorf("seed %d: found is %+v", seed, f)
		}
		during := d.Plan().Choice.Point
		if during.AccuracyLow <= before.AccuracyLow || during.Energy <= before.Energy || d.Version() < 2 {
			t.Errorf("seed %d: the point is %+v, before it was %+v", seed, during, before)
		}
		d.settle(5) // a look does not undo it
		if p := d.Plan().Choice.Point; !p.Equal(&during) {
			t.Errorf("seed %d: a look has moved the point to %+v", seed, p)
		}
		all = append(all, d.audit(1000, 0.25)...)
		more, after := d.until(6000, 0, true)
		all = append(all, more...)
		sum[1] += after
		last := all[len(all)-1]
		if p := d.Plan().Choice.Point; !last.Over || last.Raised != 0 || !p.Equal(&before) {
			t.Errorf("seed %d: the last of %d is %+v, the point %+v", seed, len(all), last, p)
		}
		for _, f := range all[:len(all)-1] {
			if f.Over {
				flaps++
			}
		}
	}
	t.Logf("found after %d audits, over after %d in the mean", sum[0]/tenants, sum[1]/tenants)
	if flaps > 2 {
		t.Errorf("%d times a drift was called over that was not", flaps)
	}
}

// A drift that is found at another exit under the safer criterion is over when that exit's answers under it agree again, and not
// before: neither where the criterion before never stopped there, nor where it seldom did and so promised nothing.
func TestADriftOfAnotherExitEnds(t *testing.T) {
	e := threeExits(t, 1, 1000)
	for name, first := range map[string][]float64{"never": {0, 0.5}, "seldom": {0.3, 0.5}} {
		for seed := range uint64(5) {
			rng := rand.New(rand.NewPCG(seed, 12))
			a := auditor{}
			hear := func(audits int, wrong ...float64) *Finding {
				for range audits {
					path := said(rng, 0)
					for exit := range wrong {
						if rng.Float64() < wrong[exit] {
							path[exit].Predicted = 2
						}
					}
					if f := a.heard(path, true); f != nil {
						return f
					}
				}
				return nil
			}
			a.enforce(criteria.Thresholds(first), e)
			if f := hear(1000, 0.25, 0); f == nil || f.Exit != 1 {
				t.Fatalf("%s, seed %d: with a drift at exit 1: %+v", name, seed, f)
			}
			a.enforce(criteria.Thresholds([]float64{1.1, 0.5}), e) // stops at exit 2 only
			if f := hear(1000, 0.25, 0.75); f == nil || f.Exit != 2 {
				t.Fatalf("%s, seed %d: with a drift at exit 2: %+v", name, seed, f)
			}
			if f := hear(6000, 0, 0.75); f != nil {
				t.Errorf("%s, seed %d: with a drift at exit 2: %+v", name, seed, f)
			}
			if f := hear(6000, 0, 0); f == nil || !f.Over || a.raised != 0 {
				t.Errorf("%s, seed %d: without a drift: %+v", name, seed, f)
			}
		}
	}
}

// A tenant that bounds no accuracy hears of it, once, and keeps its point.
func TestATenantThatBoundsNoAccuracyIsTold(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 30*ms"))
	before := d.Plan().Choice.Point
	exits := map[int]int{}
	for _, f := range d.audit(3000, 0.4) {
		exits[f.Exit]++
		if f.Over || f.Raised != 0 || f.Old != f.New {
			t.Errorf("found is %+v", f)
		}
	}
	if p := d.Plan().Choice.Point; !p.Equal(&before) || d.Version() != 1 {
		t.Errorf("the point has moved to %+v", p)
	}
	for exit, times := range exits {
		if times != 1 {
			t.Errorf("exit %d was found %d times", exit, times)
		}
	}
	if all := d.audit(6000, 0); len(exits) == 0 || len(all) != 1 || !all[0].Over {
		t.Errorf("after the drift: %+v", all)
	}
}

// A stated criterion is held against what the outcomes promise of it, when they do.
func TestStatedCriteriaAreAudited(t *testing.T) {
	for source, promised := range map[string]bool{"confidence >= 0.7": true, "confidence >= 0.7 || response_time > 10*ms": false} {
		d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
		c, diags := criteria.Parse(source, 3, criteria.All())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		d.SetCriterion(c)
		if got := d.Promised() != nil; got != promised {
			t.Errorf("%s: promised are %v", source, d.Promised())
		}
		if all := d.audit(2000, 0.4); len(all) > 0 != promised {
			t.Errorf("%s: found are %+v", source, all)
		}
		if all := d.audit(1, 0); d.Config().Criterion != c {
			t.Errorf("%s: the criterion is another one: %+v", source, all)
		}
	}
}

// Another objective begins anew; what requests with a criterion of their own are told says nothing.
func TestAnotherObjectiveForgetsWhatWasFound(t *testing.T) {
	o := objective(t, "", "energy", "accuracy >= 0.8")
	d := drive(t, o)
	for range 1000 {
		if f := d.Audited(&Ticket{Audit: true, Criterion: criteria.Never(), Path: said(d.rng, 0.5)}, true, 0); f != nil {
			t.Fatalf("of others is found %+v", f)
		}
	}
	before := d.Plan().Choice.Point
	if all := d.audit(500, 0.3); len(all) == 0 {
		t.Fatal("nothing is found")
	}
	g := *d.Config().Goal
	d.Pursue(&g)
	if p := d.Plan().Choice.Point; !p.Equal(&before) {
		t.Errorf("the point is %+v, want %+v", p, before)
	}
}

// Bounds that a request brings are held against what audits have found, too.
func TestRequestsWithBoundsGetASaferPoint(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.75"))
	bounds := []criteria.Bound{{Metric: criteria.Accuracy, Min: 0.8, Max: math.Inf(1)}}
	before, _ := d.Bounded(nil, bounds)
	if all := d.audit(1000, 0.3); len(all) == 0 {
		t.Fatal("nothing is found")
	}
	during, unmet := d.Bounded(nil, bounds)
	if before.String() == during.String() {
		t.Errorf("the criterion is %s, as before", during)
	}
	for _, b := range unmet {
		if b != bounds[0] {
			t.Errorf("unmet is %v, which the request did not ask for", b)
		}
	}
}

// Who is audited is a fraction of any run of ids, also of every second or hundredth one, and always the same.
func TestTicketsAreChosenWithoutBias(t *testing.T) {
	for _, fraction := range []float64{0, 0.01, 0.05, 0.5, 1} {
		for _, step := range []uint64{1, 2, 100, 1 << 20} {
			for _, start := range []uint64{1, 1e6, 1 << 40} {
				const n = 20_000
				count := 0
				for i := range uint64(n) {
					if chosen(start+i*step, fraction) {
						count++
					}
				}
				if want := fraction * n; math.Abs(float64(count)-want) > 4.5*math.Sqrt(want*(1-fraction)) {
					t.Errorf("of %d ids from %d by %d %d are chosen, want %g", n, start, step, count, want)
				}
			}
		}
	}
	tenant := newTenant(t, func(c *Config) { c.Audit, c.Queue = 0.3, 100 })
	for id := range uint64(50) {
		k, _ := tenant.Admit(0, Request{ID: id, Inputs: sound()})
		if k.Audit != chosen(id, 0.3) {
			t.Errorf("ticket %d: audited is %v", id, k.Audit)
		}
	}
}

// What was audited is told apart by how busy the house was, and costs the tenant nothing.
func TestCoverageIsCountedByCrowd(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Audit, c.Queue = 1, 100 })
	window := tenant.Watch(0)
	for i, c := range []struct {
		waits    time.Duration // of a ticket that runs for a second
		complete bool
		agrees   int
	}{{0, true, 1}, {300 * time.Millisecond, true, 0}, {500 * time.Millisecond, false, 0}, {2 * time.Second, false, 0}, {2 * time.Second, true, 1}} {
		k, _ := tenant.Admit(0, Request{ID: uint64(i), Inputs: sound()})
		k.Exit, k.Busy = 1, time.Second
		tenant.Ended(k.Busy+c.waits, k, ByCriterion)
		if k.Path = []stages.Reading{{Predicted: 1}}; c.complete {
			k.Path = append(k.Path, stages.Reading{Predicted: c.agrees})
		}
		tenant.Audited(k, c.complete, 10*time.Millisecond)
		tenant.Recycle(k)
	}
	// One that the last exit answers needs no clone.
	k, _ := tenant.Admit(0, Request{ID: 9, Inputs: sound()})
	k.Exit = 2
	tenant.Ended(1, k, ByLastExit)
	k.Path = make([]stages.Reading, 2)
	tenant.Audited(k, true, 0)

	want := Audit{
		Chosen: [crowds]uint64{1, 2, 2}, Complete: [crowds]uint64{1, 1, 1}, Exits: []uint64{3, 0}, Agreed: []uint64{2, 0}, Busy: 50 * time.Millisecond,
	}
	if d := cmp.Diff(want, tenant.Account().Audit); d != "" {
		t.Errorf("the account differs (-want +got):\n%s", d)
	}
	if busy := tenant.Account().Busy; busy != 5*time.Second {
		t.Errorf("the tenant is charged %s", busy)
	}
	if d := cmp.Diff(want, window.Take(time.Minute).Audit); d != "" {
		t.Errorf("the window differs (-want +got):\n%s", d)
	}
	if d := window.Take(time.Minute).Audit; d.Busy != 0 || slices.Max(d.Exits) != 0 {
		t.Errorf("the next window has %+v", d)
	}
}
