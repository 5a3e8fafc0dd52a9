package profile

import (
	"math"
	"slices"
)

// mixture is the response times of requests that stop at several exits. Of an exit the median is known and the 95th percentile:
// its times are taken for the median up to the .5 quantile, linear from there to the 95th percentile at .95, and on with the
// same slope up to 1. To take all of the faster half for the median makes none of them quicker than what was measured.
type mixture struct {
	shares      []float64 // by exit, adding up to 1
	median, p95 []float64 // s, by exit
}

// slack is what sums of shares may be off by.
const slack = 1e-12

// quantile is the least time by which a share of the requests has its answer.
func (m mixture) quantile(share float64) float64 {
	var knots []float64 // between which the share answered is linear
	for k, s := range m.shares {
		if s > 0 {
			knots = append(knots, m.median[k], m.p95[k], m.end(k))
		}
	}
	slices.Sort(knots)
	last, answered := 0.0, 0.0
	for _, t := range knots {
		before, at := m.answered(t)
		switch {
		case before > share+slack:
			return last + (t-last)*(share-answered)/(before-answered)
		case at >= share-slack:
			return t
		}
		last, answered = t, at
	}
	return math.NaN() // no shares
}

// end is what the slowest request takes that stops at an exit.
func (m mixture) end(exit int) float64 { return m.p95[exit] + (m.p95[exit]-m.median[exit])/9 }

// answered is the share of requests that take less than a time, and of those that take no more.
func (m mixture) answered(t float64) (before, at float64) {
	for k, s := range m.shares {
		by := s * m.by(k, t)
		at += by
		if t > m.median[k] {
			before += by
		}
	}
	return before, at
}

// by is the share of an exit's requests that take no more than a time.
func (m mixture) by(exit int, t float64) float64 {
	median, p95 := m.median[exit], m.p95[exit]
	switch {
	case t < median:
		return 0
	case t >= m.end(exit):
		return 1
	case t == p95:
		return 0.95
	}
	return 0.5 + 0.45*(t-median)/(p95-median)
}
