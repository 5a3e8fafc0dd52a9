package profile

import (
	"encoding/json"
	"math"
	"slices"
)

// Point is an operating point: a confidence threshold per exit, and what it is predicted to bring when the machine has
// nothing else to do. A figure that is not known is NaN.
type Point struct {
	// Thresholds has one for each exit but the last, which always answers: a request stops there when its confidence is at
	// least that. 0 always stops, +Inf never.
	Thresholds []float64
	// Accuracy is the fraction of right answers, estimated on the two parts of the samples that points are not found on, or on
	// all samples when certainty is off. It is no less than AccuracyLow.
	Accuracy float64
	// AccuracyLow is what the accuracy is at least, at the frontier's confidence: certain by the second part alone.
	AccuracyLow float64
	// ResponseTime is the mean time from the start to the answer, in seconds, and ResponseP95 its 95th percentile over the
	// requests of all exits together, by their shares.
	ResponseTime, ResponseP95 float64
	// Energy is the mean in joules.
	Energy float64
	// FLOPs is the mean number of floating-point operations.
	FLOPs float64
	// ExitShare is the fraction of requests that each exit answers.
	ExitShare []float64
}

// Equal reports whether two points have the same thresholds.
func (p *Point) Equal(q *Point) bool { return slices.Equal(p.Thresholds, q.Thresholds) }

// Under returns the point with the response times that a load makes of those of an idle machine.
func (p Point) Under(l Load) Point {
	p.ResponseTime = l.Pace*p.ResponseTime + l.MeanWait
	p.ResponseP95 = l.Pace*p.ResponseP95 + l.Wait
	return p
}

// MarshalJSON writes the point with its fields in the order and under the names that all of delen's commands have for them:
// a threshold that never stops is null, and so is a figure that is not known.
func (p Point) MarshalJSON() ([]byte, error) {
	thresholds := make([]*float64, len(p.Thresholds))
	for i := range thresholds {
		thresholds[i] = finite(p.Thresholds[i])
	}
	return json.Marshal(struct {
		Thresholds   []*float64 `json:"thresholds"`
		Accuracy     *float64   `json:"accuracy"`
		AccuracyLow  *float64   `json:"accuracy_low"`
		ResponseTime *float64   `json:"response_mean_s"`
		ResponseP95  *float64   `json:"response_p95_s"`
		Energy       *float64   `json:"energy_j"`
		FLOPs        *float64   `json:"flops"`
		ExitShare    []float64  `json:"exit_share"`
	}{thresholds, finite(p.Accuracy), finite(p.AccuracyLow), finite(p.ResponseTime), finite(p.ResponseP95), finite(p.Energy),
		finite(p.FLOPs), p.ExitShare})
}

// finite is a pointer to a number, or nil when it is none or no end.
func finite(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}
