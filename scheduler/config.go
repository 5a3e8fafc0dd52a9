package scheduler

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/delen-edge/delen/criteria"
)

// Config is what a scheduler is made from.
type Config struct {
	Slots    int           // segments that may execute at a time, at least 1
	HandOff  time.Duration // charged with every run: what passing a ticket around costs, which short segments would not pay
	RunLimit time.Duration // a run longer than this is terminated and its tickets fail; 0: none
	Policy   Policy        // "": Cooperative
	Fairness float64       // what a segment costs: its time at 1, its energy at 0, and a mixture between them
	Clones   int           // audited tickets that may be in the house after they have ended; 0: none is audited
	Models   []Model
	Tenants  []Tenant
}

// Policy says who may have a slot that is free.
type Policy string

// The policies.
const (
	// Cooperative lends what a tenant does not use to the others: a free slot never waits while a ticket is queued. It is
	// taken back at the end of a segment.
	Cooperative Policy = "cooperative"
	// NonCooperative holds every tenant to its share: a token bucket fills at that part of the slots' time.
	NonCooperative Policy = "non-cooperative"
	// FirstCome serves requests in the order in which they came, whoever sends them, each to its end: what schedulers without
	// shares do, to compare with.
	FirstCome Policy = "first-come"
)

// Model is what the scheduler knows of a model.
type Model struct {
	// Warm has, for each segment, the time of a warm run by its number of rows less one; as many as there are is the most that
	// a run may have. What runs really take is learnt.
	Warm [][]time.Duration
	// Power is what each segment draws while it runs, in W beyond idle. Where it is nil or NaN, it is not known: the segment
	// costs as if it drew as much as any.
	Power []float64
	Exits []Figures // of each segment's exit
}

// Figures are what a profile says of an exit, cumulative from the input; NaN where it does not say.
type Figures struct {
	Accuracy float64 // fraction
	Energy   float64 // J
	FLOPs    float64
}

// Tenant is what the scheduler is told of a tenant.
type Tenant struct {
	Weight float64 // from 0.001 to 1e6; only the ratios matter
	Model  int     // that it runs, an index into Config.Models
	Room   int     // tickets that may be live at a time: the oldest one queued ends for a newer one; 0: any number
	Plan   Plan    // of its tickets that bring no criterion
}

// Plan is an operating point as the scheduler needs it.
type Plan struct {
	Criterion *criteria.Criterion // when to stop; nil: never early
	Version   uint64              // that a ticket carries which has been decided by it
}

// String is a plan in a transcript.
func (p Plan) String() string {
	if p.Criterion == nil {
		return fmt.Sprintf("version=%d false", p.Version)
	}
	return fmt.Sprintf("version=%d %s", p.Version, p.Criterion)
}

// Between these weights a tag keeps its precision; see maxVirtual.
const leastWeight, mostWeight = 1e-3, 1e6

// Validate says what is wrong with the configuration, if anything.
func (c *Config) Validate() error {
	if c.Slots < 1 || c.HandOff < 0 || c.RunLimit < 0 {
		return fmt.Errorf("slots must be at least 1, hand-off and run limit not negative: have %d, %s, %s", c.Slots, c.HandOff, c.RunLimit)
	}
	if err := (Rule{c.Policy, c.Fairness}).Validate(); err != nil {
		return err
	}
	if c.Clones < 0 {
		return fmt.Errorf("there is room for %d clones: it must not be negative", c.Clones)
	}
	for i := range c.Models {
		if err := c.Models[i].validate(); err != nil {
			return fmt.Errorf("model %d %w", i, err)
		}
	}
	for i, t := range c.Tenants {
		if err := t.Validate(len(c.Models)); err != nil {
			return fmt.Errorf("tenant %d: %w", i, err)
		}
	}
	return nil
}

func (m *Model) validate() error {
	if len(m.Warm) == 0 || len(m.Warm) != len(m.Exits) {
		return fmt.Errorf("has %d segments and %d exits", len(m.Warm), len(m.Exits))
	}
	if m.Power != nil && len(m.Power) != len(m.Warm) {
		return fmt.Errorf("has %d segments and the power of %d", len(m.Warm), len(m.Power))
	}
	for i, rows := range m.Warm {
		if len(rows) == 0 || slices.Min(rows) < 0 {
			return fmt.Errorf("has a segment %d whose warm times are %v: there must be one for each number of rows, none negative", i+1, rows)
		}
		if m.Power != nil && (m.Power[i] < 0 || math.IsInf(m.Power[i], 0)) {
			return fmt.Errorf("has a segment %d that draws %g W", i+1, m.Power[i])
		}
	}
	return nil
}

// Validate says what is wrong with a rule, if anything.
func (e Rule) Validate() error {
	switch e.Policy {
	case "", Cooperative, NonCooperative, FirstCome:
	default:
		return fmt.Errorf("there is no policy %q: it is %s, %s or %s", e.Policy, Cooperative, NonCooperative, FirstCome)
	}
	if !(e.Fairness >= 0 && e.Fairness <= 1) {
		return fmt.Errorf("fairness is %g: it must be from 0, by energy, to 1, by time", e.Fairness)
	}
	return nil
}

// Validate says what is wrong with a tenant of a house that has a number of models, if anything.
func (t *Tenant) Validate(models int) error {
	if !(t.Weight >= leastWeight && t.Weight <= mostWeight) {
		return fmt.Errorf("the weight is %g: it must be from %g to %g", t.Weight, leastWeight, mostWeight)
	}
	if t.Model < 0 || t.Model >= models {
		return fmt.Errorf("it runs model %d of %d", t.Model, models)
	}
	if t.Room < 0 {
		return fmt.Errorf("the room is for %d tickets: it must not be negative", t.Room)
	}
	return nil
}
