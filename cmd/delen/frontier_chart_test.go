package main

import (
	"slices"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// A chart of what accuracy costs never falls, and with one exit for all requests it has corners.
func TestChartsOfAccuracyRiseInSteps(t *testing.T) {
	points := []profile.Point{{Energy: 3, Accuracy: .9}, {Energy: 1, Accuracy: .5}, {Energy: 2, Accuracy: .4}, {Energy: 3, Accuracy: .8}}
	pairs := func(points []profile.Point) (all [][2]float64) {
		for _, p := range points {
			all = append(all, [2]float64{p.Energy, p.Accuracy})
		}
		return all
	}
	up := rising(points, criteria.Energy)
	if got, want := pairs(up), [][2]float64{{1, .5}, {3, .9}}; !slices.Equal(got, want) {
		t.Errorf("rising points are %v, want %v", got, want)
	}
	if got, want := pairs(steps(up)), [][2]float64{{1, .5}, {3, .5}, {3, .9}}; !slices.Equal(got, want) {
		t.Errorf("steps are %v, want %v", got, want)
	}
}
