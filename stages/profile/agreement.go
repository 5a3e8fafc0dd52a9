package profile

import (
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

// Agreement is how often the answers of an exit are the last exit's, too.
type Agreement struct {
	Rate  float64 // fraction of the samples that stop at the exit; NaN when none does
	Low   float64 // fraction that it is at least, with 99 % confidence, of all requests that are like the samples
	Share float64 // fraction of all samples that stop at the exit
}

// sureAgreement is the confidence of Agreement.Low.
const sureAgreement = 0.99

// foreseen is what samples say all of.
var foreseen = criteria.Of(criteria.Confidence, criteria.Exit, criteria.Agreement)

// Agreements predicts how often the answers of each exit are the last one's when requests stop where a criterion says. It is
// nil when the criterion reads more than what outcomes tell, such as a time. The samples that points are found on are not
// counted: those who stop early among them are luckier than others.
func (e *Evidence) Agreements(c *criteria.Criterion) []Agreement {
	if foreseen.Union(c.Metrics()) != foreseen {
		return nil
	}
	set, size := e.in(report, false)
	checked, n := e.in(calibration, false)
	size += n
	agreed, stopped := make([]int, e.exits), make([]int, e.exits)
	for i := range e.samples {
		if !set.has(i) && !checked.has(i) {
			continue
		}
		at := stopsAt(c, e.exits, func(k int) (int, float64) { return e.predicted[k][i], e.confidence[k][i] })
		stopped[at-1]++
		if e.predicted[at-1][i] == e.predicted[e.exits-1][i] {
			agreed[at-1]++
		}
	}
	all := make([]Agreement, e.exits)
	for k := range all {
		all[k] = Agreement{fraction(agreed[k], stopped[k]), lowest(agreed[k], stopped[k], sureAgreement), fraction(stopped[k], size)}
	}
	return all
}

// StopsAt is the exit, from 1, at which a request stops by a criterion that Agreements knows of, when this is what its exits say,
// the first to the last.
func StopsAt(c *criteria.Criterion, path []stages.Reading) int {
	return stopsAt(c, len(path), func(k int) (int, float64) { return path[k].Predicted, path[k].Confidence })
}

func stopsAt(c *criteria.Criterion, exits int, says func(k int) (predicted int, confidence float64)) int {
	o := criteria.Unknown()
	agreed, before := 0, 0
	for k := range exits - 1 {
		predicted, confidence := says(k)
		if predicted != before {
			agreed = 0
		}
		agreed, before = agreed+1, predicted
		o[criteria.Confidence], o[criteria.Exit], o[criteria.Agreement] = confidence, float64(k+1), float64(agreed)
		if c.Stop(&o) {
			return k + 1
		}
	}
	return exits
}
