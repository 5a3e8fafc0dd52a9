package tenants

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// threeExits is a profile of exits that take 10, 20 and 40 ms, and samples that are right at .7, .8 and .9.
func threeExits(t testing.TB, seed uint64, samples int) *profile.Evidence {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 2))
	p := &profile.Profile{Version: 1, Source: profile.Measured}
	right := [3]int{}
	var outcomes []profile.Outcome
	for i := range samples {
		hard := rng.Float64()
		for e, ability := range []float64{0.7, 0.8, 0.9} {
			o := profile.Outcome{Sample: fmt.Sprint(i), Exit: e + 1, Confidence: min(1, max(0, ability-hard+0.6+0.2*rng.Float64()-0.1))}
			if hard > ability {
				o.Predicted = 1
			} else {
				right[e]++
			}
			outcomes = append(outcomes, o)
		}
	}
	for e, seconds := range []float64{0.010, 0.020, 0.040} {
		accuracy := float64(right[e]) / float64(samples)
		p.Exits = append(p.Exits, profile.Exit{Name: fmt.Sprint("e", e+1), Accuracy: &accuracy, ResponseTime: &seconds, Energy: &seconds})
		segment, p95 := seconds/2, 0.55*seconds
		if e == 0 {
			segment, p95 = seconds, 1.1*seconds
		}
		p.Segments = append(p.Segments, profile.Segment{Rows: map[int]profile.Cost{1: {Median: &segment, P95: &p95}}})
	}
	ev, err := profile.NewEvidence(p, outcomes)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func objective(t testing.TB, maximize, minimize, where string) *criteria.Objective {
	t.Helper()
	o, diags := criteria.ParseObjective(maximize, minimize, where, criteria.Of(criteria.Accuracy, criteria.Energy, criteria.ResponseTime))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return o
}

// A driven is a tenant with a goal and a machine that answers its requests.
type driven struct {
	*Tenant
	now   time.Duration
	rng   *rand.Rand
	moves int
	last  Progress
	pace  float64
	wait  func(p *profile.Point) time.Duration
}

