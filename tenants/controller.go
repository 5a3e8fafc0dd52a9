package tenants

import (
	"math"
	"slices"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// Goal is an objective with what is needed to find operating points for it. It is not changed once made.
type Goal struct {
	Objective *criteria.Objective
	Policy    profile.Policy
	Frontier  *profile.Frontier // that was made for the objective, or for another with the same goal and bounds on costs
	Response  []float64         // the profile's response time at each exit in s; NaN where it is not known
	Energy    []float64         // the profile's energy at each exit in J; NaN where it is not known
	Samples   int               // that shares of exits are predicted from
	Foreign   time.Duration     // the longest segment of another tenant, which may be in the way; 0: there is none
	Strict    bool              // no request is answered while the objective's bound on accuracy is not kept
}

// controller keeps the operating point of a tenant that has a goal, and follows what is measured of the answers.
//
// It looks once a round. A point whose response times would break a bound is left at once for one whose would not, and a bound
// that cannot be kept is told at once. A better point, or one bound more, is taken when two rounds agree on it: it was the best
// of the first, and still holds in the second, which may have liked a better one yet. Each time that it turns out to be too good
// to be true twice as many rounds in a row have to like something better, since it is the better point itself that makes requests
// wait.
type controller struct {
	goal    *Goal
	choice  profile.Choice
	load    profile.Load
	allowed profile.Allowance // when a round last liked no other choice
	liked   profile.Choice    // by the last round
	agreed  int               // rounds in a row that liked something better
	needed  int               // how many must
	climbed bool              // the last move was to a better point
	held    int               // rounds since
	round   round
	promise promise
	raised  float64 // accuracy that audits ask for beside the objective's
}

// round is what has been measured since the last look.
type round struct {
	since    time.Duration // when it began; 0: it begins when it is first asked about
	busy     float64       // s, of all answers
	profiled float64       // s that the profile says of the same exits
	waits    []float64     // s that answers were in the house without running; the first so many
	waited   float64       // s, of these
}

// LongestRound is after what time a look is worth while, however few answers there were: without any, too, or a tenant that
// nobody asks for would never get over a burst.
const LongestRound = 10 * time.Second

const (
	roundTime    = time.Second // that a round lasts at least
	roundAnswers = 20          // that it needs, unless it has lasted for LongestRound
	mostWaits    = 2048        // that a round remembers: the first
	fewestRounds = 2           // that must agree on a better point
	mostRounds   = 64          // that are ever asked to
)

// newController begins under a load that has been measured, or with nothing but a foreign segment in the way, and with what the
// latest plan allows.
func newController(g *Goal, load *profile.Load, a profile.Allowance) *controller {
	c := &controller{goal: g, load: profile.Load{Pace: 1, Wait: g.Foreign.Seconds()}, needed: fewestRounds}
	if load != nil {
		c.load = *load
	}
	c.load.Allowance = a
	c.choice, c.allowed = c.choose(g.Objective), a
	c.promise.begin(g, c.choice.Point, c.load)
	return c
}

// ended takes a ticket that has run under the point in force. One that was cut short says how long it waited, at least, and
// nothing of where it would have ended.
func (c *controller) ended(k *Ticket, response time.Duration, cut bool) {
	if !cut {
		c.promise.answered(k, response)
	}
	r := &c.round
	if k.Exit > 0 && c.goal.Response[k.Exit-1] > 0 {
		r.busy += k.Busy.Seconds()
		r.profiled += c.goal.Response[k.Exit-1]
	}
	if len(r.waits) < mostWaits {
		wait := max(0, response-k.Busy).Seconds()
		r.waits = append(r.waits, wait)
		r.waited += wait
	}
}

// due says whether a round is over. The first one does not reach back to before there was a controller.
func (c *controller) due(now time.Duration) bool {
	if c.round.since == 0 {
		c.round.since = now
	}
	lasted := now - c.round.since
	return lasted >= LongestRound || lasted >= roundTime && len(c.round.waits) >= roundAnswers
}

// Why an operating point is another one than before, or keeps other bounds.
const (
	becauseLate = "measured response times break a bound"
	becauseRoom = "measured response times leave room for more"
	becausePlan = "the plan allows less"
	becauseMore = "the plan allows more"
	becauseSafe = "audits ask for a safer point"
	becauseOver = "audits ask for no safer point any more"
)

// allow bounds what points may take. It says why the choice is another one now, or "" when it is not: the point in force may
// stay while it takes no more than is allowed.
func (c *controller) allow(a profile.Allowance) (why string) {
	c.load.Allowance = a
	p := &c.choice.Point
	if c.goal.Frontier.Allows(p, a) {
		return c.dare()
	}
	next := c.choose(c.goal.Objective)
	if next.Point.Equal(p) {
		c.choice = next
		return ""
	}
	c.move(next, becausePlan)
	return becausePlan
}

// move takes another choice. The better point that the last move was to has not held, if it is left for a cheaper one.
func (c *controller) move(next profile.Choice, why string) {
	climbs := why == becauseRoom || why == becauseMore
	if !climbs && c.climbed {
		c.needed = min(2*c.needed, mostRounds)
	}
	if !next.Point.Equal(&c.choice.Point) {
		c.promise.begin(c.goal, next.Point, c.load)
	}
	c.choice, c.allowed, c.agreed, c.climbed, c.held = next, c.load.Allowance, 0, climbs, 0
}

// look ends a round. It says why the choice is another one now, or "" when it is not.
func (c *controller) look(now time.Duration) (why string) {
	c.measure(now - c.round.since)
	c.round = round{since: now, waits: c.round.waits[:0]}
	if c.held++; c.held > mostRounds {
		c.needed = fewestRounds
	}
	c.promise.load = c.load
	next := c.choose(c.goal.Objective)
	same := next.Point.Equal(&c.choice.Point)
	switch {
	case alike(&next, &c.choice):
		c.allowed, c.agreed = c.load.Allowance, 0
		return ""
	case same && len(next.Unmet) > len(c.choice.Unmet), !same && c.late(&c.choice.Point) && next.Point.ResponseP95 < c.choice.Point.ResponseP95:
		why = becauseLate
	default:
		before, agree := c.liked, c.agreed > 0 && c.agrees(&next)
		c.liked = next
		if c.agreed++; c.agreed < c.needed || !agree {
			return ""
		}
		next, why = before, becauseRoom
		if f := c.goal.Frontier; !f.Allows(&next.Point, c.allowed) && f.Allows(&next.Point, c.load.Allowance) {
			why = becauseMore
		}
	}
	c.move(next, why)
	return why
}

// agrees says whether a round would have what the one before it liked, if nothing better: points next to each other that take turns
// in being the best agree on the lesser one.
func (c *controller) agrees(next *profile.Choice) bool {
	p := &c.liked.Point
	return alike(next, &c.liked) || !c.late(p) && c.goal.Frontier.Allows(p, c.load.Allowance)
}

// alike says whether two choices are the same.
func alike(a, b *profile.Choice) bool {
	return a.Point.Equal(&b.Point) && slices.Equal(a.Unmet, b.Unmet)
}

// refuses is the bound on accuracy for which requests are refused; nil: they are not.
func (c *controller) refuses() *criteria.Bound {
	if i := slices.IndexFunc(c.choice.Unmet, func(b criteria.Bound) bool { return b.Metric == criteria.Accuracy }); c.goal.Strict && i >= 0 {
		return &c.choice.Unmet[i]
	}
	return nil
}

// late says whether a point would break the bound on the response time.
func (c *controller) late(p *profile.Point) bool {
	return p.Under(c.load).ResponseP95 > c.goal.Objective.Bound(criteria.ResponseTime).Max
}

// measure corrects the load. The pace is what segments take now over what the profile says. The wait is the 95th percentile
// of the time in which none ran: it grows at once, since a bound is a bound. Otherwise half of a difference is gone in a
// second. Where nobody came, one foreign segment may be in the way, and segments take what they took. The wait is not read from
// response times: their 95th percentile jumps from one exit's to the next one's where a point lets just 5 % go on.
func (c *controller) measure(lasted time.Duration) {
	r := &c.round
	part := 1 - math.Exp2(-lasted.Seconds())
	switch {
	case r.profiled > 0:
		c.load.Pace += (r.busy/r.profiled - c.load.Pace) * part
	case c.refuses() != nil: // or nothing would ever be measured again
		c.load.Pace += (1 - c.load.Pace) * part
	}
	wait, mean := c.goal.Foreign.Seconds(), 0.0
	if n := len(r.waits); n > 0 {
		slices.Sort(r.waits)
		wait, mean = r.waits[(n*95-1)/100], r.waited/float64(n)
	}
	c.load.MeanWait += (mean - c.load.MeanWait) * part
	if wait > c.load.Wait {
		c.load.Wait = wait
	} else {
		c.load.Wait += (wait - c.load.Wait) * part
	}
}
