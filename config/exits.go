package config

import "github.com/delen-edge/delen/stages/graph"

// checkExits warns of exits that can be run, and hardly give what is expected of
// them.
func (b *block) checkExits(m *Model, from string, s *graph.Split) {
	at := from
	if b.given("exits") {
		at = "exits"
	}
	var first graph.Tensor
	for i, seg := range s.Segments {
		t := s.Tensors[seg.Exit]
		if m.Activation == Softmax && seg.Softmax {
			b.warnAt(at, "Softmax twice", "Exit %q gives probabilities already, as it comes from a Softmax, and activation is \"softmax\": its confidence is far too low. "+
				"Write activation = \"none\".", t.Name)
		}
		if wide(t) {
			b.warnAt(at, "Exit that is no list", "Exit %q is %s, and each of its values is taken for a class. Leave it out if it is none that classifies.", t.Name, t)
		}
		if i == 0 {
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
