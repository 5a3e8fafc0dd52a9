package profile

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/delen-edge/delen/criteria"
)

// population draws labelled samples from a law of how hard they are: an exit sees a sample's ease through noise that shrinks
// from exit to exit, is right when it sees enough of it, and is as confident as that warrants, roughly.
type population struct {
	exits   int
	ties    int  // confidences are multiples of 1/ties; 0: of none
	worse   bool // the last exit is no better than the one before it
	equal   bool // exits 2 and 3 cost the same
	certain bool // exit 2 always has the same confidence
}

// outcomes draws n samples, named so that they are others in each draw.
func (p population) outcomes(r *rand.Rand, n int) []Outcome {
	all := make([]Outcome, 0, n*p.exits)
	for i := range n {
		name := fmt.Sprintf("%d-%x", i, r.Uint32())
		ease := r.NormFloat64()
		noise := 0.0
		for k := range p.exits {
			skill := 0.4 + 1.6*float64(min(k, p.exits-1-btoi(p.worse)))/float64(max(1, p.exits-1))
			noise = 0.5*noise + 0.6*r.NormFloat64()
			signal := ease + skill + noise
			predicted := 1
			if signal+0.5*r.NormFloat64() > 0 {
				predicted = 0
			}
			confidence := 1 / (1 + math.Exp(-2*math.Abs(signal)))
			if p.ties > 0 {
				confidence = math.Round(confidence*float64(p.ties)) / float64(p.ties)
			}
			if p.certain && k == 1 {
				confidence = 0.75
			}
			all = append(all, Outcome{name, 0, k + 1, predicted, confidence})
		}
	}
	return all
}

// profile has the costs of the population's exits, and no accuracies, which are another in each draw.
func (p population) profile() *Profile {
	q := &Profile{Source: Modelled}
	cost := 0.0
	for k := range p.exits {
		if !(p.equal && k == 2) {
			cost += 1 + 0.3*float64(k%3)
		}
		q.Exits = append(q.Exits, Exit{Name: fmt.Sprintf("exit%d", k+1), ResponseTime: new(cost / 1000), Energy: new(cost), FLOPs: new(cost * cost)})
	}
	return q
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// evidence draws samples and takes them for evidence.
func (p population) evidence(seed uint64, n int) *Evidence {
	e, err := NewEvidence(p.profile(), p.outcomes(rand.New(rand.NewPCG(seed, 7)), n))
	if err != nil {
		panic(err)
	}
	return e
}

// cheap is the objective of most tests.
var cheap = &criteria.Objective{Metric: criteria.Energy}

// atLeast is the cheapest energy at an accuracy.
func atLeast(accuracy float64) *criteria.Objective {
	return &criteria.Objective{Metric: criteria.Energy, Where: []criteria.Bound{{Metric: criteria.Accuracy, Min: accuracy, Max: math.Inf(1)}}}
}

// shipped reads the profile and the outcomes of an example.
func shipped(name string) (*Evidence, error) {
	dir := "../../examples/" + name + "/"
	p, err := Read(dir + "profile.json")
	if err != nil {
		return nil, err
	}
	e, _, err := ReadEvidence(dir+"profile.json", p)
	return e, err
}
