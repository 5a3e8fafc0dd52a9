package tenants

import (
	"math"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// Drift says that what is measured is not what was predicted, or that it is again.
type Drift struct {
	What      string  // "exit_share", "energy" or "response_time"
	Exit      int     // of an exit's share; 0: of all answers
	Predicted float64 // fraction of the answers, J, or fraction that is later than the promised 95th percentile
	Observed  float64 // of the same
	Answers   int     // that this was found by
	Over      bool    // it was found before, and is over
}

// promise holds what an operating point was predicted to bring against what it brings.
type promise struct {
	point   profile.Point
	load    profile.Load // that response times are promised under
	pace    float64      // of the segments, as it was last told
	spread  float64      // J, the standard deviation of the energy of one answer
	samples int          // that the exits' shares are predicted from
	answers int
	exits   []int
	late    int     // answers that came after the promised 95th percentile
	energy  float64 // J, of all answers
	broken  map[string]bool
}

const (
	leastEvidence = 200  // answers before anything is said
	mostEvidence  = 2000 // answers, after which the books start anew: a drift shows in the latest ones
	enoughToClear = 500  // answers before a drift is over
	shareDrift    = 0.05 // of an exit's share
	lateDrift     = 0.05 // of the answers, beside the twentieth that may be late
	energyDrift   = 0.10 // of the mean energy
	paceDrift     = 0.25 // of the time that segments take
	surely        = 4    // standard deviations of chance: 1 in 16,000
)

// begin makes a new promise. What had drifted is found again, if it still does.
func (p *promise) begin(g *Goal, point profile.Point, load profile.Load) {
	*p = promise{point: point, load: load, pace: load.Pace, samples: g.Samples, exits: make([]int, len(point.ExitShare)), broken: map[string]bool{}}
	for i, share := range point.ExitShare {
		p.spread += share * (g.Energy[i] - point.Energy) * (g.Energy[i] - point.Energy)
	}
	p.spread = math.Sqrt(p.spread)
}

func (p *promise) answered(k *Ticket, response time.Duration) {
	p.answers++
	p.exits[k.Exit-1]++
	if response.Seconds() > p.point.Under(p.load).ResponseP95 {
		p.late++
	}
	p.energy += k.Seen[criteria.Energy]
}

// check gives what has drifted since the last look, and what does not any more.
func (p *promise) check() []Drift {
	var all []Drift
	if p.answers >= leastEvidence {
		all = append(all, p.judge(p.share())...)
		all = append(all, p.judge(p.spent())...)
		all = append(all, p.judge(p.delayed())...)
	}
	if p.answers >= mostEvidence {
		p.answers, p.late, p.energy = 0, 0, 0
		clear(p.exits)
	}
	return all
}

// paced is the pace when it is another one than was told last, or 0.
func (p *promise) paced(pace float64) float64 {
	if math.Abs(pace/p.pace-1) <= paceDrift {
		return 0
	}
	p.pace = pace
	return pace
}

// chance is by how much a mean over the answers may differ from one over the profile's samples without any drift, when one
// answer's standard deviation is this.
func (p *promise) chance(deviation float64) float64 {
	return surely * deviation * math.Sqrt(1/float64(p.answers)+1/float64(p.samples))
}

// share is the exit whose share is farthest from its prediction, and how many times what is tolerated that is.
func (p *promise) share() (d Drift, excess float64) {
	n := float64(p.answers)
	for i, predicted := range p.point.ExitShare {
		observed := float64(p.exits[i]) / n
		likely := (predicted*float64(p.samples) + 2) / (float64(p.samples) + 4) // few samples may have missed what is rare
		chance := p.chance(math.Sqrt(max(likely*(1-likely), 1/n)))
		if e := math.Abs(observed-predicted) / max(shareDrift, chance); e >= excess {
			d, excess = Drift{What: "exit_share", Exit: i + 1, Predicted: predicted, Observed: observed}, e
		}
	}
	return d, excess
}

// spent is the mean energy, and how many times what is tolerated its difference is; 0 where it is not known.
func (p *promise) spent() (d Drift, excess float64) {
	d = Drift{What: "energy", Predicted: p.point.Energy, Observed: p.energy / float64(p.answers)}
	if excess = math.Abs(d.Observed-d.Predicted) / max(energyDrift*d.Predicted, p.chance(p.spread)); math.IsNaN(excess) {
		excess = 0
	}
	return d, excess
}

// delayed is the part of the answers that are later than all but a twentieth should be, and how many times what is tolerated that
// is. That fewer are late is no drift.
func (p *promise) delayed() (d Drift, excess float64) {
	d = Drift{What: "response_time", Predicted: 0.05, Observed: float64(p.late) / float64(p.answers)}
	return d, max(0, d.Observed-d.Predicted) / max(lateDrift, p.chance(math.Sqrt(d.Predicted*(1-d.Predicted))))
}

// judge says so when something has begun to drift, or is back within half of what is tolerated.
func (p *promise) judge(d Drift, excess float64) []Drift {
	d.Answers = p.answers
	d.Over = p.broken[d.What]
	switch {
	case !d.Over && excess > 1:
	case d.Over && excess < 0.5 && p.answers >= enoughToClear:
	default:
		return nil
	}
	p.broken[d.What] = !d.Over
	return []Drift{d}
}
