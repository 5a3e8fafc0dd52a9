package graph

import (
	"fmt"
	"math"
	"slices"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// rule counts the FLOPs of the node that m looks at. Shapes that it asks for and does not get make the result void.
type rule func(m *meter) float64

// meter looks at one node.
type meter struct {
	split   *Split
	node    node
	body    *scope   // where the node lies; nil for the model itself
	missing []string // tensors whose shapes the node's rule asked for in vain
	gaps    *gaps    // of the segment
}

// maxFLOPs bounds what a node can cost, so that numbers from a hostile file cannot add up to nonsense.
const maxFLOPs = 1e24

// count fills in the FLOPs of a segment.
func (s *Split) count(seg *Segment) {
	sum, gaps := 0.0, &gaps{}
	for _, i := range s.members[seg.Number-1] {
		if n := s.graph.nodes[i]; !n.pure {
			sum += (&meter{split: s, node: n, gaps: gaps}).count()
		}
	}
	seg.FLOPs, seg.Uncounted = sum, gaps.String()
	if seg.Uncounted != "" {
		seg.FLOPs = math.NaN()
	}
	for _, name := range gaps.shapes {
		if _, ok := s.graph.maker[name]; ok { // nobody can be asked about what lies within a body
			s.uncounted = append(s.uncounted, name)
		}
	}
}

// count returns the FLOPs of m's node. When they are not known it notes why, and returns 0.
func (m *meter) count() float64 {
	r, ok := m.node.rule()
	if !ok {
		m.gaps.kind(m.node)
		return 0
	}
	f := r(m)
	switch {
	case len(m.missing) > 0:
		m.gaps.note(fmt.Sprintf("%s: the shape of tensor %q is not known", m.node, m.missing[0]))
		m.gaps.shapes = append(m.gaps.shapes, m.missing...)
		return 0
	case !(f >= 0 && f <= maxFLOPs): // NaN included
		m.gaps.note(fmt.Sprintf("%s: its shapes or attributes are none that can be counted", m.node))
		return 0
	}
	return f
}

// rule returns the rule for n's kind of operator.
func (n node) rule() (r rule, ok bool) {
	switch domain := n.GetDomain(); {
	case n.standard():
		r, ok = rules[n.GetOpType()]
	case domain == "com.microsoft":
		r, ok = contributed[n.GetOpType()]
	case domain == "com.microsoft.nchwc":
		r, ok = blocked[n.GetOpType()]
	}
	return r, ok
}

// in returns the shape of the node's i-th input for one row; nil when it is left out or not known.
func (m *meter) in(i int) []int64 { return m.shape(m.node.GetInput(), i) }

// out returns the shape of the node's first output for one row; nil when it is not known.
func (m *meter) out() []int64 { return m.shape(m.node.GetOutput(), 0) }

// has reports whether the node's i-th input is there.
func (m *meter) has(i int) bool { return i < len(m.node.GetInput()) && m.node.GetInput()[i] != "" }

func (m *meter) shape(names []string, i int) []int64 {
	if i >= len(names) || names[i] == "" {
		return nil
	}
	shape, ok := m.rowShape(names[i])
	if !ok {
		m.missing = append(m.missing, names[i])
		return nil
	}
	return shape
}

// rowShape looks a tensor up in the bodies around the node, then in the model.
func (m *meter) rowShape(name string) ([]int64, bool) {
	for s := m.body; s != nil; s = s.outer {
		if v, ok := s.values[name]; ok {
			return m.split.oneRow(v.Shape, v.axis == "" || v.axis == m.split.graph.axis)
		}
	}
	return m.split.rowShape(name)
}

// rowShape returns the shape that a tensor has for one row, or for the fixed number of rows.
func (s *Split) rowShape(name string) ([]int64, bool) {
	t, told := s.told[name]
	if !told {
		t = s.graph.values[name].Tensor
	}
	return s.oneRow(t.Shape, s.beginsWithRows(name, told))
}

// maxRank bounds the axes that are looked at, again for each node that reads a tensor. No runtime takes as many.
const maxRank = 64

// oneRow returns a copy of a shape in which an open first dimension is filled in, if that is the row axis.
func (s *Split) oneRow(shape []int64, rowsFirst bool) ([]int64, bool) {
	if shape == nil || len(shape) > maxRank {
		return nil, false
	}
	shape = slices.Clone(shape)
	if len(shape) > 0 && shape[0] < 0 && rowsFirst {
		shape[0] = max(1, s.FixedRows)
	}
	_, known := elements(shape)
	return shape, known
}

// beginsWithRows reports whether an open first dimension is the row axis. What travels begins with it; of what does not,
// the file must not say otherwise, and whoever was asked for one row would have told a number.
func (s *Split) beginsWithRows(name string, told bool) bool {
	if i, travels := s.index[name]; travels {
		return !s.Tensors[i].Rowless
	}
	axis := s.graph.values[name].axis
	return !told && (axis == "" || axis == s.graph.axis)
}

// size is the number of elements of a shape, NaN without one.
func size(shape []int64) float64 {
	if shape == nil {
		return math.NaN()
	}
	n := 1.0
	for _, d := range shape {
		n *= float64(d)
	}
	return n
}

// attribute returns the node's attribute of that name; nil, whose fields are all empty, when there is none.
func (m *meter) attribute(name string) *onnxpb.AttributeProto {
	for _, a := range m.node.GetAttribute() {
		if a.GetName() == name {
			return a
		}
	}
	return nil
}

func (m *meter) ints(name string) []int64   { return m.attribute(name).GetInts() }
func (m *meter) integer(name string) int64  { return m.attribute(name).GetI() }
func (m *meter) number(name string) float32 { return m.attribute(name).GetF() }
func (m *meter) text(name string) string    { return string(m.attribute(name).GetS()) }
func (m *meter) flag(name string) bool      { return m.integer(name) != 0 }
