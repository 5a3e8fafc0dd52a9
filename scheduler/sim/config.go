package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// Config is what is simulated.
type Config struct {
	Seed     uint64
	Duration time.Duration // that requests come for
	Window   time.Duration // that the figures over time are of; 0: there are none

	// Scheduler has the slots, the policy and what else the scheduler is told. Its models and tenants are left out: they are
	// made from those below.
	Scheduler scheduler.Config
	Budget    float64 // W beyond idle that plans are made for; 0: as much as tenants like
	// Slowdown is how many times longer a segment takes than in the profile by the number of segments that run, itself
	// included; the last holds for more. Without any, segments do not disturb each other.
	Slowdown []float64
	// HandOff is how long a slot is taken before a segment runs in it: what passing a ticket on takes, whatever is charged for it.
	HandOff time.Duration
	Models  []Model
	Tenants []Tenant
	Rules   []Rule // ascending in time
}

// Model is a model as its profile describes it.
type Model struct {
	Name     string
	Profile  *profile.Profile  // a valid one
	Outcomes []profile.Outcome // of every sample one for each exit; none: an even chance of two classes, whatever the sample
	Evidence *profile.Evidence // made of both; nil: there are no objectives
	Batch    []int             // for each segment, for how many requests a run may be; nil: for one
}

// Tenant is a guest with those who send its requests.
type Tenant struct {
	Name      string
	Model     int // an index into Config.Models
	Share     float64
	Criterion *criteria.Criterion // when to stop; nil: Objective is not
	Objective *criteria.Objective // what a criterion is found for
	Adapt     profile.Policy      // how
	Strict    bool                // requests are refused while its bound on accuracy is not kept
	Deadline  time.Duration       // of a request; 0: none
	Queue     int
	Overflow  tenants.Overflow
	Audit     float64 // fraction of the requests that are audited

	Joins    time.Duration // when it comes
	Leaves   time.Duration // when it goes; 0: never
	Arrivals Arrivals      // of its requests
	Phases   []Phase       // ascending in time
}

// Phase is what is different with a tenant from a time on. What is nil stays as it was.
type Phase struct {
	At        time.Duration
	Rate      *float64 // of the arrivals, requests a second
	Share     *float64
	Criterion *criteria.Criterion
	Objective *criteria.Objective // in its place, pursued by Adapt
	Adapt     profile.Policy
	Strict    bool // as a tenant's
}

// Rule is how slots are given away from a time on.
type Rule struct {
	At time.Duration
	scheduler.Rule
}

// Validate says what is wrong with the configuration, if anything.
func (c *Config) Validate() error {
	if c.Duration <= 0 || c.Window < 0 || c.HandOff < 0 {
		return fmt.Errorf("the duration is %s, the window %s and the hand-off %s: the first must be above 0 and the others not negative", c.Duration, c.Window, c.HandOff)
	}
	for i, f := range c.Slowdown {
		if !(f > 0 && f <= mostSlowdown) {
			return fmt.Errorf("slowdown %d is %g: it must be above 0 and not above %d", i+1, f, mostSlowdown)
		}
	}
	var errs []error
	for i := range c.Tenants {
		if err := c.Tenants[i].validate(c.Models); err != nil {
			errs = append(errs, fmt.Errorf("tenant %s: %w", c.Tenants[i].Name, err))
		}
	}
	return errors.Join(errs...)
}

// mostSlowdown is more than any machine has shown.
const mostSlowdown = 100

func (t *Tenant) validate(models []Model) error {
	if t.Model < 0 || t.Model >= len(models) {
		return fmt.Errorf("it runs model %d of %d", t.Model, len(models))
	}
	objectives := t.Objective != nil
	for i, p := range t.Phases {
		objectives = objectives || p.Objective != nil
		if i > 0 && p.At < t.Phases[i-1].At {
			return fmt.Errorf("the phase at %s comes after one at %s", p.At, t.Phases[i-1].At)
		}
		if p.Rate != nil && !t.Arrivals.sound(*p.Rate) {
			return fmt.Errorf("the rate at %s is %g requests a second", p.At, *p.Rate)
		}
	}
	switch {
	case objectives && models[t.Model].Evidence == nil:
		return fmt.Errorf("it has an objective, and model %s no outcomes to find operating points by", models[t.Model].Name)
	case t.Criterion == nil && t.Objective == nil:
		return errors.New("it has neither a criterion nor an objective")
	case t.Joins < 0 || t.Leaves != 0 && t.Leaves <= t.Joins:
		return fmt.Errorf("it joins at %s and leaves at %s", t.Joins, t.Leaves)
	}
	return t.Arrivals.validate(models[t.Model].samples())
}

// samples is how many samples the outcomes are of.
func (m *Model) samples() int { return len(m.Outcomes) / max(1, len(m.Profile.Exits)) }
