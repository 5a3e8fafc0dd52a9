package graph

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// draft is a random model in the making.
type draft struct {
	*rand.Rand
	text    strings.Builder
	tensors []string
	live    map[string]bool // depends on an input's values
	exits   []string        // candidates
}

func (d *draft) line(format string, args ...any) { fmt.Fprintf(&d.text, format+"\n", args...) }

// pick returns a tensor, a late one more often than not, as in real networks.
func (d *draft) pick() string {
	n := len(d.tensors)
	if d.IntN(3) > 0 {
		return d.tensors[n-1-d.IntN(min(n, 4))]
	}
	return d.tensors[d.IntN(n)]
}

// step adds an operator.
func (d *draft) step(i int) {
	name, a, b := fmt.Sprintf("t%d", i), d.pick(), d.pick()
	live := d.live[a]
	switch d.IntN(12) {
	case 0:
		d.line("%s = Constant() numbers=4", name)
		live = false
	case 1:
		d.line("%s = Shape(%s)", name, a)
		live = false
	case 2, 3:
		d.line("%s = MatMul(%s, w)", name, a)
	case 4, 5:
		d.line("%s = Relu(%s)", name, a)
	case 6:
		d.line("body b%d\nr = Add(%s, v)\noutput r\nend", i, b)
		d.line("%s = If(%s) then_branch=@b%d else_branch=@b%d", name, a, i, i)
		live = live || d.live[b]
	case 7:
		d.line("%s, %sb = Both(%s)", name, name, a)
		d.made(name+"b", live)
	default:
		d.line("%s = %s(%s, %s)", name, []string{"Add", "Mul"}[d.IntN(2)], a, b)
		live = live || d.live[b]
	}
	d.made(name, live)
	if live {
		d.exits = append(d.exits, name)
	}
}

func (d *draft) made(name string, live bool) {
	d.line("value %s[N 4]", name)
	d.tensors = append(d.tensors, name)
	d.live[name] = live
}

// randomModel writes a model with some inputs, weights and operators, and names some of its tensors as exits.
func randomModel(seed uint64) (text string, exits []string) {
	d := &draft{Rand: rand.New(rand.NewPCG(seed, 1)), live: make(map[string]bool)}
	d.line("init w[4 4]\ninit v[4]")
	for i := range 1 + d.IntN(3) {
		name := fmt.Sprintf("x%d", i)
		d.line("input %s[N 4]", name)
		d.tensors, d.live[name] = append(d.tensors, name), true
	}
	for i := range 4 + d.IntN(30) {
		d.step(i)
	}
	d.Shuffle(len(d.exits), func(i, j int) { d.exits[i], d.exits[j] = d.exits[j], d.exits[i] })
	exits = d.exits[:min(len(d.exits), 1+d.IntN(5))]
	for _, e := range exits {
		d.line("output %s[N 4]", e)
	}
	return d.text.String(), exits
}

// TestSegmentsComputeWhatTheModelComputes is the law of the split, on random models.
func TestSegmentsComputeWhatTheModelComputes(t *testing.T) {
	const models = 500
	done := 0
	for seed := range uint64(models) {
		text, exits := randomModel(seed)
		g := parse(t, text)
		if seed%4 != 0 { // mostly in the order of depth, sometimes as they were drawn
			exits = nil
		}
		s, err := g.Split(exits)
		if err != nil {
			if !earned(err) {
				t.Errorf("seed %d: %v\n%s", seed, err, text)
			}
			continue
		}
		if len(s.Segments) > 1 {
			done++
		}
		checkSplit(t, g, s)
		if t.Failed() {
			t.Fatalf("seed %d: exits %q\n%s\n%s", seed, exits, text, story(s))
		}
	}
	if done < models/4 {
		t.Errorf("only %d of %d models had two segments or more: the test tests nothing", done, models)
	}
}

// earned tells the errors that a random choice of exits may well meet.
func earned(err error) bool {
	for _, reason := range []string{"would be empty", "has no outputs"} {
		if strings.Contains(err.Error(), reason) {
			return true
		}
	}
	return false
}
