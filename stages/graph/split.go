package graph

import (
	"fmt"
	"math"
	"slices"
)

// Split is a model cut into segments, one per exit. It is not safe for use while Resolve runs.
type Split struct {
	Exits []string // in the order of the segments
	Found bool     // the exits are the model's outputs, nobody named them

	// Tensors holds everything that travels with a request: the model's inputs first, in the file's order and without
	// those that no exit needs, then what each segment gives out, segment by segment.
	Tensors []Tensor
	Inputs  int // how many of Tensors are the model's inputs
	// LastUse tells, for each of Tensors, the number of the last segment that reads it; 0 for an exit that none reads.
	LastUse []int

	Segments []Segment

	// FixedRows is the number of rows that the model insists on, 0 when it takes any.
	FixedRows int64

	graph   *Graph
	members [][]int           // the nodes of each segment, in topological order
	index   map[string]int    // into Tensors
	told    map[string]Tensor // by Resolve
	// uncounted holds the tensors without which the FLOPs are unknown, some more than once.
	uncounted []string
}

// Segment is the part of a model between two exits.
type Segment struct {
	Number int   // from 1
	Exit   int   // its exit, an index into Split.Tensors
	In     []int // what it reads, indexes into Split.Tensors; ascending
	Out    []int // what it gives out, its exit among them; ascending

	Nodes      int   // operators in its model, clones included
	Bodies     bool  // one of its operators has a body, as a loop or a branch has
	Parameters int64 // elements of the constants that it holds; int64 and bool ones, which are shapes and masks, left out
	Weights    int64 // bytes of all of those constants

	// FLOPs of one row, or of all rows of a model that insists on several: one request pays for them. A multiply-add counts
	// as two; see the package comment. NaN when unknown, and then Uncounted says why.
	FLOPs     float64
	Uncounted string

	// Activation is the operator that computes the values of its exit, such as "Softmax" where these are probabilities, or
	// "Gemm" where they are logits. It is empty where the file does not tell.
	Activation string

	// HiddenBytes is the size of one row of what it passes on to later segments; -1 when a type or shape is unknown.
	HiddenBytes int64
}

// Split cuts the model at exits, which may be any tensors that are computed from the inputs. Their order is that of the
// segments. Without exits, the model's outputs are taken, the one that needs the fewest nodes first.
//
// Types or shapes that the file does not give are left open: ask [Split.Unresolved], and tell with [Split.Resolve].
func (g *Graph) Split(exits []string) (*Split, error) {
	found := len(exits) == 0
	exits, err := g.chooseExits(exits)
	if err != nil {
		return nil, err
	}
	members, err := g.assign(exits)
	if err != nil {
		return nil, err
	}
	s := &Split{Exits: exits, Found: found, graph: g, members: members, told: make(map[string]Tensor)}
	s.wire()
	if err := s.checkCarriers(); err != nil {
		return nil, err
	}
	return s, s.measure(s.Tensors, s.told)
}

// assign gives every node to the earliest exit that needs it. A pure node goes to each segment that uses it.
func (g *Graph) assign(exits []string) ([][]int, error) {
	owner := make([]int, len(g.nodes)) // the segment, from 1; of a pure node the latest
	members := make([][]int, len(exits))
	for i, exit := range exits {
		end := g.maker[exit]
		if o := owner[end]; o != 0 {
			return nil, g.emptySegment(exits, i, o-1)
		}
		members[i] = g.reach(end, func(n int) bool {
			if owner[n] == i+1 || owner[n] != 0 && !g.nodes[n].pure {
				return false
			}
			owner[n] = i + 1
			return true
		})
	}
	return members, nil
}

// emptySegment explains why exit i would add nothing to exit earlier, which computes it on its way.
func (g *Graph) emptySegment(exits []string, i, earlier int) error {
	a, b := exits[i], exits[earlier]
	if g.maker[a] == g.maker[b] {
		return fmt.Errorf("exits %q and %q are two results of one %s, so nothing lies between them: name one of them",
			b, a, g.nodes[g.maker[a]])
	}
	return fmt.Errorf("exit %q is computed on the way to exit %q, which comes before it, so its segment would be empty: "+
		"name %q first or leave it out", a, b, a)
}

// reach walks back from node start through everything it needs and returns the nodes for which enter says true, in
// topological order. It does not look behind a node that was not entered.
func (g *Graph) reach(start int, enter func(n int) bool) []int {
	var reached []int
	stack := []int{start}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if !enter(n) {
			continue
		}
		reached = append(reached, n)
		for _, name := range g.nodes[n].reads {
			if m := g.maker[name]; m >= 0 {
				stack = append(stack, m)
			}
		}
	}
	slices.Sort(reached)
	return reached
}

