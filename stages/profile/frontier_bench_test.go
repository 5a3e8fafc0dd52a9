package profile

import (
	"fmt"
	"math"
	"testing"

	"github.com/delen-edge/delen/criteria"
)

func BenchmarkFrontier(b *testing.B) {
	for _, c := range []struct{ samples, exits int }{{3600, 4}, {50_000, 4}, {50_000, 8}, {50_000, 12}} {
		b.Run(fmt.Sprintf("samples=%d/exits=%d", c.samples, c.exits), func(b *testing.B) {
			e := population{exits: c.exits}.evidence(1, c.samples)
			b.ReportAllocs()
			for b.Loop() {
				f := e.Frontier(cheap, Certainty{})
				b.ReportMetric(f.Gap, "gap")
				b.ReportMetric(float64(len(f.Points)), "points")
			}
		})
	}
}

func BenchmarkChoose(b *testing.B) {
	f := population{exits: 4}.evidence(1, 3600).Frontier(cheap, Certainty{})
	o := atLeast(0.85)
	o.Where = append([]criteria.Bound{{Metric: criteria.ResponseTime, Min: 0, Max: 1}}, o.Where...)
	b.ReportAllocs()
	for b.Loop() {
		f.Choose(Pareto, o, Load{Pace: 1.2, Wait: 0.001})
	}
}

func BenchmarkOptions(b *testing.B) {
	f := population{exits: 4}.evidence(1, 3600).Frontier(cheap, Certainty{})
	o := &criteria.Objective{Metric: criteria.Accuracy, Maximize: true, Where: []criteria.Bound{{Metric: criteria.ResponseTime, Min: 0, Max: 1}}}
	b.ReportAllocs()
	for b.Loop() {
		b.ReportMetric(float64(len(f.Options(Pareto, o, Load{Pace: 1.2, Wait: 0.001}))), "options")
	}
}

// BenchmarkSavings prints what the frontier's energy is to that of other ways to the same accuracy, on the search part of the
// shipped models: the cheapest single exit, one threshold for all exits, the same quantile at each, and a greedy descent from
// Full. The accuracies asked for are that of Full less none, one, two and five points.
func BenchmarkSavings(b *testing.B) {
	for _, name := range []string{"glyphs", "speech"} {
		e, err := shipped(name)
		if err != nil {
			b.Fatal(err)
		}
		in, n := e.in(search, false)
		s := e.search(in, n, criteria.Energy, cheap)
		g := e.newGrid(in, n, criteria.Energy, cheap, coarse(e.exits))
		full := brute(e, in, g.vector(g.single(e.exits-1))).right
		for _, points := range []int{0, 1, 2, 5} {
			b.Run(fmt.Sprintf("%s/below=%d", name, points), func(b *testing.B) {
				right := full - points*n/100
				ours := math.Inf(1)
				for _, at := range s.staircase(s.g.classes-1, false) {
					if s.right(at) >= right {
						ours = s.cost[at]
					}
				}
				var single, common, quantile []counted
				for k := range e.exits {
					single = append(single, brute(e, in, g.vector(g.single(k))))
				}
				for i := range 1000 {
					c := float64(i) / 999
					common = append(common, brute(e, in, []float64{c, c, c}))
					var levels []uint16
					for k := range e.exits - 1 {
						levels = append(levels, uint16(math.Round(c*float64(g.never(k)))))
					}
					quantile = append(quantile, brute(e, in, g.vector(levels)))
				}
				for b.Loop() {
				}
				b.ReportMetric(ours/leastCost(single, right), "of-pW")
				b.ReportMetric(ours/leastCost(common, right), "of-common")
				b.ReportMetric(ours/leastCost(quantile, right), "of-quantile")
				b.ReportMetric(ours/climbGreedily(g, g.single(e.exits-1), right), "of-greedy")
			})
		}
	}
}
