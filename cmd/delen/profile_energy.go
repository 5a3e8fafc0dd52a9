package main

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/delen-edge/delen/power"
	"github.com/delen-edge/delen/stages/profile"
)

// energies is how the energy of a run gets to be known: from a meter, from a model of the machine's power, or not at all.
type energies struct {
	source profile.Source // "" when it does not
	idle   float64        // W
	busy   float64        // W, of a model
	told   string         // what people are told about it
}

// powerModel reads --power.
func (f *profiling) powerModel() error {
	if f.power == "" {
		return nil
	}
	low, high, ok := strings.Cut(f.power, ",")
	idle, errA := strconv.ParseFloat(low, 64)
	busy, errB := strconv.ParseFloat(high, 64)
	if !ok || errA != nil || errB != nil || !(idle >= 0 && busy > idle) || math.IsInf(busy, 1) {
		return usageError{fmt.Errorf("--power %q: write the idle and the busy power in watts, such as 4.40,7.86", f.power)}
	}
	e := &energies{source: profile.Modelled, idle: idle, busy: busy, told: fmt.Sprintf("modelled: %.4g W idle, %.4g W busy", idle, busy)}
	if m, err := power.Open(f.root); err == nil {
		e.told += fmt.Sprintf(" (--power goes before what is measured by %s)", m)
		m.Close()
	}
	f.energy = e
	return nil
}

// idle looks for a meter, and measures what the machine draws when it does nothing.
func (f *profiling) idle(ctx context.Context) error {
	const remedy = "--power IDLE,BUSY models it"
	m, err := power.Open(f.root)
	var watts float64
	if err == nil {
		defer m.Close()
		watts, err = f.watts(ctx, m)
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		f.energy = &energies{told: fmt.Sprintf("not known: %v; %s", err, remedy)}
	default:
		f.energy = &energies{source: profile.Measured, idle: watts, told: fmt.Sprintf("measured by %s: %.4g W idle", m, watts)}
	}
	return nil
}

// watts is the mean power over twice a meter's span.
func (f *profiling) watts(ctx context.Context, m *power.Meter) (float64, error) {
	span := 2 * f.spanOf(m)
	before, begun, err := m.Joules()
	if err != nil {
		return 0, err
	}
	ticks := time.NewTicker(100 * time.Millisecond)
	defer ticks.Stop()
	for time.Since(begun) < span {
		f.bar.show("the idle machine", "", time.Since(begun).Seconds()/span.Seconds())
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	}
	after, ended, err := m.Joules()
	return (after - before) / ended.Sub(begun).Seconds(), err
}

func (f *profiling) spanOf(m *power.Meter) time.Duration {
	if f.span > 0 {
		return f.span
	}
	return m.Span()
}

// energiesOf are what a run of each segment takes; nil when it is not known.
func (f *profiling) energiesOf(ctx context.Context, r *runs) ([]*float64, error) {
	all := make([]*float64, len(r.segments))
	switch f.energy.source {
	case profile.Modelled:
		for s := range all {
			all[s] = new(f.energy.busy * median(r.segments[s]))
		}
		return all, nil
	case profile.Measured:
		err := f.meterAll(ctx, r, all)
		if err == nil || ctx.Err() != nil {
			return all, err
		}
		// A meter that fails once does not make the times worthless.
		f.warn("energy is not known: %v; --power IDLE,BUSY models it", err)
		f.energy = &energies{told: fmt.Sprintf("not known: %v", err)}
		clear(all)
	}
	return all, nil
}

// meterAll measures what a run of each segment draws, idle power included, by running it over and over. What a segment reads
// it does not write, so it may run again.
func (f *profiling) meterAll(ctx context.Context, r *runs, all []*float64) error {
	c := r.chain
	m, err := power.Open(f.root)
	if err != nil {
		return err
	}
	defer m.Close()
	for s := range c.runners {
		c.ready()
		for earlier := range s {
			if _, err := c.run(ctx, earlier); err != nil {
				return err
			}
		}
		before, begun, err := m.Joules()
		if err != nil {
			return err
		}
		span, n := f.spanOf(m), 0
		for ; n == 0 || time.Since(begun) < span; n++ {
			f.bar.show(fmt.Sprintf("energy, %s, segment %d of %d", r, s+1, len(c.runners)), "", time.Since(begun).Seconds()/span.Seconds())
			if _, err := c.run(ctx, s); err != nil {
				return err
			}
		}
		after, _, err := m.Joules()
		if err != nil {
			return err
		}
		all[s] = new((after - before) / float64(n))
	}
	return nil
}

// describe says in a profile where its energies come from.
func (e *energies) describe(p *profile.Profile) {
	if e.source != "" {
		p.EnergySource, p.IdlePower = e.source, &e.idle
	}
}
