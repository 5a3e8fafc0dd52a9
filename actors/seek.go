package actors

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// frontiers are those of one model, each made when it is first asked for. Objectives differ mostly in what does not change
// them: the bounds on accuracy and response time. They may be used by any goroutine.
type frontiers struct {
	evidence *profile.Evidence        // nil: there is none, and there are no frontiers
	within   func() *profile.Frontier // that of bestWithin: requests wait for it, and no app's objectives drive it out

	mu  sync.Mutex
	all map[string]func() *profile.Frontier
}

// mostFrontiers is how many a model keeps, of two dozen kilobytes each.
const mostFrontiers = 32

// searching lets one search run at a time: it takes a core for a tenth of a second or so, and for a second when a profile
// is large.
var searching sync.Mutex

func newFrontiers(e *profile.Evidence) *frontiers {
	f := &frontiers{evidence: e, all: map[string]func() *profile.Frontier{}}
	f.within = f.search(bestWithin)
	return f
}

// search makes the frontier for an objective when it is first called.
func (f *frontiers) search(o *criteria.Objective) func() *profile.Frontier {
	return sync.OnceValue(func() *profile.Frontier {
		searching.Lock()
		defer searching.Unlock()
		return f.evidence.Frontier(o, profile.Certainty{})
	})
}

// of gives the frontier for an objective.
func (f *frontiers) of(o *criteria.Objective) *profile.Frontier {
	key := keyOf(o)
	f.mu.Lock()
	made, ok := f.all[key]
	if !ok {
		if len(f.all) >= mostFrontiers {
			clear(f.all)
		}
		made = f.search(o)
		f.all[key] = made
	}
	f.mu.Unlock()
	return made()
}

// keyOf is what of an objective a frontier depends on: its goal, and the bounds on costs but for the response time, which is
// chosen by when there is a load.
func keyOf(o *criteria.Objective) string {
	return fmt.Sprint(o.Metric, o.Bound(criteria.Energy).Max, o.Bound(criteria.FLOPs).Max, !math.IsInf(o.Bound(criteria.ResponseTime).Max, 1))
}

// bestWithin is what a request with bounds wants of a tenant without an objective.
var bestWithin = &criteria.Objective{Metric: criteria.Accuracy, Maximize: true}

// seeker finds goals for a tenant. It is not changed once made, and may be used by any goroutine.
type seeker struct {
	*frontiers
	model    string
	response []float64     // the profile's response time at each exit in s; NaN where it is not known
	energy   []float64     // the same of the energy in J
	foreign  time.Duration // the longest segment of another tenant
}

// crowd is how many tenants run each of the node's models.
type crowd []int

func (n *Node) crowdOf(c *config.Config) crowd {
	all := make(crowd, len(n.models))
	for _, t := range c.Tenants {
		all[n.modelOf(t)]++
	}
	return all
}

// seeker makes one for a tenant of a crowd.
func (n *Node) seeker(all crowd, t *config.Tenant) *seeker {
	s := &seeker{frontiers: n.models[n.modelOf(t)].frontiers, model: t.Model.Name}
	if t.Model.Profile != nil {
		for _, e := range t.Model.Profile.Exits {
			s.response = append(s.response, known(e.ResponseTime, math.NaN()))
			s.energy = append(s.energy, known(e.Energy, math.NaN()))
		}
	}
	own := n.modelOf(t)
	for i, m := range n.models {
		if others := all[i]; i != own && others > 0 || others > 1 {
			s.foreign = max(s.foreign, slices.Max(m.warm))
		}
	}
	return s
}

// goalOf is what a tenant's terms lead to; nil when they state its criterion.
func (s *seeker) goalOf(t *config.Tenant) *tenants.Goal {
	if t.Objective == nil {
		return nil
	}
	return s.goal(t.Objective, t.Adapt, t.Unmet == config.RefuseUnmet)
}

// goal looks for operating points, which may take a search.
func (s *seeker) goal(o *criteria.Objective, p profile.Policy, strict bool) *tenants.Goal {
	return &tenants.Goal{
		Objective: o, Policy: p, Frontier: s.of(o), Response: s.response, Energy: s.energy,
		Samples: s.evidence.Counted(),
		Foreign: s.foreign, Strict: strict,
	}
}

// blind refuses what needs a frontier.
func (s *seeker) blind() *tenants.Refusal {
	return &tenants.Refusal{Code: tenants.Precondition, Message: "nothing is known of what the exits of model " + s.model +
		" bring: it needs a profile with outcomes, as delen profile --samples writes it"}
}
