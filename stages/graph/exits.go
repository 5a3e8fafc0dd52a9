package graph

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxExits bounds the work on a hostile file; the deepest published networks have a few dozen.
const maxExits = 256

// chooseExits returns the exits that were named, or those that are found.
func (g *Graph) chooseExits(named []string) ([]string, error) {
	if len(named) == 0 && g.exits != nil {
		named = g.exits
	}
	if len(named) > 0 {
		return slices.Clone(named), g.checkExits(named)
	}
	return g.findExits()
}

// findExits takes the model's outputs as its exits, the shallowest first. Depth is the number of nodes that an output
// needs, those that follow from constants and shapes alone not counted; equals keep the file's order.
func (g *Graph) findExits() ([]string, error) {
	if len(g.outputs) == 0 {
		return nil, errors.New("the model has no outputs: name the tensors that are its exits")
	}
	if err := g.checkExits(g.outputs); err != nil {
		return nil, err
	}
	depth := make(map[string]int, len(g.outputs))
	for _, exit := range g.outputs {
		seen := make([]bool, len(g.nodes))
		first := func(n int) bool { old := seen[n]; seen[n] = true; return !old }
		for _, n := range g.reach(g.maker[exit], first) {
			if !g.nodes[n].pure {
				depth[exit]++
			}
		}
	}
	exits := slices.Clone(g.outputs)
	slices.SortStableFunc(exits, func(a, b string) int { return cmp.Compare(depth[a], depth[b]) })
	return exits, nil
}

// checkExits refuses names that cannot be exits.
func (g *Graph) checkExits(exits []string) error {
	if len(exits) > maxExits {
		return fmt.Errorf("%d exits are more than %d: name those that matter", len(exits), maxExits)
	}
	for i, exit := range exits {
		m, ok := g.maker[exit]
		switch {
		case !ok:
			return g.unknownExit(exit)
		case slices.Contains(exits[:i], exit):
			return fmt.Errorf("exit %q is named twice", exit)
		case m == fromInput:
			return fmt.Errorf("exit %q is an input of the model: an exit must be computed", exit)
		case m == fromFile || !g.nodes[m].live:
			return fmt.Errorf("exit %q does not depend on any input's values: it would answer every request alike", exit)
		}
	}
	return nil
}

func (g *Graph) unknownExit(exit string) error {
	for _, n := range g.nodes {
		if defines(n.NodeProto, exit) {
			return fmt.Errorf("exit %q lies in a body of %s: an exit must be a tensor of the model itself", exit, n)
		}
	}
	return fmt.Errorf("the model has no tensor %q%s; its outputs are %s", exit, g.suggest(exit), quoted(g.outputs))
}

// quoted lists names for an error, not too many of them.
func quoted(names []string) string {
	const most = 12
	list := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			return strings.Join(list, ", ") + " and " + strconv.Itoa(len(names)-most) + " more"
		}
		list = append(list, strconv.Quote(name))
	}
	return strings.Join(list, ", ")
}

// suggest returns " (did you mean ...?)" with the nearest name of a tensor, or nothing.
func (g *Graph) suggest(name string) string {
	const farthest, longest = 2, 64
	if len(name) > longest {
		return ""
	}
	best, least := "", farthest+1
	for known := range g.maker {
		if d := len(known) - len(name); d > farthest || d < -farthest {
			continue
		}
		if d := distance(name, known); d < least || d == least && known < best {
			best, least = known, d
		}
	}
	if least > farthest || least >= len(name) {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance counts the insertions, deletions and changes of a byte that make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
