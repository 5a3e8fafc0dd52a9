package sim

import (
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
)

// TestPointsDoNotOscillate holds that operating points change with the load and not by themselves, under both policies that plan:
// in ten minutes there are no more changes than the load has edges, and a few.
func TestPointsDoNotOscillate(t *testing.T) {
	const few = 6
	type load struct {
		edges  int
		phases []Phase
	}
	still, step := load{}, load{1, []Phase{{At: 2 * time.Minute, Rate: new(900.0)}}}
	ramps, waves := load{10, ramp(2*time.Minute, 24*time.Second, 10, 50, 900)}, load{8, wave(time.Minute, 8, 900, 50)}
	lasts := trials.Pick(10*time.Minute, 150*time.Second)
	for name, w := range trials.Pick(map[string]load{"still": still, "step": step, "ramp": ramps, "wave": waves}, map[string]load{"still": still, "step": step}) {
		for _, policy := range []scheduler.Policy{scheduler.Cooperative, scheduler.NonCooperative} {
			for seed := range uint64(trials.Pick(2, 1)) {
				c := house(t)
				c.Seed, c.Duration, c.Scheduler.Policy = seed, lasts, policy
				c.Tenants = []Tenant{
					{Name: "camera", Share: 1, Objective: objective(t, "accuracy", "", "response_time <= 50*ms"), Adapt: profile.Pareto, Queue: 64, Arrivals: poisson(50), Phases: w.phases},
					{Name: "survey", Share: 1, Objective: objective(t, "", "energy", "accuracy >= 0.9"), Adapt: profile.Pareto, Queue: 64, Arrivals: poisson(200)},
				}
				for _, own := range run(t, c).Tenants {
					if n := moments(own.Changes); n > w.edges+few {
						t.Errorf("%s, %s, seed %d: %s changes its point %d times for %d edges: %+v", name, policy, seed, own.Tenant, n, w.edges, own.Changes)
					}
				}
			}
		}
	}
}

// moments counts changes. Of several at a time, of which a plan takes all but the last back, only the last is in force.
func moments(all []Change) int {
	at := map[float64]bool{}
	for _, c := range all {
		at[c.At] = true
	}
	return len(at)
}

// ramp is a rate that grows in steps.
func ramp(from, every time.Duration, steps int, low, high float64) (all []Phase) {
	for i := range steps {
		all = append(all, Phase{At: from + time.Duration(i)*every, Rate: new(low + (high-low)*float64(i+1)/float64(steps))})
	}
	return all
}

// wave is a rate that jumps up and down.
func wave(every time.Duration, edges int, high, low float64) (all []Phase) {
	for i := range edges {
		rate := []float64{high, low}[i%2]
		all = append(all, Phase{At: time.Duration(i+1) * every, Rate: &rate})
	}
	return all
}
