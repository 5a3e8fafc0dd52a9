package stages

import (
	"errors"
	"math"
)

// Reading is what an exit's output says, reduced to what a criterion can ask for.
type Reading struct {
	Predicted  int     // the class with the largest probability, from 0; the first of equals
	Confidence float64 // its probability, 0..1
	Margin     float64 // the largest probability minus the second largest, 0..1
	Entropy    float64 // of the distribution, in nats, 0..ln(classes)
}

// ErrNaN is the error of a row that holds a NaN, or nothing but infinities: there is no answer to read.
var ErrNaN = errors.New("the exit's output holds a NaN: the model has no answer for this input")

// Read reduces one row of an exit to a reading: the softmax of logits, or probabilities as they stand. It neither keeps
// nor changes the row, and allocates nothing.
func Read(row []float32, logits bool) (Reading, error) { return read(row, logits, 1) }

// Read reduces one row of the exit of segment s, as Read does, at the exit's temperature.
func (m *Model) Read(s int, row []float32) (Reading, error) {
	if m.Temperatures == nil {
		return read(row, m.Logits, 1)
	}
	return read(row, m.Logits, m.Temperatures[s])
}

func read(row []float32, logits bool, temperature float64) (Reading, error) {
	top := 0
	for i, v := range row {
		if isNaN32(v) {
			return Reading{}, ErrNaN
		}
		if v > row[top] {
			top = i
		}
	}
	if logits {
		return readLogits(row, top, temperature)
	}
	return readProbabilities(row, top)
}

// readLogits computes in one pass, with z = (v - max)/temperature: p = e^z / sum(e^z) and H = ln(sum) - sum(z*e^z)/sum.
func readLogits(row []float32, top int, temperature float64) (Reading, error) {
	peak := float64(row[top])
	if math.IsInf(peak, 0) {
		return Reading{}, ErrNaN
	}
	var sum, weighted, second float64
	for i, v := range row {
		z := (float64(v) - peak) / temperature
		e := math.Exp(z)
		sum += e
		if e > 0 {
			weighted += z * e
		}
		if i != top && e > second {
			second = e
		}
	}
	return Reading{
		Predicted:  top,
		Confidence: 1 / sum,
		Margin:     (1 - second) / sum,
		Entropy:    max(0, math.Log(sum)-weighted/sum),
	}, nil
}

// ErrProbability is the error of a row that should hold probabilities and does not.
var ErrProbability = errors.New("the exit's output holds no probabilities: its largest value is not between 0 and 1; activation = \"softmax\" reads logits")

// tolerance is what rounding may add to a probability of 1.
const tolerance = 1e-3

func readProbabilities(row []float32, top int) (Reading, error) {
	if row[top] <= 0 || row[top] > 1+tolerance {
		return Reading{}, ErrProbability
	}
	r := Reading{Predicted: top, Confidence: min(float64(row[top]), 1)}
	second := 0.0
	for i, v := range row {
		p := float64(v)
		if p > 0 {
			r.Entropy -= p * math.Log(p)
		}
		if i != top && p > second {
			second = p
		}
	}
	r.Margin = max(0, r.Confidence-second)
	r.Entropy = max(0, r.Entropy)
	return r, nil
}