func drive(t testing.TB, o *criteria.Objective) *driven {
	t.Helper()
	m := &stages.Model{Name: "m", Exits: []string{"e1", "e2", "e3"}, Segments: make([]stages.Segment, 3)}
	evidence := threeExits(t, 1, 3000)
	tenant, err := New(Config{Name: "t", Model: m, Queue: 10, Evidence: evidence, Goal: &Goal{
		Objective: o, Policy: profile.Pareto, Frontier: evidence.Frontier(o, profile.Certainty{}), Response: []float64{0.010, 0.020, 0.040},
		Energy: []float64{0.010, 0.020, 0.040}, Samples: 2000,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &driven{Tenant: tenant, rng: rand.New(rand.NewPCG(3, 4)), pace: 1, wait: func(*profile.Point) time.Duration { return 0 }}
}

// answer lets an exit answer one request, one that follows the plan unless it brings a criterion.
func (d *driven) answer(exit int, own *criteria.Criterion) {
	k, refusal := d.Admit(d.now, Request{Arrived: d.now, Criterion: own})
	if refusal != nil {
		panic(refusal.Message)
	}
	profiled := []float64{0.010, 0.020, 0.040}[exit-1]
	k.Exit, k.Version, k.Busy = exit, d.Version(), time.Duration(d.pace*profiled*float64(time.Second))
	k.Seen[criteria.Energy] = profiled
	p := d.Plan().Choice.Point
	d.now += k.Busy + d.wait(&p)
	d.Ended(d.now, k, ByCriterion)
	d.Recycle(k)
}

// round lets requests come until the controller looks; the exits answer as the point promises.
func (d *driven) round() Progress {
	for {
		exit, x := 1, d.rng.Float64()
		for _, share := range d.Plan().Choice.Point.ExitShare[:2] {
			if x -= share; x < 0 {
				break
			}
			exit++
		}
		d.answer(exit, nil)
		if p := d.Look(d.now); p.Looked {
			if p.Why != "" {
				d.moves++
			}
			d.last = p
			return p
		}
	}
}

func (d *driven) settle(rounds int) {
	for range rounds {
		d.round()
	}
}

func TestAGoalFindsACriterion(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
	p := d.Plan()
	if p.Version != 1 || len(p.Choice.Unmet) != 0 || p.Choice.Point.AccuracyLow < 0.8 || p.Choice.Point.Energy >= 0.040 {
		t.Errorf("the plan is %+v", p)
	}
	if got, want := d.Config().Criterion.String(), criteria.Thresholds(p.Choice.Point.Thresholds).String(); got != want {
		t.Errorf("the criterion is %s, want %s", got, want)
	}
	k, _ := d.Admit(0, Request{})
	if k.Criterion != nil {
		t.Error("a ticket brings a criterion of its own, which a new plan would not change")
	}
	if v := d.SetCriterion(criteria.Never()); v != 2 || d.Plan() != nil {
		t.Errorf("after a criterion was stated the version is %d, the plan %+v", v, d.Plan())
	}
}

// Down at once: a point whose response times break the bound is left in the round in which that is seen.
func TestALatePointIsLeftAtOnce(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
	before := d.Plan().Choice.Point
	d.settle(3)
	if d.moves != 0 {
		t.Fatalf("the point has moved %d times though nothing is late", d.moves)
	}
	d.wait = func(*profile.Point) time.Duration { return 25 * time.Millisecond }
	if p := d.round(); p.Why != becauseLate || d.Plan().Choice.Point.ResponseP95 >= before.ResponseP95 {
		t.Errorf("after a late round: %q, the point is %+v", p.Why, d.Plan().Choice.Point)
	}
	if d.Version() != 2 || d.Plan().Version != 2 {
		t.Errorf("the version is %d", d.Version())
	}
	// Up after two rounds that agree, once the wait that is remembered has gone.
	d.wait = func(*profile.Point) time.Duration { return 0 }
	for rounds := 1; ; rounds++ {
		if p := d.round(); p.Why == becauseRoom {
			if rounds < 2 || !d.Plan().Choice.Point.Equal(&before) {
				t.Errorf("after %d quiet rounds the point is %+v", rounds, d.Plan().Choice.Point)
			}
			return
		}
		if rounds > 20 {
			t.Fatal("the point stays where it is")
		}
	}
}

// looks ends a round in which requests waited so long.
func (d *driven) looks(wait float64) (why string) {
	d.steers.load.Wait = wait
	return d.steers.look(d.steers.round.since)
}

// A point that only one round would have is not taken; of two that take turns in being the best, the lesser one is.
func TestABetterPointHoldsInEveryRoundThatAgrees(t *testing.T) {
	const full, busy, calm, idle = 0.05, 0.03, 0.018, 0.01
	for name, test := range map[string]struct {
		needed int // rounds
		waits  []float64
		takes  float64 // the point that is the best in such a wait, in the last round; until then the one in force stays
	}{
		"the same twice":        {2, []float64{calm, calm}, calm},
		"a better one after it": {2, []float64{busy, calm}, busy},
		"a lesser one after it": {2, []float64{calm, busy, calm}, busy},
		"ever lesser ones":      {2, []float64{idle, calm, busy, busy}, busy},
		"none after it":         {2, []float64{calm, full, calm, calm}, calm},
		"ever better ones":      {3, []float64{busy, calm, idle}, calm},
	} {
		d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
		if why := d.looks(full); why != becauseLate {
			t.Fatalf("%s: under a full house: %q", name, why)
		}
		d.steers.needed = test.needed
		for i, wait := range test.waits {
			if why := d.looks(wait); why != "" != (i == len(test.waits)-1) {
				t.Errorf("%s: after %d rounds: %q", name, i+1, why)
			}
		}
		got := d.Plan().Choice.Point
		d.steers.load.Wait = test.takes
		if want := d.steers.choose(d.Config().Goal.Objective).Point; !got.Equal(&want) {
			t.Errorf("%s: the point is %+v, want %+v", name, got, want)
		}
	}
}

// A better point that brings the wait with it is tried ever less often.
func TestAPointThatCausesItsOwnWaitDoesNotOscillate(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
	d.wait = func(p *profile.Point) time.Duration {
		if p.ResponseP95 > 0.03 {
			return 40 * time.Millisecond
		}
		return 0
	}
	d.settle(500)
	// Down, and up and down again after waits of 2, 4, 8, 16, 32 and then 64 rounds.
	if d.moves > 2+2*5+2*500/mostRounds {
		t.Errorf("%d moves in 500 rounds", d.moves)
	}
}

// What cannot be kept under load is said, and taken back when it can.
func TestUnmetBoundsFollowTheLoad(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 11.03*ms")) // the first exit keeps it: there is no quicker point
	d.wait = func(*profile.Point) time.Duration { return 20 * time.Millisecond }
	if p := d.round(); p.Why != becauseLate || len(d.Plan().Choice.Unmet) != 1 || d.Version() != 1 {
		t.Errorf("%+v leads to %+v", p, d.Plan())
	}
	d.wait = func(*profile.Point) time.Duration { return 0 }
	d.settle(30)
	if len(d.Plan().Choice.Unmet) != 0 {
		t.Errorf("still unmet are %v", d.Plan().Choice.Unmet)
	}
}

// Service times follow what is measured; a change of more than a quarter is told once.
func TestThePaceIsFollowed(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	d.pace = 2
	told := 0
	for range 20 {
		p := d.round()
		if p.Pace != 0 {
			told++
		}
		if len(p.Drifts) > 0 {
			t.Errorf("a slower machine is a drift: %+v", p.Drifts)
		}
	}
	if pace := d.Plan().Load.Pace; math.Abs(pace-2) > 0.01 {
		t.Errorf("the pace is %g", pace)
	}
	if told == 0 || told > 3 {
		t.Errorf("told %d times", told)
	}
}

func TestAPromiseThatIsNotKeptIsADriftUntilItIs(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
	for range 10 {
		if p := d.round(); len(p.Drifts) > 0 {
			t.Fatalf("drifts though all is as promised: %+v", p.Drifts)
		}
	}
	found := map[string]int{}
	for range 4 {
		for range 500 {
			d.answer(3, nil)
		}
		for _, x := range d.Look(d.now).Drifts {
			if x.Over || x.Answers < leastEvidence || x.Observed <= x.Predicted {
				t.Errorf("the drift is %+v", x)
			}
			found[x.What]++
		}
	}
	if found["exit_share"] != 1 || found["energy"] != 1 {
		t.Errorf("found are %v", found)
	}
	over := map[string]int{}
	for range 200 {
		for _, x := range d.round().Drifts {
			if !x.Over {
				t.Errorf("the drift is %+v", x)
			}
			over[x.What]++
		}
	}
	if over["exit_share"] != 1 || over["energy"] != 1 {
		t.Errorf("over are %v", over)
	}
}

// Requests that bring a criterion say nothing about the plan.
func TestOnlyThePlansAnswersCount(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
	d.pace = 5
	looked := 0
	for range 3000 {
		d.answer(3, criteria.Never())
		p := d.Look(d.now)
		if p.Looked {
			looked++
		}
		if p.Why != "" || len(p.Drifts) > 0 || d.Plan().Load != (profile.Load{Pace: 1}) {
			t.Fatalf("answers of others lead to %+v, %+v", p, d.Plan().Load)
		}
	}
	if looked < 10 {
		t.Errorf("%d looks are too few to say so", looked)
	}
}

// A request's bounds replace the goal's on the same metrics, and a tenant without a goal gets the best within them.
func TestBoundsOfARequest(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
	none := func() *profile.Frontier { t.Error("the frontier for tenants without a goal is asked for"); return nil }
	atMost := func(m criteria.Metric, v float64) criteria.Bound {
		return criteria.Bound{Metric: m, Min: math.Inf(-1), Max: v}
	}
	atLeast := func(v float64) criteria.Bound {
		return criteria.Bound{Metric: criteria.Accuracy, Min: v, Max: math.Inf(1)}
	}
	if c, unmet := d.Bounded(none, []criteria.Bound{atLeast(0.2)}); c.String() != "[true, true]" || len(unmet) != 0 {
		t.Errorf("with less accuracy the criterion is %s, unmet are %v", c, unmet)
	}
	if c, unmet := d.Bounded(none, []criteria.Bound{atLeast(0.999)}); len(unmet) != 1 {
		t.Errorf("with too much accuracy the criterion is %s, unmet are %v", c, unmet)
	}
	// What the objective cannot keep beside the request's bounds is not the request's.
	if c, unmet := d.Bounded(none, []criteria.Bound{atMost(criteria.Energy, 0.010)}); len(unmet) != 0 {
		t.Errorf("with little energy the criterion is %s, unmet are %v", c, unmet)
	}
	d.SetCriterion(criteria.Never())
	frontier := threeExits(t, 1, 3000).Frontier(&criteria.Objective{Metric: criteria.Accuracy, Maximize: true}, profile.Certainty{})
	c, unmet := d.Bounded(func() *profile.Frontier { return frontier }, []criteria.Bound{atMost(criteria.Energy, 0.5)})
	o := criteria.Unknown()
	o[criteria.Exit], o[criteria.Confidence], o[criteria.NextEnergy] = 2, 0, 0.6
	if len(unmet) != 0 || !c.Stop(&o) {
		t.Errorf("the criterion %s does not stop before it breaks the bound; unmet are %v", c, unmet)
	}
}

// A deadline that cuts every answer short must not hide that they are late.
func TestAnswersThatAreCutShortCount(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
	before := d.Plan().Choice.Point
	for i := 0; d.Plan().Version == 1; i++ {
		k, _ := d.Admit(d.now, Request{Arrived: d.now})
		k.Version, k.Exit, k.Busy = d.Version(), i%2, time.Duration(i%2)*10*time.Millisecond
		d.now += 60 * time.Millisecond
		d.Ended(d.now, k, []Reason{Expired, ByDeadline}[i%2])
		d.Recycle(k)
		if d.Look(d.now); i > 1000 {
			t.Fatal("a thousand answers are cut off at the bound, and the point stays")
		}
	}
	if d.Plan().Choice.Point.ResponseP95 >= before.ResponseP95 {
		t.Errorf("the point is %+v", d.Plan().Choice.Point)
	}
}

// Without any drift there are next to no alarms, however few samples the prediction is from and however dear an exit is.
func TestChanceIsNoDrift(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		samples int
		shares  []float64
		energy  []float64
	}{
		{60, []float64{0.5, 0.3, 0.2}, []float64{1, 2, 4}},
		{300, []float64{0.5, 0.3, 0.2}, []float64{1, 2, 4}},
		{3000, []float64{0.95, 0.01, 0.04}, []float64{1, 2, 20}},
	} {
		found := 0
		const tenants, answers = 40, 10_000
		for range tenants {
			point := profile.Point{ExitShare: make([]float64, 3), ResponseP95: 1}
			draw := func() (exit int) {
				for x := rng.Float64(); exit < 2 && x >= c.shares[exit]; exit++ {
					x -= c.shares[exit]
				}
				return exit
			}
			for range c.samples {
				exit := draw()
				point.ExitShare[exit] += 1 / float64(c.samples)
				point.Energy += c.energy[exit] / float64(c.samples)
			}
			var p promise
			p.begin(&Goal{Energy: c.energy, Samples: c.samples}, point, profile.Load{Pace: 1})
			for i := range answers {
				exit := draw()
				k := &Ticket{Exit: exit + 1}
				k.Seen[criteria.Energy] = c.energy[exit]
				p.answered(k, time.Second)
				if i%50 == 0 {
					found += len(p.check())
				}
			}
		}
		if found > 2 {
			t.Errorf("%d samples, shares %v: %d drifts found among %d tenants", c.samples, c.shares, found, tenants)
		}
	}
}

// Answers that come later than promised are a drift of their own.
func TestLateAnswersAreADrift(t *testing.T) {
	d := drive(t, objective(t, "", "energy", "accuracy >= 0.8"))
	d.settle(10)
	var told []Drift
	for i := range 600 { // every other one waits for long, which a round sees only afterwards
		d.wait = func(*profile.Point) time.Duration { return time.Duration(i%2) * time.Second }
		d.answer(1, nil)
	}
	told = append(told, d.Look(d.now).Drifts...)
	for _, x := range told {
		if x.What == "response_time" && x.Observed > 0.1 && !x.Over {
			return
		}
	}
	t.Errorf("found are %+v", told)
}

// A wait that comes and goes does not tell the same bound unmet and met for ever.
func TestUnmetBoundsDoNotFlap(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 12*ms"))
	rounds := 0
	d.wait = func(*profile.Point) time.Duration { return time.Duration(rounds/6%2) * 20 * time.Millisecond }
	for ; rounds < 500; rounds++ {
		d.round()
	}
	if d.moves > 60 {
		t.Errorf("%d changes in 500 rounds", d.moves)
	}
}

// A tenant that nobody asks for gets over a burst all the same.
func TestAnIdleTenantRecovers(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
	before := d.Plan().Choice.Point
	d.wait = func(*profile.Point) time.Duration { return time.Second }
	d.settle(3)
	if d.Plan().Choice.Point.Equal(&before) {
		t.Fatal("the burst changes nothing")
	}
	for range 3 {
		d.now += LongestRound
		d.Look(d.now)
	}
	if p := d.Plan(); !p.Choice.Point.Equal(&before) || len(p.Choice.Unmet) != 0 || p.Load.Wait > 0.001 {
		t.Errorf("after half a minute without requests the plan is %+v", p)
	}
}

// Another objective is judged by what has been measured under the one before.
func TestAnotherObjectiveKeepsTheLoad(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	d.pace = 3
	d.settle(10)
	g := *d.Config().Goal
	g.Objective = objective(t, "accuracy", "", "response_time <= 60*ms")
	d.Pursue(&g)
	if p := d.Plan(); p.Load.Pace < 2.9 || p.Choice.Point.Under(p.Load).ResponseP95 > 0.060 {
		t.Errorf("the plan is %+v", p)
	}
}

// One answer is no round, however long the node has been up: neither of a tenant that has just come, nor under a new objective.
func TestTheFirstAnswerIsNoRound(t *testing.T) {
	for _, uptime := range []time.Duration{0, time.Minute, 1000 * time.Hour} {
		d := drive(t, objective(t, "accuracy", "", "response_time <= 80*ms"))
		d.now = uptime
		slow := func(when string) {
			before := d.Plan()
			d.pace, d.wait = 4, func(*profile.Point) time.Duration { return time.Second }
			d.answer(3, nil)
			if p, after := d.Look(d.now), d.Plan(); p.Looked || after.Load != before.Load || after.Version != before.Version {
				t.Errorf("%s at %s one slow answer changes the load from %+v to %+v", when, d.now, before.Load, after.Load)
			}
			d.pace, d.wait = 1, func(*profile.Point) time.Duration { return 0 }
		}
		slow("having come")
		d.settle(20)
		goal := *d.Config().Goal
		d.Pursue(&goal)
		slow("with a new objective")
	}
}

// Another tenant whose segments are longer may be in the way from now on.
func TestACrowdIsAllowedFor(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	d.settle(3)
	d.Crowd(7 * time.Millisecond)
	if p := d.Plan(); p.Load.Wait != 0.007 {
		t.Errorf("the plan is %+v", p)
	}
}
