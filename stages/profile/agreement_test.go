package profile

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

// What is predicted of a point is what following each sample by hand gives, and its shares and accuracy fit the frontier's.
func TestAgreementsAreThoseOfTheSamples(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, p := range populations(3) {
		outcomes := p.outcomes(rng, 900)
		e, err := NewEvidence(p.profile(), outcomes)
		if err != nil {
			t.Fatal(err)
		}
		thresholds := []float64{0.5 + 0.5*rng.Float64(), 0.5 + 0.5*rng.Float64()}
		searched := make([]bool, e.samples)
		set, _ := e.in(search, false)
		for i := range searched {
			searched[i] = set.has(i)
		}
		agreed, stopped, all := [3]float64{}, [3]float64{}, 0.0
		for i := 0; i < len(outcomes); i += 3 { // three exits of a sample follow each other
			if searched[i/3] {
				continue
			}
			at := 0
			for at < 2 && outcomes[i+at].Confidence < thresholds[at] {
				at++
			}
			all++
			stopped[at]++
			if outcomes[i+at].Predicted == outcomes[i+2].Predicted {
				agreed[at]++
			}
		}
		for k, a := range e.Agreements(criteria.Thresholds(thresholds)) {
			if math.Abs(a.Share-stopped[k]/all) > 1e-12 || stopped[k] > 0 && math.Abs(a.Rate-agreed[k]/stopped[k]) > 1e-12 || stopped[k] == 0 != math.IsNaN(a.Rate) {
				t.Errorf("exit %d: %+v, want %g of %g of %g", k+1, a, agreed[k], stopped[k], all)
			}
			if a.Low > a.Rate || stopped[k] > 300 && a.Low < a.Rate-0.1 {
				t.Errorf("exit %d: at least %g of %g", k+1, a.Low, a.Rate)
			}
		}
	}
}

// A criterion is foreseen where the outcomes say all that it reads.
func TestAgreementsOfStatedCriteria(t *testing.T) {
	p := population{exits: 3}
	e, err := NewEvidence(p.profile(), p.outcomes(rand.New(rand.NewPCG(3, 4)), 300))
	if err != nil {
		t.Fatal(err)
	}
	for source, foreseen := range map[string]bool{
		"confidence >= 0.8 && exit >= 2": true, "agreement >= 2 || confidence > 0.95": true, "[true, false]": true, "false": true,
		"confidence >= 0.8 || response_time > 20*ms": false, "entropy < 0.5": false, "energy > 1*J": false,
	} {
		c, diags := criteria.Parse(source, 3, criteria.All())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if got := e.Agreements(c); got != nil != foreseen {
			t.Errorf("%s: %v", source, got)
		}
	}
	said := []stages.Reading{{Predicted: 1, Confidence: 0.5}, {Predicted: 2, Confidence: 0.6}, {Predicted: 2, Confidence: 0.7}}
	c, _ := criteria.Parse("agreement >= 2 || confidence > 0.55", 3, criteria.All())
	if at := StopsAt(c, said); at != 2 {
		t.Errorf("stops at exit %d", at)
	}
	if at := StopsAt(criteria.Never(), said); at != 3 {
		t.Errorf("stops at exit %d", at)
	}
}
