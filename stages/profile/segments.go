package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// format is the version of the format that this package reads and writes.
const format = 1

// checkVersion reports a file of another version than this package knows.
func checkVersion(version int) error {
	switch {
	case version > format:
		return fmt.Errorf("version: %d: written by a newer delen, and this one knows %d; use that one, or measure the model again", version, format)
	case version < 0:
		return fmt.Errorf("version: %d is negative; write %d, or leave it out", version, format)
	}
	return nil
}

// checkSegments reports what is wrong with the segments, one problem a line.
func (p *Profile) checkSegments() error {
	if p.Segments == nil {
		return nil
	}
	var errs []error
	if len(p.Segments) != len(p.Exits) {
		errs = append(errs, fmt.Errorf("segments: %d for %s; list one before each exit, or leave them out", len(p.Segments), count(len(p.Exits))))
	}
	for i, s := range p.Segments {
		if _, ok := s.Rows[1]; !ok {
			errs = append(errs, fmt.Errorf("segment %d: rows without 1; write at least what a run for one request costs", i+1))
		}
		for _, rows := range slices.Sorted(maps.Keys(s.Rows)) {
			if err := s.Rows[rows].check(rows); err != nil {
				errs = append(errs, fmt.Errorf("segment %d, rows %d: %w", i+1, rows, err))
			}
		}
	}
	return errors.Join(errs...)
}

// check reports the first thing that is wrong with the cost of a run of so many rows.
func (c Cost) check(rows int) error {
	if rows < 1 {
		return errors.New("a run has at least one")
	}
	for _, f := range []struct {
		name, unit string
		value      *float64
	}{{"median", "seconds", c.Median}, {"p95", "seconds", c.P95}, {"energy", "joules", c.Energy}} {
		if f.value != nil && !atLeastZero(*f.value) {
			return fmt.Errorf("%s %v is not possible; write %s, at least 0, or null where it is not known", f.name, *f.value, f.unit)
		}
	}
	if c.Median != nil && c.P95 != nil && *c.P95 < *c.Median {
		return fmt.Errorf("p95 %v is below the median, %v; the 95th percentile is the higher of the two", *c.P95, *c.Median)
	}
	return nil
}
