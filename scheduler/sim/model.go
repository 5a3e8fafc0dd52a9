package sim

import (
	"fmt"
	"math"
	"time"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/modelled"
	"github.com/delen-edge/delen/stages/profile"
)

// model is a model as it is simulated.
type model struct {
	Model
	stages   *stages.Model // a name, exits and segments: what a tenant needs of it
	segments []segment
	samples  []sample // none: every request is unsure
	unsure   sample

	response, energy []float64 // the profile's at each exit; NaN where it is not known
	longest          time.Duration
	frontiers        map[string]*profile.Frontier // by objective
}

// segment is what a run of one takes.
type segment struct {
	median float64   // s, of one row
	spread float64   // the standard deviation of its logarithm
	rows   []float64 // how many times as long it takes, by the number of rows less one
}

// sample is what the exits say of it.
type sample struct {
	readings []stages.Reading
	right    []bool
}

func newModel(m Model) (*model, error) {
	takes, err := modelled.Latencies(m.Profile)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", m.Name, err)
	}
	own := &model{
		Model: m, frontiers: map[string]*profile.Frontier{},
		stages: &stages.Model{Name: m.Name, Exits: m.Profile.Names(), Segments: make([]stages.Segment, len(takes))},
	}
	for i, t := range takes {
		own.segments = append(own.segments, newSegment(&m, i, t.Seconds()))
		own.longest = max(own.longest, t)
	}
	for i := range m.Profile.Exits {
		e := &m.Profile.Exits[i]
		own.response, own.energy = append(own.response, known(e.ResponseTime)), append(own.energy, known(e.Energy))
		own.unsure.readings = append(own.unsure.readings, read(0, 0.5, 2))
		own.unsure.right = append(own.unsure.right, false)
	}
	if own.samples, err = arrange(m.Outcomes, len(takes)); err != nil {
		return nil, fmt.Errorf("model %s: %w", m.Name, err)
	}
	return own, nil
}

// slow is the 95th percentile of a time over its median where the profile does not say, as in its predictions.
const slow = 1.5

// quantile95 is the .95 quantile of the normal distribution.
var quantile95 = math.Sqrt2 * math.Erfinv(0.9)

func newSegment(m *Model, i int, median float64) segment {
	ratio, most := slow, 1
	if i < len(m.Profile.Segments) {
		if c := m.Profile.Segments[i].Rows[1]; c.Median != nil && c.P95 != nil && *c.Median > 0 {
			ratio = *c.P95 / *c.Median
		}
	}
	if i < len(m.Batch) {
		most = m.Batch[i]
	}
	s := segment{median: median, spread: math.Log(ratio) / quantile95}
	for rows := 1; rows <= most; rows++ {
		s.rows = append(s.rows, m.Profile.Times(i, rows))
	}
	return s
}

// takes is what a run for so many requests takes alone, in s, at a moment that is so many standard deviations slow.
func (s *segment) takes(rows int, moment float64) float64 {
	return s.median * s.rows[rows-1] * math.Exp(s.spread*moment)
}

// scheduled is the model as the scheduler is told of it.
func (m *model) scheduled() scheduler.Model {
	own := scheduler.Model{Power: m.Profile.Power()}
	for i, s := range m.segments {
		e := &m.Profile.Exits[i]
		var warm []time.Duration
		for _, times := range s.rows {
			warm = append(warm, seconds(s.median*times))
		}
		own.Warm = append(own.Warm, warm)
		own.Exits = append(own.Exits, scheduler.Figures{Accuracy: known(e.Accuracy), Energy: m.energy[i], FLOPs: known(e.FLOPs)})
	}
	return own
}

func known(figure *float64) float64 {
	if figure == nil {
		return math.NaN()
	}
	return *figure
}

// arrange sorts outcomes by sample, in the order in which they come first, and by exit.
func arrange(outcomes []profile.Outcome, exits int) ([]sample, error) {
	classes := 2
	for i := range outcomes {
		classes = max(classes, outcomes[i].Predicted+1, outcomes[i].Label+1)
	}
	numbers, seen := map[string]int{}, 0
	var all []sample
	for i := range outcomes {
		o := &outcomes[i]
		n, ok := numbers[o.Sample]
		if !ok {
			n = len(all)
			numbers[o.Sample] = n
			all = append(all, sample{make([]stages.Reading, exits), make([]bool, exits)})
		}
		if o.Exit < 1 || o.Exit > exits || all[n].readings[o.Exit-1].Confidence > 0 {
			return nil, fmt.Errorf("sample %q: outcome %d is of exit %d: a sample has one for each of %d exits", o.Sample, i+1, o.Exit, exits)
		}
		all[n].readings[o.Exit-1], all[n].right[o.Exit-1] = read(o.Predicted, o.Confidence, classes), o.Correct()
		seen++
	}
	if seen != len(all)*exits {
		return nil, fmt.Errorf("there are %d outcomes of %d samples: a sample has one for each of %d exits", seen, len(all), exits)
	}
	return all, nil
}

// read is a reading of a distribution in which the other classes have equal parts of what the predicted one leaves.
func read(predicted int, confidence float64, classes int) stages.Reading {
	rest := (1 - confidence) / float64(classes-1)
	return stages.Reading{
		Predicted: predicted, Confidence: confidence, Margin: max(0, confidence-rest),
		Entropy: surprise(confidence) + float64(classes-1)*surprise(rest),
	}
}

// surprise is what a class with a probability contributes to an entropy, in nats.
func surprise(p float64) float64 {
	if p <= 0 {
		return 0
	}
	return -p * math.Log(p)
}
