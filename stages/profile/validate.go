package profile

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Validate reports everything that is wrong with the profile at once, one
// problem a line, each with the exit it is about and what to do.
func (p *Profile) Validate() error {
	errs := []error{p.checkHead()}
	if len(p.Exits) == 0 {
		errs = append(errs, errors.New(`exits: none; list one per exit of the model, such as [{"name": "exit1", "accuracy": 0.9}]`))
	}
	seen := make(map[string]int)
	for i := range p.Exits {
		e := &p.Exits[i]
		errs = append(errs, e.check(i))
		if first, ok := seen[e.Name]; ok && e.Name != "" {
			errs = append(errs, fmt.Errorf("%s: exit %d has the same name; exits are named after the model's outputs", where(i, e), first+1))
		} else {
			seen[e.Name] = i
		}
	}
	for _, c := range cumulative {
		errs = append(errs, p.checkRising(c))
	}
	errs = append(errs, p.checkSegments())
	return errors.Join(errs...)
}

func (p *Profile) checkHead() error {
	errs := []error{checkVersion(p.Version)}
	switch p.Source {
	case Measured, Modelled, Published:
	default:
		errs = append(errs, fmt.Errorf(`source: %q is not one of "measured", "modelled" and "published"; say where the figures come from`, p.Source))
	}
	switch p.EnergySource {
	case "", Measured, Modelled, Published:
	default:
		errs = append(errs, fmt.Errorf(`energy_source: %q is not one of "measured", "modelled" and "published"; leave it out when it is the source of all figures`, p.EnergySource))
	}
	switch p.Activation {
	case "", ActivationSoftmax, ActivationNone:
	default:
		errs = append(errs, fmt.Errorf(`activation: %q is not one of "softmax" and "none"; leave it out when it is not known`, p.Activation))
	}
	if p.Activation == ActivationNone && p.Temperatures() != nil {
		errs = append(errs, errors.New(`activation: "none" means that the exits give probabilities, and an exit has a temperature, by which logits are divided; leave one out`))
	}
	if p.IdlePower != nil && !atLeastZero(*p.IdlePower) {
		errs = append(errs, fmt.Errorf("idle_power: %v is not a power in watts; write a number that is not negative, or null", *p.IdlePower))
	}
	if p.Threads < 0 {
		errs = append(errs, fmt.Errorf("threads: %d is negative; write how many threads a run had, or leave it out", p.Threads))
	}
	if p.Digest != "" && !isDigest(p.Digest) {
		errs = append(errs, fmt.Errorf("digest: %q is not a SHA-256 of 64 lower-case hexadecimal digits; leave it out when the figures hold for no particular file", p.Digest))
	}
	if p.OutcomesDigest != "" && !isDigest(p.OutcomesDigest) {
		errs = append(errs, fmt.Errorf("outcomes_digest: %q is not a SHA-256 of 64 lower-case hexadecimal digits; leave it out when any outcomes will do", p.OutcomesDigest))
	}
	return errors.Join(errs...)
}

// figure is a figure that accumulates from exit to exit.
type figure struct {
	name, unit string
	of         func(*Exit) *float64
}

var cumulative = []figure{
	{"response_time", "seconds", func(e *Exit) *float64 { return e.ResponseTime }},
	{"energy", "joules", func(e *Exit) *float64 { return e.Energy }},
	{"flops", "floating-point operations", func(e *Exit) *float64 { return e.FLOPs }},
}

// check reports what is wrong with the exit taken alone.
func (e *Exit) check(i int) error {
	var errs []error
	if e.Name == "" {
		errs = append(errs, fmt.Errorf("%s: no name; write the name of the model's output", where(i, e)))
	}
	if a := e.Accuracy; a != nil && !(*a >= 0 && *a <= 1) {
		errs = append(errs, fmt.Errorf("%s: accuracy %v is not a fraction from 0 to 1; write 0.93 for 93 percent, or null", where(i, e), *a))
	}
	if t := e.Temperature; t != nil && !(*t > 0 && !math.IsInf(*t, 1)) {
		errs = append(errs, fmt.Errorf("%s: temperature %v is not possible; write a number above 0, or leave it out for 1", where(i, e), *t))
	}
	for _, c := range cumulative {
		if f := c.of(e); f != nil && !atLeastZero(*f) {
			errs = append(errs, fmt.Errorf("%s: %s %v is not possible; write %s, at least 0, or null where it is not known", where(i, e), c.name, *f, c.unit))
		}
	}
	return errors.Join(errs...)
}

// checkRising reports exits whose figure is below that of an earlier exit. An
// unknown figure between two known ones does not hide that the second fell.
func (p *Profile) checkRising(c figure) error {
	var errs []error
	last := -1
	for i := range p.Exits {
		f := c.of(&p.Exits[i])
		if f == nil || !atLeastZero(*f) {
			continue
		}
		if last >= 0 && *f < *c.of(&p.Exits[last]) {
			errs = append(errs, fmt.Errorf("%s: %s %v is below the %v of exit %d; figures count from the start of the model, so add those of the exits before",
				where(i, &p.Exits[i]), c.name, *f, *c.of(&p.Exits[last]), last+1))
		}
		last = i
	}
	return errors.Join(errs...)
}

// where names an exit in a message; exits count from 1.
func where(i int, e *Exit) string {
	if e.Name == "" {
		return fmt.Sprintf("exit %d", i+1)
	}
	return fmt.Sprintf("exit %d (%q)", i+1, e.Name)
}

func atLeastZero(f float64) bool {
	return f >= 0 && !math.IsInf(f, 1)
}

func isDigest(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
