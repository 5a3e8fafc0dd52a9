package profile

import (
	"maps"
	"slices"
)

// Times is how many times as long a run of a segment, from 0, for several requests takes as one for a single request. Between
// the numbers of rows that were measured it is on the line through both, and beyond the largest in proportion to that. Where
// nothing was measured it is the number of rows: nothing is gained.
func (p *Profile) Times(segment, rows int) float64 {
	if segment >= len(p.Segments) {
		return float64(rows)
	}
	known := p.Segments[segment].medians()
	if len(known) == 0 || known[0].rows != 1 || !(known[0].time > 0) {
		return float64(rows)
	}
	return known.at(rows) / known[0].time
}

// timed is a number of rows and the median of what a run for them takes, in seconds.
type timed struct {
	rows int
	time float64
}

// ladder is what was measured of a segment, by the number of rows.
type ladder []timed

// medians are what is known of a segment's times.
func (s *Segment) medians() ladder {
	var all ladder
	for _, rows := range slices.Sorted(maps.Keys(s.Rows)) {
		if m := s.Rows[rows].Median; m != nil {
			all = append(all, timed{rows, *m})
		}
	}
	return all
}

// at is the time of a run for so many rows. The ladder begins with one row.
func (l ladder) at(rows int) float64 {
	i, found := slices.BinarySearchFunc(l, rows, func(t timed, rows int) int { return t.rows - rows })
	switch {
	case found:
		return l[i].time
	case i == len(l):
		last := l[i-1]
		return last.time * float64(rows) / float64(last.rows)
	}
	from, to := l[i-1], l[i]
	return from.time + (to.time-from.time)*float64(rows-from.rows)/float64(to.rows-from.rows)
}

// pays is by how much of it a row must be cheaper in a larger batch. Medians of the same runs differ by some 2 % from one
// measurement to the next; and whoever is in a batch waits for all of it, which must be worth something.
const pays = .03

// Batches is, for each segment, for how many requests a run of it should be at the most, when up to most may be: 1, where it is
// not known to pay that they are more. It pays when the time per row is less than with fewer rows, by 3 %; and a stage takes
// as many as are there, so that on the way no number may take longer per row than fewer, by as much.
func (p *Profile) Batches(most int) []int {
	all := make([]int, len(p.Exits))
	for s := range all {
		all[s] = 1
		if s < len(p.Segments) {
			all[s] = p.Segments[s].batch(most)
		}
	}
	return all
}

func (s *Segment) batch(most int) int {
	l := s.medians()
	if len(l) == 0 || l[0].rows != 1 {
		return 1
	}
	best, least := 1, l[0].time
	for _, rows := range l.steps(most) {
		each := l.at(rows) / float64(rows)
		if each > (1+pays)*least {
			break
		}
		if each <= (1-pays)*least {
			best, least = rows, each
		}
	}
	return best
}

// steps are the numbers of rows up to most that something is known of: those that were measured, and most itself when it
// lies between two of them.
func (l ladder) steps(most int) []int {
	var all []int
	for _, t := range l {
		if t.rows > most {
			return append(all, most)
		}
		all = append(all, t.rows)
	}
	return all
}

// Power is what each segment draws beyond the idle device while it runs, in watts: what its exit adds to the energy by what it
// adds to the response time. It is nil when the profile does not give both for every exit, or not the idle power.
func (p *Profile) Power() []float64 {
	energies, ok := p.Every(func(e *Exit) *float64 { return e.Energy })
	times, timed := p.Every(func(e *Exit) *float64 { return e.ResponseTime })
	if !ok || !timed || p.IdlePower == nil {
		return nil
	}
	all := make([]float64, len(energies))
	joules, seconds := 0.0, 0.0
	for i := range all {
		if d := times[i] - seconds; d > 0 {
			all[i] = max(0, (energies[i]-joules)/d-*p.IdlePower)
		}
		joules, seconds = energies[i], times[i]
	}
	return all
}
