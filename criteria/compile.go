package criteria

// A rule is a compiled node: one closure, or a few nested ones. It reads the observation, allocates nothing, and is
// true only when the node is definitely true.
type rule func(o *Observation) bool

func (n constant) compile() rule {
	if n {
		return func(*Observation) bool { return true }
	}
	return func(*Observation) bool { return false }
}

// compile returns a closure of its own for each relation: a switch inside the closure would double its time.
func (n bound) compile() rule {
	m, c := n.metric, n.value
	switch n.relation {
	case less:
		return func(o *Observation) bool { return o[m] < c }
	case lessOrEqual:
		return func(o *Observation) bool { return o[m] <= c }
	case equal:
		return func(o *Observation) bool { return o[m] == c }
	case notEqual: // not Go's !=, which holds for NaN
		return func(o *Observation) bool { return o[m] < c || o[m] > c }
	case greaterOrEqual:
		return func(o *Observation) bool { return o[m] >= c }
	default:
		return func(o *Observation) bool { return o[m] > c }
	}
}

func (n pair) compile() rule {
	a, b := n.left, n.right
	switch n.relation {
	case less:
		return func(o *Observation) bool { return o[a] < o[b] }
	case lessOrEqual:
		return func(o *Observation) bool { return o[a] <= o[b] }
	case equal:
		return func(o *Observation) bool { return o[a] == o[b] }
	case notEqual: // not Go's !=, which holds for NaN
		return func(o *Observation) bool { return o[a] < o[b] || o[a] > o[b] }
	case greaterOrEqual:
		return func(o *Observation) bool { return o[a] >= o[b] }
	default:
		return func(o *Observation) bool { return o[a] > o[b] }
	}
}

// compile has a case for two terms because most criteria have two.
func (n junction) compile() rule {
	rules := make([]rule, len(n.terms))
	for i, t := range n.terms {
		rules[i] = t.compile()
	}
	if len(rules) == 2 {
		f, g := rules[0], rules[1]
		if n.either {
			return func(o *Observation) bool { return f(o) || g(o) }
		}
		return func(o *Observation) bool { return f(o) && g(o) }
	}
	either := n.either
	return func(o *Observation) bool {
		for _, f := range rules {
			if f(o) == either {
				return either
			}
		}
		return !either
	}
}
