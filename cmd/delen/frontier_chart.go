package main

import (
	"cmp"
	"math"
	"slices"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// rising are the points by their cost, without those that are no more accurate than a cheaper one. Accuracies come from other
// samples than those that the points were found on, and so a few of them look worse than their neighbours.
func rising(points []profile.Point, axis criteria.Metric) []profile.Point {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b profile.Point) int {
		return cmp.Or(cmp.Compare(cost(&a, axis), cost(&b, axis)), cmp.Compare(b.Accuracy, a.Accuracy))
	})
	best := math.Inf(-1)
	return slices.DeleteFunc(sorted, func(p profile.Point) bool {
		if p.Accuracy <= best {
			return true
		}
		best = p.Accuracy
		return false
	})
}

// steps are rising points with corners between them: what costs less than the next exit has the accuracy of the one before.
func steps(points []profile.Point) []profile.Point {
	var all []profile.Point
	for i := range points {
		if i > 0 {
			corner := points[i]
			corner.Accuracy = points[i-1].Accuracy
			all = append(all, corner)
		}
		all = append(all, points[i])
	}
	return all
}
