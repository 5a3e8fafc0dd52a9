package config

import "github.com/delen-edge/delen/stages/graph"

// checkExits reports exits that give no answer, and warns of those that can be run
// and hardly give what is expected of them.
func (b *block) checkExits(m *Model, from string, s *graph.Split) {
	at := from
	if b.given("exits") {
		at = "exits"
	}
	var first graph.Tensor
	for _, seg := range s.Segments {
		t := s.Tensors[seg.Exit]
		if t.Type != graph.Unknown && !t.Type.Floating() || values(t) == 1 {
			b.failAt(at, "Invalid exit", "Exit %q is %s, and an exit gives a number with a fraction for each class, of two or more. Write the name of the tensor "+
				"that it is made from.", t.Name, t)
			continue
		}
		b.checkActivation(m, at, t.Name, seg.Activation)
		if wide(t) {
			b.warnAt(at, "Exit that is no list", "Exit %q is %s, and each of its values is taken for a class. Leave it out if it is none that classifies.", t.Name, t)
		}
		if first.Name == "" {
			first = t
		} else if a, z := values(first), values(t); a > 0 && z > 0 && a != z {
			b.warnAt(at, "Exits of different sizes", "Exit %q gives %d values and exit %q %d: they do not tell the same classes apart. Write the exits that do.",
				first.Name, a, t.Name, z)
		}
	}
}

// wide says whether a row has more than one extent beyond 1.
func wide(t graph.Tensor) bool {
	extents := 0
	for _, n := range t.Shape[min(1, len(t.Shape)):] {
		if n > 1 {
			extents++
		}
	}
	return extents > 1
}
