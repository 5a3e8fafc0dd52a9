package tenants

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// A smaller allowance is obeyed at once, a larger one used after two rounds that agree.
func TestAnAllowanceIsObeyedAtOnceAndUsedLater(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	best := d.Plan().Choice.Point
	less := Grant{Allowance: profile.Allowance{Busy: 0.7 * best.ResponseTime}}
	p := d.Allow(d.now, less)
	point := d.Plan().Choice.Point
	if p.Why != becausePlan || !p.Old.Equal(&best) || point.ResponseTime > 0.7*best.ResponseTime || d.Version() != 2 {
		t.Fatalf("allowed .7 of what it takes, a tenant goes to %+v at version %d: %+v", point, d.Version(), p)
	}
	if p := d.Allow(d.now, less); p.Looked || p.Why != "" {
		t.Errorf("the same grant again leads to %+v", p)
	}
	d.settle(5)
	if now := d.Plan().Choice.Point; !now.Equal(&point) {
		t.Errorf("it does not stay at what is allowed, but goes to %+v", now)
	}
	if p := d.Allow(d.now, Grant{}); p.Why != "" || d.Version() != 2 {
		t.Errorf("a larger allowance is used at once: %+v", p)
	}
	if p := d.round(); p.Why != "" {
		t.Errorf("it is used after one round: %+v", p)
	}
	if p := d.round(); p.Why != becauseMore || !d.Plan().Choice.Point.Equal(&best) {
		t.Errorf("after two rounds the point is %+v: %+v", d.Plan().Choice.Point, p)
	}
}

// A grant holds until the next one, whatever goals and criteria come and go meanwhile.
func TestAnAllowanceOutlivesTheGoal(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	allowed := 0.7 * d.Plan().Choice.Point.ResponseTime
	goal := *d.Config().Goal
	pursued := func(when string) {
		d.Pursue(&goal)
		if takes := d.Plan().Choice.Point.ResponseTime; takes > allowed {
			t.Errorf("%s a request takes %g s where %g are allowed", when, takes, allowed)
		}
	}
	d.Allow(0, Grant{Allowance: profile.Allowance{Busy: allowed}})
	pursued("with the goal again")
	d.SetCriterion(criteria.Never())
	pursued("after a criterion")
	d.SetCriterion(criteria.Never())
	allowed *= 0.8
	d.Allow(0, Grant{Allowance: profile.Allowance{Busy: allowed}})
	pursued("granted during a criterion")
}

// Why a better point is taken is said as it is: because of the plan when that did not allow it, and else because of what is measured.
func TestABetterPointIsTakenBecauseOfWhatHasChanged(t *testing.T) {
	const full, calm = 0.05, 0.01
	more := Grant{}
	less := func(d *driven) Grant {
		return Grant{Allowance: profile.Allowance{Busy: 0.7 * d.Plan().Choice.Point.ResponseTime}}
	}
	for name, test := range map[string]struct {
		course func(d *driven)
		want   string
	}{
		"less work":          {func(d *driven) { d.looks(full); d.looks(calm) }, becauseRoom},
		"a larger allowance": {func(d *driven) { d.Allow(0, less(d)); d.looks(calm); d.Allow(0, more); d.looks(calm) }, becauseMore},
		"a larger allowance, and then less work": {func(d *driven) {
			d.Allow(0, less(d))
			d.looks(full)
			d.Allow(0, more)
			d.looks(full)
			d.looks(calm)
		}, becauseRoom},
		"less work, and then a larger allowance": {func(d *driven) {
			g := less(d)
			d.looks(full)
			d.Allow(0, g)
			d.looks(calm)
			d.looks(calm)
			d.looks(calm)
			d.Allow(0, more)
			d.looks(calm)
		}, becauseMore},
	} {
		d := drive(t, objective(t, "accuracy", "", "response_time <= 60*ms"))
		test.course(d)
		if why := d.looks(calm); why != test.want {
			t.Errorf("after %s a better point is taken because %q", name, why)
		}
	}
}

// An allowance in energy is one, too.
func TestAnAllowanceOfEnergy(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	d.Allow(0, Grant{Allowance: profile.Allowance{Energy: 0.015}})
	if p := d.Plan().Choice.Point; p.Energy > 0.015 {
		t.Errorf("allowed 15 mJ, it takes %g J", p.Energy)
	}
}

// Allowances that come and go, as under a square wave of load, are followed down every time and up ever less often.
func TestASquareWaveOfAllowancesDoesNotOscillate(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	tight := Grant{Allowance: profile.Allowance{Busy: 0.015}}
	moves := 0
	for range 200 {
		if d.Allow(d.now, tight).Why != "" {
			moves++
		}
		d.settle(3)
		d.Allow(d.now, Grant{})
		d.settle(3)
	}
	// Down and up after waits of 2, 4, 8, 16, 32 and then 64 rounds.
	if most := 2 + 2*5 + 2*200*6/mostRounds; moves+d.moves > most {
		t.Errorf("%d moves under 200 waves, %d are enough", moves+d.moves, most)
	}
}

