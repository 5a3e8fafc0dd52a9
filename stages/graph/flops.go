package graph

import (
	"fmt"
	"math"
	"slices"
)

// rule counts the FLOPs of the node that m looks at. Shapes that it asks for and does not get make the result void.
type rule func(m *meter) float64

// meter counts the nodes of one segment.
type meter struct {
	split   *Split
	node    *node
	missing []string // tensors whose shapes the current node's rule asked for in vain
}

// count fills in the FLOPs of a segment.
func (s *Split) count(seg *Segment) {
	sum, why := 0.0, ""
	for _, i := range s.members[seg.Number-1] {
		n := &s.graph.nodes[i]
		if n.pure {
			continue
		}
		m := &meter{split: s, node: n}
		f, err := m.count()
		if err != nil && why == "" {
			why = err.Error()
		}
		sum += f
		s.uncounted = append(s.uncounted, m.missing...)
	}
	seg.FLOPs, seg.Uncounted = sum/float64(max(1, s.FixedRows)), why
	if why != "" {
		seg.FLOPs = math.NaN()
	}
}

func (m *meter) count() (float64, error) {
	count, ok := rules[m.node.GetOpType()]
	if !ok || !m.node.standard() {
		return 0, fmt.Errorf("%s is an operator whose FLOPs are not known", m.node)
	}
	f := count(m)
	if len(m.missing) > 0 {
		return 0, fmt.Errorf("%s: the shape of tensor %q is not known", m.node, m.missing[0])
	}
	if math.IsNaN(f) {
		return 0, fmt.Errorf("%s: its shapes or attributes are none that can be counted", m.node)
	}
	return f, nil
}

// in returns the shape of the node's i-th input for one row; nil when it is not known.
func (m *meter) in(i int) []int64 { return m.shape(m.node.GetInput(), i) }

// out returns the shape of the node's first output for one row; nil when it is not known.
func (m *meter) out() []int64 { return m.shape(m.node.GetOutput(), 0) }

// has reports whether the node's i-th input is there.
func (m *meter) has(i int) bool { return i < len(m.node.GetInput()) && m.node.GetInput()[i] != "" }

func (m *meter) shape(names []string, i int) []int64 {
	if i >= len(names) {
		return nil
	}
	shape, ok := m.split.rowShape(names[i])
	if !ok {
		m.missing = append(m.missing, names[i])
		return nil
	}
	return shape
}

// rowShape returns the shape that a tensor has for one row, or for the fixed number of rows.
func (s *Split) rowShape(name string) ([]int64, bool) {
	t, told := s.told[name]
	if !told {
		t = s.graph.tensor(name)
	}
	if t.Shape == nil {
		return nil, false
	}
	shape := slices.Clone(t.Shape)
	if len(shape) > 0 && shape[0] < 0 && s.beginsWithRows(name, told) {
		shape[0] = max(1, s.FixedRows)
	}
	_, known := elements(shape)
	return shape, known
}

// beginsWithRows reports whether an open first dimension is the row axis. What travels begins with it; of what does not,
// the file must not say otherwise, and whoever was asked for one row would have told a number.
func (s *Split) beginsWithRows(name string, told bool) bool {
	if _, travels := s.index[name]; travels {
		return true
	}
	axis := s.graph.values[name].axis
	return !told && (axis == "" || axis == s.graph.axis)
}

// size is the number of elements of a shape, NaN without one.
func size(shape []int64) float64 {
	if shape == nil {
		return math.NaN()
	}
	n, _ := elements(shape)
	return float64(n)
}

// ints returns an attribute that is a list of integers.
func (m *meter) ints(name string) []int64 {
	for _, a := range m.node.GetAttribute() {
		if a.GetName() == name {
			return a.GetInts()
		}
	}
	return nil
}

// integer returns an attribute that is an integer, 0 by default.
func (m *meter) integer(name string) int64 {
	for _, a := range m.node.GetAttribute() {
		if a.GetName() == name {
			return a.GetI()
		}
	}
	return 0
}

// text returns an attribute that is a string.
func (m *meter) text(name string) string {
	for _, a := range m.node.GetAttribute() {
		if a.GetName() == name {
			return string(a.GetS())
		}
	}
	return ""
}
