package planner

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkPlan plans for tenants with 200 options each that may take twice what there is. It prints by how much of the best at the
// most the plan is below it.
func BenchmarkPlan(b *testing.B) {
	for _, energy := range []bool{false, true} {
		for _, n := range []int{4, 100, 10_000} {
			resources := 1
			if energy {
				resources = 2
			}
			b.Run(fmt.Sprintf("resources=%d/tenants=%d", resources, n), func(b *testing.B) {
				s := drawn{tenants: n, options: -200, energy: energy, load: 4}.situation(rand.New(rand.NewPCG(1, 1)))
				b.ReportAllocs()
				for b.Loop() {
					b.ReportMetric(Make(s).Gap, "gap")
				}
			})
		}
	}
}
