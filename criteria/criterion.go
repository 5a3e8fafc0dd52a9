package criteria

import "math"

// A Criterion decides after an exit whether to stop there. It is immutable and may be shared by any number of
// goroutines. The zero Criterion never stops.
type Criterion struct {
	nodes   []node
	program program
	entries []int32 // where the program starts for each node
	perExit bool    // nodes[i] decides at exit i+1; otherwise the only node decides at every exit
}

// never is shared, because most requests of a tenant without a criterion carry it.
var never Criterion

// Never returns the criterion of those who state none: it never stops early. Its source is "false".
func Never() *Criterion { return &never }

// Thresholds returns an operating point as a criterion: stop at exit i+1 when confidence >= t[i]. A threshold of 0 or
// less always stops, even when the confidence is unknown; +Inf, like NaN and anything above 1, never does. Exits
// beyond the last threshold never stop. The caller keeps t.
func Thresholds(t []float64) *Criterion { return Within(t, nil) }

// Within returns an operating point for a single request that must keep bounds: as Thresholds, and stop before an exit that
// is expected to bring ResponseTime, Energy or FLOPs above its Max. Bounds on other metrics have no part in it.
func Within(t []float64, bounds []Bound) *Criterion {
	var guards []node
	for _, b := range bounds {
		if next, ok := atNext[b.Metric]; ok && !math.IsInf(b.Max, 1) {
			guards = append(guards, bound{next, greater, b.Max})
		}
	}
	nodes := make([]node, len(t))
	for i, threshold := range t {
		var terms []node
		if threshold <= 1 {
			terms = append(terms, bound{Confidence, greaterOrEqual, threshold})
		}
		switch terms = append(terms, guards...); {
		case threshold <= 0:
			nodes[i] = constant(true)
		case len(terms) == 0:
			nodes[i] = constant(false)
		default:
			nodes[i] = terms[0]
			for _, n := range terms[1:] {
				nodes[i] = join(true, nodes[i], n)
			}
		}
	}
	return newCriterion(nodes, true)
}

// atNext has the metric that says what another would be at the next exit.
var atNext = map[Metric]Metric{ResponseTime: NextResponseTime, Energy: NextEnergy, FLOPs: NextFLOPs}

func newCriterion(nodes []node, perExit bool) *Criterion {
	c := &Criterion{nodes: nodes, perExit: perExit}
	for _, n := range nodes {
		c.entries = append(c.entries, n.compile(&c.program, stop, goOn))
	}
	return c
}

// Stop reports whether the request should end at the exit that o describes. A comparison with an unknown (NaN) metric
// is unknown, negated or not, and Stop is true only when the criterion is true for certain (Kleene's strong
// three-valued logic). Rules per exit are picked by o[Exit]; when that is unknown or has no rule, Stop is false. Stop
// only reads o, does not keep it, and does not allocate.
func (c *Criterion) Stop(o *Observation) bool {
	rule := 0
	if c.perExit {
		exit := o[Exit]
		if !(exit >= 1 && exit < float64(len(c.entries)+1)) { // not the opposite comparisons: exit may be NaN
			return false
		}
		rule = int(exit) - 1
	}
	return rule < len(c.entries) && c.program.run(c.entries[rule], o)
}

// String returns canonical source: Parse of it, with the exits and metrics of the original, gives an equivalent
// criterion whose constants are the same float64s, and whose String is the same.
func (c *Criterion) String() string {
	switch {
	case c.perExit:
		return "[" + joinStrings(c.nodes, ", ") + "]"
	case len(c.nodes) == 0:
		return constant(false).String()
	default:
		return c.nodes[0].String()
	}
}

// Metrics returns what the criterion reads; with rules per exit that includes Exit.
func (c *Criterion) Metrics() Set {
	var s Set
	if c.perExit {
		s = Of(Exit)
	}
	for _, n := range c.nodes {
		s = s.Union(n.metrics())
	}
	return s
}
