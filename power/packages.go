package power

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// counter is the energy counter of one package of the processor.
type counter struct {
	sensor       Sensor
	value, limit int64 // uJ; after the limit it begins anew
}

// openPackages reads the counters of whole packages. What they consist of is in them already.
func openPackages(found []Sensor) (*Meter, error) {
	packages, err := usable(found, func(s Sensor) bool { return s.Kind == RAPL && strings.HasPrefix(s.Name, "package") })
	if len(packages) == 0 {
		return nil, err
	}
	var counters []*counter
	for _, s := range packages {
		limit, err := number(filepath.Join(filepath.Dir(s.Path), "max_energy_range_uj"))
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.Kind, s.Name, err)
		}
		value, err := number(s.Path)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.Kind, s.Name, err)
		}
		counters = append(counters, &counter{s, value, limit})
	}
	return &Meter{kind: RAPL, names: namesOf(packages), read: func(time.Time) (float64, error) {
		sum := 0.0
		for _, c := range counters {
			joules, err := c.more()
			if err != nil {
				return 0, fmt.Errorf("%s %s: %w", c.sensor.Kind, c.sensor.Name, err)
			}
			sum += joules
		}
		return sum, nil
	}}, nil
}

// more is what has been counted since the last time.
func (c *counter) more() (float64, error) {
	now, err := number(c.sensor.Path)
	if err != nil {
		return 0, err
	}
	delta := now - c.value
	if delta < 0 {
		delta += c.limit
	}
	if delta < 0 {
		return 0, fmt.Errorf("%s fell from %d to %d, but begins anew at %d", c.sensor.Path, c.value, now, c.limit)
	}
	c.value = now
	return float64(delta) / 1e6, nil
}
