// Package ratio compares two ways to do the same work in one benchmark run. Both run in turns on the same machine in the
// same minutes, so that what the machine does meanwhile (heat, neighbours, frequency) falls on both; the median of the
// pairwise ratios is the figure, and their spread says what it is worth.
package ratio

import (
	"slices"
	"testing"
	"time"
)

// Pairs is how often the two sides alternate.
const Pairs = 30

// Report runs ours and bare in turns and reports the median of ours/bare as "ratio", its quartiles as "ratio-q1" and
// "ratio-q3", and the medians of both sides. Each function does the same amount of work and gives the time per unit.
func Report(b *testing.B, ours, bare func() time.Duration) {
	b.Helper()
	bare()
	ours() // both are warm
	var ratios []float64
	var mine, theirs []time.Duration
	for i := range Pairs {
		var a, c time.Duration
		if i%2 == 0 {
			a = ours()
			c = bare()
		} else {
			c = bare()
			a = ours()
		}
		ratios = append(ratios, float64(a)/float64(c))
		mine, theirs = append(mine, a), append(theirs, c)
	}
	slices.Sort(ratios)
	slices.Sort(mine)
	slices.Sort(theirs)
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(ratios[Pairs/4], "ratio-q1")
	b.ReportMetric(ratios[Pairs/2], "ratio")
	b.ReportMetric(ratios[3*Pairs/4], "ratio-q3")
	b.ReportMetric(float64(mine[Pairs/2].Nanoseconds())/1000, "ours-us")
	b.ReportMetric(float64(theirs[Pairs/2].Nanoseconds())/1000, "bare-us")
}
