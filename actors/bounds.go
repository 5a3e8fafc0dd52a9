package actors

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// bounded is what bounds of a single request lead to.
type bounded struct {
	criterion *criteria.Criterion
	unmet     []string
}

// withinBounds finds the criterion of a request that must keep bounds.
func (g *guest) withinBounds(sent []*wire.Bound) (bounded, *tenants.Refusal) {
	all, refusal := g.readBounds(sent)
	if refusal != nil {
		return bounded{}, refusal
	}
	if !slices.ContainsFunc(all, func(b criteria.Bound) bool { return b.Metric == criteria.Accuracy }) {
		if refusal := g.tenant.Unkept(); refusal != nil {
			return bounded{}, refusal
		}
	}
	key := fmt.Sprint(all)
	if b, ok := g.bounded[key]; ok {
		return b, nil
	}
	c, unmet := g.tenant.Bounded(g.seek.within, all)
	b := bounded{c, bounds(unmet)}
	if len(g.bounded) >= maxParsed {
		clear(g.bounded)
	}
	g.bounded[key] = b
	return b, nil
}

// readBounds checks bounds and sorts them by metric.
func (g *guest) readBounds(sent []*wire.Bound) ([]criteria.Bound, *tenants.Refusal) {
	if g.seek.evidence == nil {
		return nil, g.seek.blind()
	}
	var all []criteria.Bound
	for _, b := range sent {
		m, ok := criteria.MetricNamed(b.GetMetric())
		own := criteria.Bound{Metric: m, Min: math.Inf(-1), Max: math.Inf(1)}
		if b.Min != nil {
			own.Min = b.GetMin()
		}
		if b.Max != nil {
			own.Max = b.GetMax()
		}
		switch {
		case !ok || !criteria.Objectives().Has(m):
			return nil, invalidBound(b, "a request bounds accuracy, response_time, energy and flops")
		case !g.seek.evidence.Knows().Has(m):
			return nil, &tenants.Refusal{Code: tenants.Precondition, Message: fmt.Sprintf("the profile of model %s does not say the %s of every exit", g.seek.model, m)}
		case m == criteria.Accuracy && (b.Max != nil || !(own.Min >= 0 && own.Min <= 1)):
			return nil, invalidBound(b, "it has a least value, a fraction between 0 and 1, and no greatest")
		case m != criteria.Accuracy && (b.Min != nil || !(own.Max > 0) || math.IsInf(own.Max, 1)):
			return nil, invalidBound(b, "it has a greatest value, above 0 in s, J or FLOPs, and no least")
		case slices.ContainsFunc(all, func(o criteria.Bound) bool { return o.Metric == m }):
			return nil, invalidBound(b, "it is bounded twice")
		}
		all = append(all, own)
	}
	slices.SortFunc(all, func(a, b criteria.Bound) int { return cmp.Compare(a.Metric, b.Metric) })
	return all, nil
}

func invalidBound(b *wire.Bound, why string) *tenants.Refusal {
	return &tenants.Refusal{Code: tenants.InvalidArgument, Message: fmt.Sprintf("the bound on %.64q: %s", b.GetMetric(), why)}
}
