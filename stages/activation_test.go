package stages

import (
	"math"
	"slices"
	"testing"
)

func TestActivationWatch(t *testing.T) {
	probable, logits, sigmoid := []float32{.2, .8, 0}, []float32{-1, 3, .5}, []float32{.9, .8, .1}
	halved := []float32{.2, .802, 0} // rounded to half precision
	nan := []float32{float32(math.NaN()), 1}
	for _, c := range []struct {
		name   string
		logits bool
		rows   [][]float32 // of the first exit, over and over
		wrong  bool
		at     int // the row that tells, from 1; 0: none does
	}{
		{"probabilities for logits", true, [][]float32{probable}, true, seenEnough},
		{"rounded ones", true, [][]float32{probable, halved}, true, seenEnough},
		{"behind a NaN", true, [][]float32{nan, probable}, true, 2 * seenEnough},
		{"logits", true, [][]float32{logits}, false, 0},
		{"logits that look like probabilities at times", true, [][]float32{probable, probable, logits}, false, 0},
		{"a sigmoid, of which nobody can tell", true, [][]float32{sigmoid}, false, 0},
		{"probabilities", false, [][]float32{probable}, false, 0},
		{"a sigmoid for each class", false, [][]float32{sigmoid}, false, 0},
		{"logits for probabilities", false, [][]float32{logits}, true, 1},
		{"logits that look like probabilities at first", false, [][]float32{probable, sigmoid, logits}, true, 3},
		{"nothing", false, [][]float32{nan}, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := NewActivationWatch(&Model{Logits: c.logits, Segments: make([]Segment, 2)})
			at := 0
			for i := range 4 * seenEnough {
				if w.See(0, c.rows[i%len(c.rows)]) {
					if at != 0 {
						t.Fatalf("told again, at row %d", i+1)
					}
					at = i + 1
				}
			}
			if at != c.at {
				t.Errorf("told at row %d, not %d", at, c.at)
			}
			if got := slices.Equal(w.Wrong(), []int{0}); got != c.wrong {
				t.Errorf("wrong are %v", w.Wrong())
			}
		})
	}
	var none *ActivationWatch
	if none.See(0, logits) {
		t.Error("a watch that is not there has noticed something")
	}
}
