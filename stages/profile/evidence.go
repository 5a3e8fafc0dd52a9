package profile

import (
	"errors"
	"fmt"
	"math"

	"github.com/delen-edge/delen/criteria"
)

// Evidence is what operating points are predicted from: what the exits of a model cost, and what they said about labelled
// samples. It is immutable and may be shared by any number of goroutines.
type Evidence struct {
	exits, samples int
	confidence     [][]float64 // by exit, by sample
	right          [][]bool    // by exit, by sample
	predicted      [][]int     // by exit, by sample
	part           []uint8     // by sample: of the parts search, calibration and report
	sizes          [parts]int
	label          int // that of all samples, or -1
	cost           map[criteria.Metric][]float64
	p95            []float64 // of the response time, by exit; nil: not known
	idle           float64   // W of the idle device that the energies include, as far as it is known
}

// ReadEvidence takes a valid profile, which was in the file at path, and reads the outcomes that it names. Digest is that of
// their file. The error names the file, and says what NewEvidence does, or that these are other outcomes.
func ReadEvidence(path string, p *Profile) (e *Evidence, digest string, err error) {
	name := p.outcomesOf(path)
	outcomes, digest, err := ReadOutcomes(name)
	if err != nil {
		return nil, "", err
	}
	if p.OutcomesDigest != "" && p.OutcomesDigest != digest {
		return nil, "", fmt.Errorf("%s: outcomes of another profile: their digest is %s, and the profile's outcomes_digest %s; run delen profile again",
			name, short(digest), short(p.OutcomesDigest))
	}
	if e, err = NewEvidence(p, outcomes); err != nil {
		return nil, "", fmt.Errorf("%s: %w", name, err)
	}
	return e, digest, nil
}

// NewEvidence takes a valid profile and its outcomes, of which every sample has one for each exit. The error says which
// sample is wrong and how, or how the outcomes differ from the profile.
func NewEvidence(p *Profile, outcomes []Outcome) (*Evidence, error) {
	if len(p.Exits) == 0 {
		return nil, errors.New("the profile has no exits")
	}
	if len(outcomes) == 0 {
		return nil, errors.New("there are no outcomes: no sample, no prediction; run delen profile with labelled samples")
	}
	rows, names, err := indexSamples(outcomes, len(p.Exits))
	if err != nil {
		return nil, err
	}
	e := &Evidence{exits: len(p.Exits), samples: len(names)}
	if err := e.fill(outcomes, rows); err != nil {
		return nil, err
	}
	if err := e.matches(p); err != nil {
		return nil, err
	}
	e.split(names)
	e.price(p)
	return e, nil
}

// indexSamples gives each sample a row, in the order in which they come, and makes sure that all have as many outcomes as
// there are exits before anything of that size is made.
func indexSamples(outcomes []Outcome, exits int) (rows []int32, names []string, err error) {
	rows = make([]int32, len(outcomes))
	of := make(map[string]int32)
	var counts []int
	for i := range outcomes {
		o := &outcomes[i]
		if err := o.check(); err != nil {
			return nil, nil, err
		}
		if o.Exit > exits {
			return nil, nil, fmt.Errorf("sample %q has an outcome for exit %d, but the profile has %s: outcomes of another profile; run delen profile again",
				o.Sample, o.Exit, count(exits))
		}
		if i > 0 && o.Sample == outcomes[i-1].Sample {
			rows[i] = rows[i-1] // one sample's outcomes mostly follow each other
		} else if row, ok := of[o.Sample]; ok {
			rows[i] = row
		} else {
			rows[i] = int32(len(names))
			of[o.Sample] = rows[i]
			names, counts = append(names, o.Sample), append(counts, 0)
		}
		counts[rows[i]]++
	}
	for row, n := range counts {
		if n < exits {
			return nil, nil, fmt.Errorf("sample %q has outcomes for %s of %d: every sample needs one for each exit; run delen profile again", names[row], count(n), exits)
		}
		if n > exits {
			return nil, nil, fmt.Errorf("sample %q has %d outcomes for %s: names of samples must differ, and each has one outcome for each exit", names[row], n, count(exits))
		}
	}
	return rows, names, nil
}

func (e *Evidence) fill(outcomes []Outcome, rows []int32) error {
	for range e.exits {
		unseen := make([]float64, e.samples)
		for i := range unseen {
			unseen[i] = math.NaN()
		}
		e.confidence, e.right = append(e.confidence, unseen), append(e.right, make([]bool, e.samples))
		e.predicted = append(e.predicted, make([]int, e.samples))
	}
	labels := make([]int, e.samples)
	e.label = outcomes[0].Label
	for i := range outcomes {
		o, row := &outcomes[i], rows[i]
		if c := &e.confidence[o.Exit-1][row]; math.IsNaN(*c) {
			*c = o.Confidence
		} else {
			return fmt.Errorf("sample %q has two outcomes for exit %d: names of samples must differ", o.Sample, o.Exit)
		}
		// Labels count from 0; one more tells that there is one.
		if labels[row] != 0 && labels[row] != o.Label+1 {
			return fmt.Errorf("sample %q has label %d and at exit %d label %d: names of samples must differ", o.Sample, labels[row]-1, o.Exit, o.Label)
		}
		labels[row] = o.Label + 1
		e.right[o.Exit-1][row] = o.Correct()
		e.predicted[o.Exit-1][row] = o.Predicted
		if o.Label != e.label {
			e.label = -1
		}
	}
	return nil
}

