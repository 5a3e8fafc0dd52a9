package profile

import (
	"fmt"
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
		f.Choose(Pareto, o, Load{1.2, 0.001})
	}
}
