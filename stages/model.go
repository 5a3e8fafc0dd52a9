package stages

import (
	"fmt"
	"math"
	"slices"
)

// Segment is the part of a model between two exits.
type Segment struct {
	Exit    int     // index into Model.Tensors of the output that can serve as the answer
	In, Out []int   // indexes into Model.Tensors, in the order in which the executable takes and gives them
	FLOPs   float64 // of one request, a multiply-add counted as two; NaN when unknown
}

// Model is a multi-exit network cut at its exits, as all that run it see it. It is immutable.
type Model struct {
	Name     string
	Exits    []string  // the exits' names in depth order; Exits[k] is the answer of Segments[k]
	Tensors  []Info    // inputs, what crosses a cut, and exits
	Inputs   []int     // the graph's own inputs, indexes into Tensors
	LastUse  []int     // of each tensor: the last segment (from 0) that reads it; Kept for an exit
	Segments []Segment // one per exit
	Rows     int       // that every run takes, of a model that insists on a number; 0: any number
	Logits   bool      // the exits hold logits; otherwise they hold probabilities

	// Temperatures are what the logits of each exit are divided by before they become probabilities, so that its confidence
	// is as high as it is right; nil: 1 for all.
	Temperatures []float64
}

// Kept is the LastUse of a tensor that lives until its ticket ends: every exit's output.
const Kept = math.MaxInt

// Validate checks the laws that executing code relies on: every input of a segment is written before it is read, with one
// exit per segment of a floating type with at least two classes.
func (m *Model) Validate() error {
	if len(m.Segments) == 0 || len(m.Exits) != len(m.Segments) {
		return fmt.Errorf("%d segments for %d exits", len(m.Segments), len(m.Exits))
	}
	if len(m.LastUse) != len(m.Tensors) {
		return fmt.Errorf("%d tensors and %d last uses", len(m.Tensors), len(m.LastUse))
	}
	if m.Temperatures != nil && (!m.Logits || len(m.Temperatures) != len(m.Exits)) {
		return fmt.Errorf("%d temperatures for %d exits, logits: %v: there is one for each exit that gives logits", len(m.Temperatures), len(m.Exits), m.Logits)
	}
	written := make([]bool, len(m.Tensors))
	for _, i := range m.Inputs {
		written[i] = true
	}
	for s, seg := range m.Segments {
		for _, i := range seg.In {
			if i < 0 || i >= len(written) || !written[i] {
				return fmt.Errorf("segment %d reads tensor %d, which nothing before it writes", s+1, i)
			}
		}
		for _, i := range seg.Out {
			if i < 0 || i >= len(written) || written[i] {
				return fmt.Errorf("segment %d writes tensor %d, which is not its to write", s+1, i)
			}
			written[i] = true
		}
		if err := m.checkExit(s); err != nil {
			return err
		}
	}
	return nil
}

func (m *Model) checkExit(s int) error {
	seg := m.Segments[s]
	if !slices.Contains(seg.Out, seg.Exit) {
		return fmt.Errorf("exit %s is not an output of segment %d", m.Exits[s], s+1)
	}
	exit := &m.Tensors[seg.Exit]
	if !exit.Type.floating() {
		return fmt.Errorf("exit %s is of type %s: an exit gives a floating number for each class", exit.Name, exit.Type)
	}
	if exit.RowBytes < 2*exit.Type.Size() {
		return fmt.Errorf("exit %s has one value a row: an exit needs one value per class, two or more", exit.Name)
	}
	return nil
}

// MaxRows is for how many tickets one run may be, when so many are wanted: for one, of a model that insists on a number of
// rows, or that has a tensor without the row axis.
func (m *Model) MaxRows(wanted int) int {
	if m.Rows > 0 || slices.ContainsFunc(m.Tensors, func(t Info) bool { return t.Rowless }) {
		return 1
	}
	return max(wanted, 1)
}

// CheckRows says what is wrong with a runner's number of rows, if anything.
func (m *Model) CheckRows(rows int) error {
	switch {
	case rows < 1:
		return fmt.Errorf("no run is for %d requests", rows)
	case rows > m.MaxRows(rows):
		return fmt.Errorf("every run takes %d rows, no more and no fewer; export it with a dynamic batch to run it with another number", max(m.Rows, 1))
	}
	return nil
}

// Classes is the number of values in a row of the exit of segment s.
func (m *Model) Classes(s int) int {
	exit := &m.Tensors[m.Segments[s].Exit]
	return exit.RowBytes / exit.Type.Size()
}

// FLOPs is the cost of one request from the input through exit number exit (from 1); NaN when a segment's is unknown.
func (m *Model) FLOPs(exit int) float64 {
	sum := 0.0
	for _, s := range m.Segments[:exit] {
		sum += s.FLOPs
	}
	return sum
}
