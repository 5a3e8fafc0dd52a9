package graph

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestEinsumByHand(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		equation string
		shapes   [][]int64
		want     float64
	}{
		{"ij,jk->ik", [][]int64{{2, 3}, {3, 5}}, 2 * 3 * 5 * 2},
		{" i j , j k ", [][]int64{{2, 3}, {3, 5}}, 2 * 3 * 5 * 2}, // what occurs once is the result
		{"bij,bjk->bik", [][]int64{{7, 2, 3}, {7, 3, 5}}, 7 * 2 * 3 * 5 * 2},
		{"bij,bjk->bik", [][]int64{{7, 2, 3}, {1, 3, 5}}, 7 * 2 * 3 * 5 * 2}, // 1 is repeated
		{"...ij,...jk->...ik", [][]int64{{7, 4, 2, 3}, {4, 3, 5}}, 7 * 4 * 2 * 3 * 5 * 2},
		{"...ij,jk", [][]int64{{7, 4, 2, 3}, {3, 5}}, 7 * 4 * 2 * 3 * 5 * 2},
		{"...ij,...jk->...ik", [][]int64{{2, 3}, {3, 5}}, 2 * 3 * 5 * 2}, // an ellipsis of no axes
		{"i,j->ij", [][]int64{{2}, {3}}, 2 * 3},                          // an outer product sums nothing
		{"i,i->i", [][]int64{{4}, {4}}, 4},
		{"i,i->", [][]int64{{4}, {4}}, 4 * 2},
		{"i,i", [][]int64{{4}, {4}}, 4 * 2},
		{"ij->ji", [][]int64{{2, 3}}, 0},
		{"ij->i", [][]int64{{2, 3}}, 2 * 3},
		{"ii->i", [][]int64{{4, 4}}, 0}, // a diagonal
		{"ii", [][]int64{{4, 4}}, 4},    // its sum
		{"...->", [][]int64{{2, 3}}, 2 * 3},
		{"aA,AB->aB", [][]int64{{2, 3}, {3, 5}}, 2 * 3 * 5 * 2},
		{"ij,jk,kl->il", [][]int64{{2, 3}, {3, 5}, {5, 7}}, 2*3*5*2 + 2*5*7*2}, // pair by pair
		{"i,j,k->ijk", [][]int64{{2}, {3}, {5}}, 2*3 + 2*3*5},
		{",i->i", [][]int64{{}, {3}}, 3}, // a single number
		{"", [][]int64{{}}, 0},

		{"ij,jk->ik", [][]int64{{2, 3}, {4, 5}}, nan},
		{"ij,jk->ik", [][]int64{{2, 3}}, nan},
		{"ij->ij", [][]int64{{2}}, nan},
		{"i->i", [][]int64{{2, 3}}, nan},
		{"i-j->i", [][]int64{{2, 3}}, nan},
		{"...i...->i", [][]int64{{2, 3, 4}}, nan},
		{"..i->i", [][]int64{{2, 3}}, nan},
		{"ij...->ij...", [][]int64{{2}}, nan},
		{"ij->ii", [][]int64{{2, 3}}, nan},
		{"i->i->i", [][]int64{{2}}, nan},
		{"é->", [][]int64{{2}}, nan},
	} {
		got := contraction(c.equation, c.shapes)
		if got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("%q of %v: %v FLOPs, by hand %v", c.equation, c.shapes, got, c.want)
		}
	}
}

// TestEinsumAgainstLoops counts two terms with letters the dumb way: by looping over all indexes.
func TestEinsumAgainstLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func() string {
		text := ""
		for _, l := range "abcd" {
			if r.IntN(2) == 0 {
				text += string(l)
			}
		}
		return text
	}
	extent := map[byte]int64{'a': 2, 'b': 3, 'c': 1, 'd': 5}
	for range 300 {
		x, y := pick(), pick()
		result := ""
		for _, l := range "abcd" {
			if strings.ContainsRune(x+y, l) && r.IntN(2) == 0 {
				result += string(l)
			}
		}
		want := loops(x+y, result, extent)
		shape := func(term string) []int64 {
			s := []int64{}
			for i := range term {
				s = append(s, extent[term[i]])
			}
			return s
		}
		if got := contraction(x+","+y+"->"+result, [][]int64{shape(x), shape(y)}); got != want {
			t.Fatalf("%s,%s->%s: %v FLOPs, by loops %v", x, y, result, got, want)
		}
	}
}

// loops visits every combination of the indexes in letters: a product each, and a sum where the result lacks one of them.
func loops(letters, result string, extent map[byte]int64) float64 {
	per, points := 1.0, 1.0
	for _, l := range []byte("abcd") {
		if !strings.Contains(letters, string(l)) {
			continue
		}
		if !strings.Contains(result, string(l)) {
			per = 2
		}
		visited := 0.0
		for range extent[l] {
			visited += points
		}
		points = visited
	}
	return per * points
}

// A hostile equation costs no more than to read it: else this would not end.
func TestLongEquations(t *testing.T) {
	for _, part := range []string{"i", ",", "...", "ij,", "i->", " "} {
		text := strings.Repeat(part, 1<<20)
		shapes := make([][]int64, strings.Count(text, ",")+1)
		for i := range shapes {
			shapes[i] = []int64{2, 2}
		}
		contraction(text, shapes)
	}
}

func FuzzEinsum(f *testing.F) {
	for _, equation := range []string{"ij,jk->ik", "...ij,...jk", "ii->i", "i,j,k->ijk", ",->", "...", "i...j,->j", "Zz->zZ"} {
		f.Add(equation, []byte{2, 3, 255, 3, 5, 255, 5})
	}
	f.Fuzz(func(t *testing.T, equation string, dims []byte) {
		shapes := [][]int64{{}}
		for _, d := range dims { // 255 begins the next shape
			last := len(shapes) - 1
			if d == 255 {
				shapes = append(shapes, []int64{})
			} else {
				shapes[last] = append(shapes[last], int64(d))
			}
		}
		if got := contraction(equation, shapes); got < 0 {
			t.Errorf("%q of %v costs %v", equation, shapes, got)
		}
	})
}
