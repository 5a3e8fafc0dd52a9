package client

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/wire"
)

// Objective is what a tenant wants instead of a criterion: a metric as good as it gets, others within bounds. It is written
// as in a configuration.
type Objective struct {
	Maximize string // accuracy; empty: Minimize has the metric
	Minimize string // energy, response_time or flops; empty: Maximize has the metric
	Where    string // the bounds, such as "response_time <= 50*ms && energy <= 80*mJ"; empty: none
	Adapt    string // how the criterion is found: "pareto", "per-workload" or "full"; empty: "pareto"
	Unmet    string // while a bound on accuracy is not kept the "nearest" point answers, or requests are refused: "refuse"; empty: as before
}

// SetObjective replaces a tenant's objective, or its criterion, from now on. It gives what the node has found for it: the
// criterion with its version, the operating point, and the bounds that this is not predicted to keep.
func (cl *Client) SetObjective(ctx context.Context, tenant string, o Objective) (*wire.ObjectiveSet, error) {
	m, err := cl.call(ctx, func(id uint64, _ int64) proto.Message {
		return &wire.SetObjective{Id: id, Tenant: tenant, Maximize: o.Maximize, Minimize: o.Minimize, Where: o.Where, Adapt: o.Adapt, Unmet: o.Unmet}
	}, nil)
	if err != nil {
		return nil, err
	}
	set, ok := m.(*wire.ObjectiveSet)
	if !ok {
		return nil, unexpected(m)
	}
	return set, nil
}

// AtLeast bounds a metric of a request from below, as makes sense of accuracy.
func AtLeast(metric string, value float64) *wire.Bound {
	return &wire.Bound{Metric: metric, Min: proto.Float64(value)}
}

// AtMost bounds a metric of a request from above, in s, J or FLOPs, as makes sense of response_time, energy and flops.
func AtMost(metric string, value float64) *wire.Bound {
	return &wire.Bound{Metric: metric, Max: proto.Float64(value)}
}
