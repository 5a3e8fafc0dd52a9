package tenants

import (
	"math/rand/v2"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

// What an audited request costs, and what another point does.
func BenchmarkAudit(b *testing.B) {
	evidence := threeExits(b, 1, 20_000)
	rng := rand.New(rand.NewPCG(1, 1))
	paths := make([][]stages.Reading, 1024)
	for i := range paths {
		paths[i] = said(rng, 0)
	}
	points := []*criteria.Criterion{criteria.Thresholds([]float64{0.6, 0.6}), criteria.Thresholds([]float64{0.7, 0.5})}
	b.Run("request", func(b *testing.B) {
		a := auditor{}
		a.enforce(points[0], evidence)
		b.ReportAllocs()
		for i := range b.N {
			a.heard(paths[i%len(paths)], true)
		}
	})
	b.Run("point of 20,000 samples", func(b *testing.B) {
		a := auditor{}
		for i := range b.N {
			a.enforce(points[i%2], evidence)
		}
	})
}