// matches reports whether the outcomes are those that the accuracies of the profile were counted from. They may have been
// rounded to three digits.
func (e *Evidence) matches(p *Profile) error {
	const tolerance = 5e-4
	for k := range p.Exits {
		n := 0
		for _, right := range e.right[k] {
			if right {
				n++
			}
		}
		got := float64(n) / float64(e.samples)
		if want := p.Exits[k].Accuracy; want != nil && !(math.Abs(*want-got) <= tolerance) {
			return fmt.Errorf("exit %d is right about %.4g of the samples, but its accuracy in the profile is %.4g: outcomes of another profile; run delen profile again",
				k+1, got, *want)
		}
	}
	return nil
}

// price takes over what the exits cost. What is not known for all of them does not help to compare them.
func (e *Evidence) price(p *Profile) {
	e.cost = make(map[criteria.Metric][]float64)
	for metric, figure := range map[criteria.Metric]func(*Exit) *float64{
		criteria.ResponseTime: func(x *Exit) *float64 { return x.ResponseTime },
		criteria.Energy:       func(x *Exit) *float64 { return x.Energy },
		criteria.FLOPs:        func(x *Exit) *float64 { return x.FLOPs },
	} {
		if all, ok := p.Every(figure); ok {
			e.cost[metric] = all
		}
	}
	if times := e.cost[criteria.ResponseTime]; times != nil {
		e.p95 = p.slow(times)
		if p.IdlePower != nil {
			e.idle = *p.IdlePower
		}
	}
}

// Idle is the power in watts that the profile's energies include, of the idle device; 0 where it says none.
func (e *Evidence) Idle() float64 { return e.idle }

// Active is the energy beyond that of the idle device that a request has taken at an exit, in J; 0 before the first, NaN where it is
// not known, as without any evidence.
func (e *Evidence) Active(exit int) float64 {
	switch {
	case exit == 0:
		return 0
	case e == nil || e.cost[criteria.Energy] == nil:
		return math.NaN()
	case e.idle == 0:
		return e.cost[criteria.Energy][exit-1]
	}
	return max(0, e.cost[criteria.Energy][exit-1]-e.idle*e.cost[criteria.ResponseTime][exit-1])
}

// slow is the 95th percentile of the response time at each exit. Those of segments are added up as they are: what slows a
// device down slows all segments of a request, so that slow ones come together (they are comonotone). Where one is not known,
// it is 1.5 times the median, the scheduler's first guess too.
func (p *Profile) slow(medians []float64) []float64 {
	all := make([]float64, len(medians))
	sum, known := 0.0, true
	for k, median := range medians {
		if known = known && k < len(p.Segments) && p.Segments[k].Rows[1].P95 != nil; known {
			sum += *p.Segments[k].Rows[1].P95
			all[k] = max(sum, median)
		} else {
			all[k] = 1.5 * median
		}
		if k > 0 {
			all[k] = max(all[k], all[k-1])
		}
	}
	return all
}

// Samples is how many labelled samples there are.
func (e *Evidence) Samples() int { return e.samples }

// Counted is how many of them the shares of the exits are counted on: two parts of three.
func (e *Evidence) Counted() int { return e.samples * 2 / 3 }

// Knows is the set of metrics that the profile gives for all exits, of Accuracy, ResponseTime, Energy and FLOPs.
func (e *Evidence) Knows() criteria.Set {
	known := criteria.Of(criteria.Accuracy)
	for m := range e.cost {
		known = known.With(m)
	}
	return known
}

// Warnings says what the samples are not good for, a sentence each.
func (e *Evidence) Warnings() []string {
	var all []string
	if e.samples < few {
		n := e.sizes[calibration]
		all = append(all, fmt.Sprintf("%d samples are few: if all %d that a promise is checked on are right, an accuracy of %.3g is certain, and no more",
			e.samples, n, lowest(n, n, usual)))
	}
	if e.label >= 0 {
		all = append(all, fmt.Sprintf("all samples have label %d: what is predicted from them says nothing of other classes", e.label))
	}
	return all
}

// few samples are worth a warning.
const few = 100

// mean fills in what the exits that a point's requests take cost.
func (e *Evidence) mean(p *Point) {
	p.ResponseTime = weighted(p.ExitShare, e.cost[criteria.ResponseTime])
	p.Energy = weighted(p.ExitShare, e.cost[criteria.Energy])
	p.FLOPs = weighted(p.ExitShare, e.cost[criteria.FLOPs])
}

func weighted(shares, costs []float64) float64 {
	if costs == nil {
		return math.NaN()
	}
	sum := 0.0
	for k, share := range shares {
		sum += share * costs[k]
	}
	return sum
}
