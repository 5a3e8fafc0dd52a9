package graph

import (
	"fmt"
	"maps"
	"slices"
)

// Unresolved returns the names of those of Tensors whose element type or shape the file does not give completely. (The
// row axis may be open.) A runtime can tell: open the model that [Graph.WithOutputs] makes with these names, read the
// types of its outputs, and hand them to [Split.Resolve].
func (s *Split) Unresolved() []string {
	var names []string
	for _, t := range s.Tensors {
		if !t.resolved() {
			names = append(names, t.Name)
		}
	}
	return names
}

// Uncounted returns the names of tensors inside the segments whose missing shapes leave FLOPs unknown, or may do so once others
// are known. (Those on a border are [Split.Unresolved].) Open the model that [Graph.OneRow] makes with these names to learn
// their shapes for one row, and hand them to [Split.Resolve].
func (s *Split) Uncounted() []string {
	if len(s.uncounted) == 0 {
		return nil
	}
	var names []string
	seen := make(map[string]bool)
	for _, nodes := range s.members {
		for _, n := range nodes {
			for _, name := range s.graph.nodes[n].GetOutput() {
				if name == "" || seen[name] {
					continue
				}
				seen[name] = true
				_, travels := s.index[name]
				if _, known := s.rowShape(name); !known && !travels {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// Resolve completes types and shapes with what somebody who knows tells, and counts again. A tensor that is among Tensors
// is told with its row axis, open or not; one inside a segment has the shape of one row. What contradicts the file, or has
// no row axis where one is needed, is an error that changes nothing.
func (s *Split) Resolve(tensors []Tensor) error {
	told := maps.Clone(s.told)
	all := slices.Clone(s.Tensors)
	for _, t := range tensors {
		if _, ok := s.graph.maker[t.Name]; !ok {
			return fmt.Errorf("the model has no tensor %q%s", t.Name, s.graph.suggest(t.Name))
		}
		if err := s.resolve(t, all, told); err != nil {
			return err
		}
	}
	return s.measure(all, told)
}

// resolve completes one tensor in all, if it travels, and in told.
func (s *Split) resolve(t Tensor, all []Tensor, told map[string]Tensor) error {
	if t.Type != Unknown && t.Type.Size() == 0 {
		return fmt.Errorf("tensor %q: %s is no type that a request can carry", t.Name, t.Type)
	}
	if err := checkSize(t); err != nil {
		return err
	}
	old, ok := told[t.Name]
	if !ok {
		old = s.graph.tensor(t.Name)
	}
	t, err := old.merge(t)
	if err != nil {
		return err
	}
	if err := checkSize(t); err != nil {
		return err
	}
	told[t.Name] = t
	if i, ok := s.index[t.Name]; ok {
		all[i] = t
	}
	return nil
}
