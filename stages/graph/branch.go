package graph

import "github.com/delen-edge/delen/stages/graph/onnxpb"

// scope holds what a body says of the tensors that it defines.
type scope struct {
	values map[string]value
	outer  *scope // of the body around it; nil when that is the model
}

// Set here, because the rule counts nodes by the table that it stands in.
func init() { rules["If"] = branches }

// branches counts the more expensive branch of an If.
func branches(m *meter) float64 {
	most := 0.0
	for _, a := range m.node.GetAttribute() {
		for b := range bodies(a) {
			most = max(most, m.within(b))
		}
	}
	return most
}

// within sums the nodes of a body.
func (m *meter) within(b *onnxpb.GraphProto) float64 {
	s, sum := newScope(b, m.body), 0.0
	for i, n := range b.GetNode() {
		sum += (&meter{split: m.split, node: node{NodeProto: n, place: i + 1}, body: s, gaps: m.gaps}).count()
	}
	return sum
}

// newScope reads the declarations of b. What it defines without telling the shape hides what the same name is outside.
func newScope(b *onnxpb.GraphProto, outer *scope) *scope {
	s := &scope{values: make(map[string]value), outer: outer}
	for name := range inBody(b) {
		s.values[name] = value{}
	}
	declare := func(v value) {
		if _, own := s.values[v.Name]; own && v.Shape != nil {
			s.values[v.Name] = v
		}
	}
	for _, list := range [][]*onnxpb.ValueInfoProto{b.GetInput(), b.GetOutput(), b.GetValueInfo()} {
		for _, v := range list {
			declare(describe(v))
		}
	}
	for _, t := range b.GetInitializer() {
		declare(value{Tensor: Tensor{Name: t.GetName(), Shape: append([]int64{}, t.GetDims()...)}})
	}
	return s
}