// What is demanded of a plan is what has been measured.
func TestTheDemandFollowsWhatIsMeasured(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	if x := d.Demand(); x.Rate != 0 || x.Pace != 1 || len(x.Options) < 3 || d.Moved(d.now) != "" {
		t.Errorf("before any request the demand is of %g/s at pace %g with %d options", x.Rate, x.Pace, len(x.Options))
	}
	d.pace = 1.5
	var news []string
	for d.now < 20*time.Second {
		d.round()
		if why := d.Moved(d.now); why != "" {
			news = append(news, why)
			d.Demand()
		}
	}
	all := strings.Join(news, "; ")
	if !strings.Contains(all, "requests come at") || len(news) > 6 {
		t.Errorf("it moves because %s", all)
	}
	x := d.Demand()
	if math.Abs(x.Pace-1.5) > 0.1 || x.Rate < 5 || x.Rate > 100 {
		t.Errorf("the demand is of %g/s at pace %g", x.Rate, x.Pace)
	}
	d.SetCriterion(criteria.Never())
	if x := d.Demand(); x.Options != nil || x.Busy != 0.040 {
		t.Errorf("of a criterion that never stops the demand is %+v", x)
	}
	for range fewestSpent {
		d.stated(0.030)
	}
	d.now += time.Second
	if why := d.Moved(d.now); !strings.Contains(why, "a request takes 30 ms") || math.Abs(d.Demand().Busy-0.030) > 1e-9 {
		t.Errorf("after requests of 30 ms: %q, %+v", why, d.Demand())
	}
}

// stated answers one request of a tenant without a goal.
func (d *driven) stated(seconds float64) {
	k, _ := d.Admit(d.now, Request{Arrived: d.now})
	k.Exit, k.Busy = 1, time.Duration(seconds*float64(time.Second))
	d.Ended(d.now, k, ByCriterion)
	d.Recycle(k)
}

// What is more than a plan lets in is refused, with the time after which one may come.
func TestAGrantLetsInSoManyRequests(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	d.Allow(0, Grant{Rate: 10})
	in, refused := 0, 0
	for now := time.Duration(0); now < 10*time.Second; now += 10 * time.Millisecond {
		k, refusal := d.Admit(now, Request{Arrived: now})
		if refusal != nil {
			if refused++; refusal.Code != Exhausted || refusal.RetryAfter <= 0 || refusal.RetryAfter > 100*time.Millisecond {
				t.Fatalf("refused with %+v", refusal)
			}
			continue
		}
		in++
		d.Ended(now, k, Cancelled)
	}
	if in < 100 || in > 106 || in+refused != 1000 {
		t.Errorf("%d of 1000 requests in ten seconds are let in, and %d refused, at 10/s", in, refused)
	}
	if d.Allow(10*time.Second, Grant{}); d.sluice.rate != 0 {
		t.Error("a grant without a rate does not let all in")
	}
}

// Where it is time that is short, and hardly anything waits, the plan was wrong.
func TestAGrantRefusesNobodyWhoWaitsForAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		where   string
		house   int // requests that the app has under way
		refused bool
	}{
		"ten are let in within a second":         {"", 6, false},
		"more wait than in half of it":           {"", 7, true},
		"an answer may take 400 ms":              {"response_time <= 400*ms", 2, false},
		"a quarter of it is less than they take": {"response_time <= 400*ms", 3, true},
	} {
		d := drive(t, objective(t, "accuracy", "", c.where))
		d.Allow(0, Grant{Rate: 10, Crowd: true})
		var house []*Ticket
		refused := 0
		for now := time.Duration(0); now < 10*time.Second; now += time.Millisecond {
			for len(house) < c.house {
				k, refusal := d.Admit(now, Request{Arrived: now})
				if refusal != nil {
					refused++
					break
				}
				house = append(house, k)
			}
			if now%(20*time.Millisecond) == 0 && len(house) > 0 { // 50 answers a second, and not 10
				d.Ended(now, house[0], Cancelled)
				house = house[1:]
			}
		}
		if refused > 0 != c.refused {
			t.Errorf("%s: %d are refused", name, refused)
		}
	}
}

// Plans that come more often than requests do, and differ by little, take nothing of what has been saved up.
func TestAGrantThatChangesOftenLetsInAsMuch(t *testing.T) {
	d := drive(t, objective(t, "accuracy", "", ""))
	in := 0
	for now := time.Duration(0); now < time.Minute; now += 100 * time.Millisecond {
		d.Allow(now, Grant{Rate: 2 + float64(now/(100*time.Millisecond)%2)/5})
		if k, refusal := d.Admit(now, Request{Arrived: now}); refusal == nil {
			in++
			d.Ended(now, k, Cancelled)
		}
	}
	if in < 120 || in > 135 {
		t.Errorf("%d requests a minute are let in at 2/s to 2.2/s", in)
	}
}
