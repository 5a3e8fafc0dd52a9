package criteria

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Bound keeps a metric within limits, in the metric's unit. -Inf and +Inf are open.
type Bound struct {
	Metric   Metric
	Min, Max float64
}

// String returns the bound as it is written in a where.
func (b Bound) String() string {
	d := metrics[b.Metric].scale.dimension
	var sides []string
	if !math.IsInf(b.Min, -1) {
		sides = append(sides, b.Metric.String()+" >= "+constantSource(b.Min, d))
	}
	if !math.IsInf(b.Max, 1) {
		sides = append(sides, b.Metric.String()+" <= "+constantSource(b.Max, d))
	}
	return strings.Join(sides, " && ")
}

// An Objective is what an app wants instead of thresholds: one metric as good as it gets, others within bounds. It is
// immutable and may be shared by any number of goroutines.
//
// A bound on ResponseTime is on its 95th percentile, a bound on any other metric on its mean. What is minimised is a mean,
// too.
type Objective struct {
	Metric   Metric  // Accuracy to maximise; ResponseTime, Energy or FLOPs to minimise
	Maximize bool    // whether more of it is better: of Accuracy alone
	Where    []Bound // at most one per metric, ascending by metric: Min of Accuracy, Max of the others
}

// String returns the objective on one line, such as "maximize accuracy where energy <= 80*mJ".
func (o *Objective) String() string {
	var b strings.Builder
	if o.Maximize {
		b.WriteString("maximize ")
	} else {
		b.WriteString("minimize ")
	}
	b.WriteString(o.Metric.String())
	for i, w := range o.Where {
		if i == 0 {
			b.WriteString(" where ")
		} else {
			b.WriteString(" && ")
		}
		b.WriteString(w.String())
	}
	return b.String()
}

// Bound returns the bound on a metric, both sides open when there is none.
func (o *Objective) Bound(m Metric) Bound {
	for _, w := range o.Where {
		if w.Metric == m {
			return w
		}
	}
	return Bound{m, math.Inf(-1), math.Inf(1)}
}

// With returns the objective with some bounds instead of its own on the same metrics.
func (o *Objective) With(bounds []Bound) *Objective {
	where := slices.DeleteFunc(slices.Clone(o.Where), func(w Bound) bool {
		return slices.ContainsFunc(bounds, func(b Bound) bool { return b.Metric == w.Metric })
	})
	where = append(where, bounds...)
	slices.SortFunc(where, func(a, b Bound) int { return cmp.Compare(a.Metric, b.Metric) })
	return &Objective{Metric: o.Metric, Maximize: o.Maximize, Where: where}
}
