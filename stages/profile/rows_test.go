package profile

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// measured is a profile of one segment with the times of runs by their rows, in ms.
func measured(times map[int]float64) *Profile {
	s := Segment{Rows: map[int]Cost{}}
	for rows, ms := range times {
		s.Rows[rows] = Cost{Median: new(ms / 1e3)}
	}
	return &Profile{Exits: make([]Exit, 1), Segments: []Segment{s}}
}

func TestASegmentIsBatchedAsFarAsItPays(t *testing.T) {
	for _, c := range []struct {
		name  string
		times map[int]float64
		most  int
		want  int
	}{
		{"every row cheaper", map[int]float64{1: 1, 2: 1.8, 4: 3.2, 8: 5}, 8, 8},
		{"no more than may be", map[int]float64{1: 1, 2: 1.8, 4: 3.2, 8: 5}, 4, 4},
		{"between two that were measured", map[int]float64{1: 1, 2: 1.8, 4: 3.2, 8: 5}, 6, 6},
		{"no further than was measured", map[int]float64{1: 1, 2: 1.8, 4: 3.2}, 64, 4},
		{"when it is allowed at all", map[int]float64{1: 1, 2: 1.8, 4: 3.2, 8: 5}, 1, 1},
		{"the last step does not pay", map[int]float64{1: 1, 2: 1.8, 4: 3.2, 8: 6.3}, 8, 4},
		{"two small steps pay together", map[int]float64{1: 1, 2: 1.96, 4: 3.84, 8: 7.6}, 8, 4},
		{"a gain that means nothing", map[int]float64{1: 1, 2: 1.98, 4: 3.92, 8: 7.8}, 8, 1},
		{"a loss on the way to a gain", map[int]float64{1: 1, 2: 2.1, 4: 3.6, 8: 6}, 8, 1},
		{"a loss that means nothing on the way", map[int]float64{1: 1, 2: 2.04, 4: 3.6, 8: 6}, 8, 8},
		{"one row and no other", map[int]float64{1: 1}, 8, 1},
		{"nothing", nil, 8, 1},
		{"several rows and not one", map[int]float64{2: 1, 4: 1}, 8, 1},
	} {
		if got := measured(c.times).Batches(c.most); !cmp.Equal(got, []int{c.want}) {
			t.Errorf("%s: %v rows, want %d", c.name, got, c.want)
		}
	}
	if got := (&Profile{Exits: make([]Exit, 3)}).Batches(8); !cmp.Equal(got, []int{1, 1, 1}) {
		t.Errorf("without segments: %v", got)
	}
	unknown := measured(map[int]float64{1: 1, 2: 1.2})
	unknown.Segments[0].Rows[1] = Cost{}
	if got := unknown.Batches(8); !cmp.Equal(got, []int{1}) {
		t.Errorf("when one row is not known: %v", got)
	}
}

// A row of a batch is never dearer than one alone by more than is taken for noise, and in the largest batch it is cheaper.
func TestNobodyLosesByABatch(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 1))
		times := map[int]float64{1: 1}
		for rows, last := 2, 1.0; rows <= 32; rows *= 2 {
			last *= 2 * (.8 + .3*rng.Float64())
			times[rows] = last
		}
		p, most := measured(times), 1+rng.IntN(40)
		batch := p.Batches(most)[0]
		if batch > most {
			t.Fatalf("seed %d: %d rows, and %d may be", seed, batch, most)
		}
		for rows := 2; rows <= batch; rows++ {
			if each := p.Times(0, rows) / float64(rows); each > 1+2*pays {
				t.Errorf("seed %d: up to %d rows, but of %d each takes %g times as long as alone", seed, batch, rows, each)
			}
		}
		if each := p.Times(0, batch) / float64(batch); batch > 1 && each > 1-pays {
			t.Errorf("seed %d: of %d rows each takes %g times as long as alone", seed, batch, each)
		}
	}
}

func TestTimesOfARun(t *testing.T) {
	p := measured(map[int]float64{1: 2, 2: 3, 4: 5, 8: 11})
	for rows, want := range map[int]float64{1: 1, 2: 1.5, 3: 2, 4: 2.5, 6: 4, 8: 5.5, 16: 11, 12: 8.25} {
		if got := p.Times(0, rows); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d rows take %g times as long as one, want %g", rows, got, want)
		}
	}
	for name, p := range map[string]*Profile{
		"no segments": {Exits: make([]Exit, 1)}, "no rows": measured(nil), "not one row": measured(map[int]float64{2: 3}), "no time": measured(map[int]float64{1: 0, 2: 0}),
	} {
		if got := p.Times(0, 3); got != 3 {
			t.Errorf("%s: three rows take %g times as long as one", name, got)
		}
	}
}

func TestPowerOfSegments(t *testing.T) {
	exit := func(ms, mJ float64) Exit { return Exit{ResponseTime: new(ms / 1e3), Energy: new(mJ / 1e3)} }
	p := &Profile{IdlePower: new(2.0), Exits: []Exit{exit(1, 5), exit(3, 13), exit(3, 13), exit(4, 14)}}
	// W: 5 and 4 with 2 idle; a segment that takes no time; 1, which is less than idle.
	got := p.Power()
	for i, want := range []float64{3, 2, 0, 0} {
		if len(got) != 4 || math.Abs(got[i]-want) > 1e-9 {
			t.Fatalf("the segments draw %v", got)
		}
	}
	p.Exits[1].Energy = nil
	if got := p.Power(); got != nil {
		t.Errorf("without an energy: %v", got)
	}
	p = &Profile{Exits: []Exit{exit(1, 5)}}
	if got := p.Power(); got != nil {
		t.Errorf("without the idle power: %v", got)
	}
}