// wire finds what crosses between the segments.
func (s *Split) wire() {
	needs := make([][]string, len(s.members))
	lastUse := make(map[string]int)
	for i, nodes := range s.members {
		needs[i] = s.graph.foreign(nodes)
		for _, name := range needs[i] {
			lastUse[name] = i + 1
		}
	}
	s.index = make(map[string]int)
	for _, name := range s.graph.inputs {
		if lastUse[name] > 0 {
			s.add(name, lastUse[name])
		}
	}
	s.Inputs = len(s.Tensors)
	for i, exit := range s.Exits {
		nodes := s.members[i]
		seg := Segment{Number: i + 1, Nodes: len(nodes), Bodies: s.graph.library.embodied(s.graph.protos(nodes))}
		seg.Parameters, seg.Weights = s.graph.parameters(nodes), s.graph.weightBytes(nodes)
		for _, name := range s.graph.made(nodes) {
			if lastUse[name] > seg.Number || name == exit {
				seg.Out = append(seg.Out, s.add(name, lastUse[name]))
			}
		}
		for _, name := range needs[i] {
			seg.In = append(seg.In, s.index[name])
		}
		slices.Sort(seg.In)
		seg.Exit = s.index[exit]
		seg.Activation = s.graph.activation(exit)
		s.Segments = append(s.Segments, seg)
	}
}

// add lets a tensor travel and returns its index.
func (s *Split) add(name string, lastUse int) int {
	at := len(s.Tensors)
	s.index[name] = at
	s.Tensors = append(s.Tensors, s.graph.tensor(name))
	s.LastUse = append(s.LastUse, lastUse)
	return at
}

// foreign returns the tensors that nodes read and neither they nor the file's constants make.
func (g *Graph) foreign(nodes []int) []string {
	var names []string
	seen := make(map[string]bool)
	for _, n := range nodes {
		for _, name := range g.nodes[n].reads {
			m := g.maker[name]
			if _, own := slices.BinarySearch(nodes, m); own || m == fromFile || seen[name] {
				continue
			}
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// made returns the results of nodes that are not clones.
func (g *Graph) made(nodes []int) []string {
	var names []string
	for _, n := range nodes {
		if g.nodes[n].pure {
			continue
		}
		for _, name := range g.nodes[n].GetOutput() {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	return names
}

// checkCarriers refuses values on a segment's border that are no tensors of numbers.
func (s *Split) checkCarriers() error {
	for i, t := range s.Tensors {
		if barred := s.graph.values[t.Name].barred; barred != "" {
			return fmt.Errorf("tensor %q %s, which a request cannot carry%s", t.Name, barred, s.role(i))
		}
	}
	return nil
}

// role says for an error what tensor i is, and what can be done about it.
func (s *Split) role(i int) string {
	name := s.Tensors[i].Name
	switch {
	case s.graph.maker[name] == fromInput:
		return "; it is an input of the model, which has to be exported differently"
	case slices.Contains(s.Exits, name):
		return "; it is an exit: name the tensor that it is made from instead"
	}
	return fmt.Sprintf("; it is needed up to segment %d: name other exits, or export the model for exactly one row, so that any tensor can travel",
		s.LastUse[i])
}

// checkRows returns the number of rows that tensors insist on, 0 for any. All must have their rows first.
func (s *Split) checkRows(tensors []Tensor) (int64, error) {
	rows, stated := int64(0), int64(0) // stated by the inputs alone
	for i, t := range tensors {
		if t.Shape == nil {
			continue
		}
		if len(t.Shape) == 0 {
			return 0, fmt.Errorf("tensor %q is a single number without a row axis, so it cannot be told which request it "+
				"belongs to%s", t.Name, s.role(i))
		}
		n := t.Shape[0]
		if n < 0 || n == rows {
			continue
		}
		input := s.graph.maker[t.Name] == fromInput
		if !input && s.single(tensors) {
			tensors[i].Rowless = true
			continue
		}
		if rows == 0 && (input || n == 1) { // one row is one row, whatever the inputs leave open
			rows = n
			if input {
				stated = n
			}
			continue
		}
		return 0, fmt.Errorf("tensor %s does not begin with the row axis, as the model's inputs do (%s)%s",
			t, rowsText(stated), s.role(i))
	}
	return rows, nil
}

// single reports whether the model takes one row and no more: then it is all the same which axis that is.
func (s *Split) single(tensors []Tensor) bool {
	for _, t := range tensors[:s.Inputs] {
		if len(t.Shape) == 0 || t.Shape[0] != 1 {
			return false
		}
	}
	return true
}

func rowsText(rows int64) string {
	if rows == 0 {
		return "any number of rows"
	}
	return fmt.Sprintf("rows: %d", rows)
}

// measure fills in what follows from types and shapes, if they fit together; otherwise it changes nothing.
func (s *Split) measure(tensors []Tensor, told map[string]Tensor) error {
	rows, err := s.checkRows(tensors)
	if err != nil {
		return err
	}
	s.Tensors, s.told, s.FixedRows, s.uncounted = tensors, told, rows, nil
	for i := range s.Segments {
		seg := &s.Segments[i]
		seg.HiddenBytes = s.hiddenBytes(seg)
		s.count(seg)
	}
	return nil
}

func (s *Split) hiddenBytes(seg *Segment) int64 {
	sum := int64(0)
	for _, i := range seg.Out {
		if s.LastUse[i] <= seg.Number {
			continue
		}
		b := s.Tensors[i].RowBytes()
		if b < 0 || sum > math.MaxInt64-b {
			return -1
		}
		sum += b
	}
	return sum
}
