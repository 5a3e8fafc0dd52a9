package criteria

import (
	"math"
	"strings"
)

// An Observation is what is known after an exit, indexed by Metric, in the unit that each Metric documents. NaN means
// unknown. The zero Observation claims to know that everything is zero; start from Unknown instead.
type Observation [NumMetrics]float64

// Unknown returns an Observation of which nothing is known yet.
func Unknown() Observation {
	var o Observation
	for m := range o {
		o[m] = math.NaN()
	}
	return o
}

// A Set is a set of metrics. The zero Set is empty.
type Set uint32

// Of returns the set of the given metrics.
func Of(m ...Metric) Set { return Set(0).With(m...) }

// All returns the set of every metric.
func All() Set { return 1<<NumMetrics - 1 }

// Has reports whether m is in the set.
func (s Set) Has(m Metric) bool { return s>>m&1 == 1 }

// With returns the set with the given metrics added.
func (s Set) With(m ...Metric) Set {
	for _, m := range m {
		s |= 1 << m
	}
	return s & All()
}

// Union returns the set of the metrics that are in s or in t.
func (s Set) Union(t Set) Set { return s | t }

// String returns the names of the metrics, separated by commas.
func (s Set) String() string {
	var names []string
	for m := range Metric(NumMetrics) {
		if s.Has(m) {
			names = append(names, m.String())
		}
	}
	return strings.Join(names, ", ")
}
