package criteria

import "strings"

// A node is a checked expression. Negation is not among the nodes: checking moves every ! down to the comparisons,
// where it turns < into >=, so that a comparison with an unknown value does not hold in either polarity.
// The unexported methods seal the set: constant, bound, pair, junction.
type node interface {
	String() string // canonical source
	metrics() Set

	// compile adds the node to the program and returns where to start in order to get to yes if the node is
	// definitely true, and otherwise to no.
	compile(p *program, yes, no int32) int32
}

var (
	_ node = constant(false)
	_ node = bound{}
	_ node = pair{}
	_ node = junction{}
)

// A constant is true or false.
type constant bool

// A bound compares a metric with a constant in the metric's unit.
type bound struct {
	metric   Metric
	relation relation
	value    float64
}

// A pair compares two metrics of the same scale.
type pair struct {
	left     Metric
	relation relation
	right    Metric
}

// A junction joins two or more terms by || (either) or && (not either). No term is a junction of the same kind.
type junction struct {
	either bool
	terms  []node
}

// join returns left || right, or left && right, flattened. It takes ownership of both.
func join(either bool, left, right node) node {
	var terms []node
	for _, n := range []node{left, right} {
		if j, ok := n.(junction); ok && j.either == either {
			terms = append(terms, j.terms...)
		} else {
			terms = append(terms, n)
		}
	}
	return junction{either, terms}
}

func (n constant) String() string {
	if n {
		return "true"
	}
	return "false"
}

func (n bound) String() string {
	d := metrics[n.metric].scale.dimension
	return n.metric.String() + " " + n.relation.String() + " " + constantSource(n.value, d)
}

func (n pair) String() string {
	return n.left.String() + " " + n.relation.String() + " " + n.right.String()
}

func (n junction) String() string {
	if n.either {
		return joinStrings(n.terms, " || ")
	}
	var b strings.Builder
	for i, t := range n.terms {
		if i > 0 {
			b.WriteString(" && ")
		}
		if _, ok := t.(junction); ok { // an ||, which binds less tightly
			b.WriteString("(" + t.String() + ")")
		} else {
			b.WriteString(t.String())
		}
	}
	return b.String()
}

func joinStrings(nodes []node, separator string) string {
	s := make([]string, len(nodes))
	for i, n := range nodes {
		s[i] = n.String()
	}
	return strings.Join(s, separator)
}

func (constant) metrics() Set { return 0 }
func (n bound) metrics() Set  { return Of(n.metric) }
func (n pair) metrics() Set   { return Of(n.left, n.right) }

func (n junction) metrics() Set {
	var s Set
	for _, t := range n.terms {
		s = s.Union(t.metrics())
	}
	return s
}

// A relation is a comparison operator.
type relation uint8

const (
	less relation = iota
	lessOrEqual
	equal
	notEqual
	greaterOrEqual
	greater
)

func (r relation) String() string {
	return [...]string{"<", "<=", "==", "!=", ">=", ">"}[r]
}

// negated returns the relation that holds, between known values, exactly when r does not.
func (r relation) negated() relation {
	return [...]relation{greaterOrEqual, greater, notEqual, equal, less, lessOrEqual}[r]
}

// mirrored returns the relation that holds between b and a when r holds between a and b.
func (r relation) mirrored() relation {
	return [...]relation{greater, greaterOrEqual, equal, notEqual, lessOrEqual, less}[r]
}

// impossible reports whether no value in min..max stands in relation r to c.
func (r relation) impossible(min, max, c float64) bool {
	switch r {
	case less:
		return min >= c
	case lessOrEqual:
		return min > c
	case equal:
		return c < min || c > max
	case notEqual:
		return min == c && max == c
	case greaterOrEqual:
		return max < c
	default:
		return max <= c
	}
}
