package stages

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// ErrMixed is the error of Together when rows that run together do not give what each gives alone. A model may compute over
// the rows of a batch whatever it likes, a mean of all or their number; its requests are none of each other's business.
var ErrMixed = errors.New("rows that run together do not give what they give alone, so the model is run for one request at a time")

// mixed is by what part of the largest value of an exit a row may differ, and trifle the least of such values: what no rounding
// does.
const mixed, trifle = .01, .01

// Together runs a chain of runners, one for each segment of a backend's model, each for as many rows as it is given here, and
// fails with ErrMixed when a row is not what it is alone. After it a run for so many is as fast as the next one. The rows are
// of noise, other ones in each round; where the model cannot compute that, they are zeros, and nothing is compared. A run is
// asked to end when it takes longer than the limit; with 0 there is none.
func Together(b Backend, chain []Runner, rows []int, rounds int, limit time.Duration) error {
	var pair []*Carry
	defer func() {
		for _, c := range pair {
			b.Free(c)
		}
	}()
	for len(pair) < 2 {
		c, err := b.Alloc()
		if errors.Is(err, ErrMemory) && len(pair) == 1 {
			break // there are no two that could run together
		}
		if err != nil {
			return err
		}
		pair = append(pair, c)
	}
	t := trial{model: b.Model(), chain: chain, limit: limit, pair: pair}
	for round := range rounds {
		if err := t.compare(uint64(round), rows); err != nil {
			return err
		}
	}
	return nil
}

// trial is two tickets that go through a chain, or one if there is no memory for two.
type trial struct {
	model *Model
	chain []Runner
	limit time.Duration
	pair  []*Carry
}

// compare runs noise alone and together.
func (t *trial) compare(seed uint64, rows []int) error {
	t.noise(seed)
	alone, err := t.exits(slices.Repeat([]int{1}, len(rows)))
	if err != nil {
		t.zeros()
		_, err := t.exits(rows)
		return err
	}
	t.noise(seed)
	several, err := t.exits(rows)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(alone, several, alike) {
		return ErrMixed
	}
	return nil
}

// exits sends the tickets through the chain, in turns as often as a run has rows, and gives their exits.
func (t *trial) exits(rows []int) (exits [][]float32, err error) {
	for s, r := range t.chain {
		run := t.pair
		if n := rows[s]; n > 1 {
			run = slices.Repeat(t.pair, n)[:n]
		}
		for run := range slices.Chunk(run, rows[s]) {
			if _, err := RunWithin(t.limit, r, run); err != nil {
				return nil, fmt.Errorf("the first run of segment %d of model %s for %d requests: %w", s+1, t.model.Name, len(run), err)
			}
		}
		for _, c := range t.pair {
			var values []float32
			exits = append(exits, slices.Clone(c.Tensors[t.model.Segments[s].Exit].Values(&values)))
		}
	}
	return exits, nil
}

func (t *trial) noise(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for _, c := range t.pair {
		for _, i := range t.model.Inputs {
			c.Tensors[i].Clear()
			Noise(random, c.Tensors[i].Info.Type, c.Tensors[i].Data)
		}
	}
}

func (t *trial) zeros() {
	for _, c := range t.pair {
		for _, i := range t.model.Inputs {
			c.Tensors[i].Clear()
		}
	}
}

// alike says whether two exits are the same but for rounding.
func alike(a, b []float32) bool {
	scale := trifle
	for _, v := range a {
		if x := math.Abs(float64(v)); x <= math.MaxFloat32 { // no NaN
			scale = max(scale, x)
		}
	}
	for i := range a {
		x, y := float64(a[i]), float64(b[i])
		if x == y || math.IsNaN(x) && math.IsNaN(y) {
			continue
		}
		if !(math.Abs(x-y) <= mixed*scale) {
			return false
		}
	}
	return true
}
