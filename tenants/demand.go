package tenants

import (
	"fmt"
	"math"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// Demand is what a tenant would have of the machine.
type Demand struct {
	Rate    float64          // requests a second that come, refused ones included
	Options []profile.Option // that its objective leaves it, see profile.Frontier.Options; nil: its criterion was stated
	Pace    float64          // how many times longer than in the profile segments take
	Busy    float64          // s that segments run for a request in the mean, of a tenant whose criterion was stated: measured, at first predicted; NaN: not known
	Energy  float64          // J beyond idle that it takes, likewise; NaN: not known
}

// demands is what is measured for a demand, and what was last told.
type demands struct {
	arrivals arrivals
	pace     float64 // that was told
	spent    spent
	looked   time.Duration // the second in which Moved last looked
}

// spent is what the requests of a stated criterion have taken since it was last looked at.
type spent struct {
	answers      int
	busy, energy float64 // s and J, sums
	told         float64 // s, the mean that was told
	toldEnergy   float64 // J
}

const (
	costDrift   = 0.2 // of the time that segments take for a request, or of the pace
	fewestSpent = 20  // requests that say what one costs
)

// ended takes a ticket, and what its deepest exit takes by the profile in J beyond idle.
func (s *spent) ended(k *Ticket, active float64) {
	s.answers++
	s.busy += k.Busy.Seconds()
	s.energy += active
}

// moved says whether requests cost something else than was told, and tells it.
func (s *spent) moved() bool {
	if s.answers < fewestSpent {
		return false
	}
	busy := s.busy / float64(s.answers)
	moved := !(math.Abs(busy-s.told) <= costDrift*s.told)
	if moved {
		s.told, s.toldEnergy = busy, s.energy/float64(s.answers)
	}
	s.answers, s.busy, s.energy = 0, 0, 0
	return moved
}

// Demand is what the tenant would have now.
func (t *Tenant) Demand() Demand {
	spent := &t.demands.spent
	d := Demand{Rate: t.demands.arrivals.told, Pace: 1, Busy: spent.told, Energy: spent.toldEnergy}
	switch c := t.steers; {
	case c == nil && spent.told == 0:
		d.Busy, d.Energy = math.NaN(), math.NaN()
		if e := t.config.Evidence; e != nil {
			p := e.Follow(t.config.Criterion, profile.Load{Pace: 1})
			d.Busy, d.Energy = p.ResponseTime, p.Active(e.Idle())
		}
	case c != nil:
		d.Pace = c.load.Pace
		d.Options = c.goal.Frontier.Options(c.goal.Policy, safer(c.goal.Objective, c.raised), c.load)
		t.demands.pace = d.Pace
	}
	return d
}

// Moved says why the tenant's demand is another one than when it was last asked for, as far as that is a matter of
// measurement; "" when it is not. It looks once a second, however often it is asked.
func (t *Tenant) Moved(now time.Duration) string {
	d := &t.demands
	if now/time.Second == d.looked {
		return ""
	}
	d.looked = now / time.Second
	rate, cost := d.arrivals.told, d.spent.told
	switch {
	case d.arrivals.moved(now):
		return fmt.Sprintf("requests come at %.3g/s instead of %.3g/s", d.arrivals.told, rate)
	case t.steers == nil && d.spent.moved():
		return fmt.Sprintf("a request takes %.3g ms instead of %.3g ms", 1e3*d.spent.told, 1e3*cost)
	case t.steers != nil && d.pace > 0 && math.Abs(t.steers.load.Pace/d.pace-1) > costDrift:
		return fmt.Sprintf("segments take %.3g times as long as in the profile, instead of %.3g times", t.steers.load.Pace, d.pace)
	}
	return ""
}

// Settled says whether looking at the tenant can lead to nothing, as long as nobody asks it for anything: what was measured has
// been told, and is over.
func (t *Tenant) Settled(now time.Duration) bool {
	if t.account.InHouse() > 0 || !t.demands.arrivals.over(now) {
		return false
	}
	const trifle = 1e-6 // s
	c := t.steers
	return c == nil || len(c.round.waits) == 0 && c.agreed == 0 && math.Abs(c.load.Wait-c.goal.Foreign.Seconds()) < trifle &&
		c.load.MeanWait < trifle && (c.refuses() == nil || math.Abs(c.load.Pace-1) < 1e-3)
}

// Grant is what a plan allows a tenant.
type Grant struct {
	Allowance profile.Allowance // of one request, in the mean
	Rate      float64           // requests a second that are let in; 0: all
	Crowd     bool              // that holds only while the tenant has many in the house: it is time that is short, and not power
}

// Allow puts a grant in force. A point that takes more than is allowed is left at once; one that would take more than before
// is taken when the measurements agree on it, as ever.
func (t *Tenant) Allow(now time.Duration, g Grant) Progress {
	t.sluice.set(now, g.Rate)
	t.grant = g
	c := t.steers
	if c == nil || c.load.Allowance == g.Allowance {
		return Progress{}
	}
	p := Progress{Looked: true, Old: c.choice.Point, Planned: true}
	p.Why = c.allow(g.Allowance)
	t.resteer(&p.Old)
	return p
}

// sluice lets in so many requests a second, in bursts of half a second's.
type sluice struct {
	rate  float64 // 0: all
	level float64
	at    time.Duration
}

func (s *sluice) set(now time.Duration, rate float64) {
	if s.fill(now); s.rate == 0 {
		s.level = s.most(rate)
	}
	s.rate = rate
}

// fill saves up what may have come in since, at the rate that has been in force.
func (s *sluice) fill(now time.Duration) {
	s.level = min(s.most(s.rate), s.level+s.rate*(now-s.at).Seconds())
	s.at = now
}

func (s *sluice) most(rate float64) float64 { return max(1, rate/2) }

// opens says whether one may come in, or in what time one may.
func (s *sluice) opens(now time.Duration) (wait time.Duration, ok bool) {
	if s.rate == 0 {
		return 0, true
	}
	if s.fill(now); s.level < 1 {
		return max(time.Duration((1-s.level)/s.rate*float64(time.Second)), time.Millisecond), false
	}
	s.level--
	return 0, true
}

// mostPatience bounds how long a tenant's requests may have to wait before those beyond what a plan lets in are refused.
const mostPatience = 500 * time.Millisecond

// turnsAway says whether requests beyond what a plan lets in are refused. A plan without time enough shows in a queue that
// grows. Where there is none, as with an app that waits for its answers, the machine does more than the plan expects. So it is
// looked at what the tenant has in the house: more than is let in within half a second, or a quarter of the time that an answer may
// take.
func (t *Tenant) turnsAway() bool {
	patience := mostPatience
	if t.config.Deadline > 0 {
		patience = min(patience, t.config.Deadline/4)
	}
	if t.config.Goal != nil {
		if bound := t.config.Goal.Objective.Bound(criteria.ResponseTime).Max / 4; bound < patience.Seconds() {
			patience = time.Duration(bound * float64(time.Second))
		}
	}
	return !t.grant.Crowd || float64(t.account.InHouse()) > t.sluice.rate*patience.Seconds()
}
