package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

func draw(t *testing.T, c *Chart) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// wellFormed fails unless the drawing is XML, and returns how many elements of each name it has.
func wellFormed(t *testing.T, svg string) map[string]int {
	t.Helper()
	elements := make(map[string]int)
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok {
			elements[e.Name.Local]++
		}
	}
}

func TestDrawsWhatItIsGiven(t *testing.T) {
	c := &Chart{
		Title: "speech: accuracy & energy",
		X:     Axis{"energy (mJ)"},
		Y:     Axis{"accuracy (%)"},
		Series: []Series{
			{Name: "<PF>", Points: [][2]float64{{5.7, 61}, {11.3, 85}, {math.NaN(), 1}, {17, 90}, {22, 91}}, Style: Line | Marks},
			{Name: "pW", Points: [][2]float64{{5.7, 61}, {22, 91}}, Style: Marks},
		},
	}
	got := draw(t, c)
	n := wellFormed(t, got)
	if n["path"] != 1 || n["circle"] != 4+2+2 {
		t.Errorf("%d lines and %d marks, want 1 and 6 and two in the legend", n["path"], n["circle"])
	}
	for _, want := range []string{"accuracy &amp; energy", "&lt;PF&gt;", ">energy (mJ)<", ">accuracy (%)<", ">60<", ">90<", ">25<"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if got != draw(t, c) {
		t.Error("the same chart is drawn in two ways")
	}
	golden, err := os.ReadFile("testdata/chart.svg")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(golden) {
		t.Errorf("differs from testdata/chart.svg; got\n%s", got)
	}
}

// TestAnyFiguresMakeADrawing: NaN, infinities, one value, none, and figures that hardly fit into 64 bits.
func TestAnyFiguresMakeADrawing(t *testing.T) {
	values := []float64{0, 1, -1, 1e-308, 5e-324, 1e299, -1e299, 1e16, 1e16 + 2, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, x := range values {
		for _, y := range values {
			got := draw(t, &Chart{Title: "\x00", Series: []Series{{Name: "a", Points: [][2]float64{{x, y}, {y, x}}}, {}, {Name: "b", Style: Marks}}})
			wellFormed(t, got)
			for _, bad := range []string{"NaN", "Inf"} {
				if strings.Contains(got, bad) {
					t.Fatalf("{%v, %v}: a place is %s in\n%s", x, y, bad, got)
				}
			}
		}
	}
	wellFormed(t, draw(t, &Chart{}))
}

func TestTicksAreRoundFigures(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{61.3, 90.9, "60 70 80 90 100"},
		{-3, 3, "-4 -2 0 2 4"},
		{0.95, 0.951, "0.9500 0.9502 0.9504 0.9506 0.9508 0.9510"},
		{7, 7, "6.0 6.5 7.0 7.5 8.0"},
		{0, 3e9, "0 1e+09 2e+09 3e+09"},
	} {
		s := newSpan(c.low, c.high)
		var got []string
		for _, v := range s.ticks() {
			got = append(got, s.write(v))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("from %v to %v: %v, want %s", c.low, c.high, got, c.want)
		}
		if all := s.ticks(); all[0] > c.low+1e-9 || all[len(all)-1] < c.high-1e-9 || !slices.IsSorted(all) {
			t.Errorf("from %v to %v: the ticks %v do not hold it", c.low, c.high, all)
		}
	}
}

// Parts of the x axis have their lines and names, and a series of dashes may belong to another by its color.
func TestPartsAndDashes(t *testing.T) {
	c := &Chart{
		Parts: []Part{{0, "calm"}, {10, "storm & rain"}, {99, "never"}},
		Series: []Series{
			{Name: "measured", Points: [][2]float64{{0, 1}, {20, 3}}},
			{Name: "promised", Points: [][2]float64{{0, 2}, {20, 2}}, Style: Dashes, Like: 1},
			{Name: "other", Points: [][2]float64{{0, 4}, {20, 4}}},
		},
	}
	got := draw(t, c)
	if n := wellFormed(t, got); n["path"] != 3 || n["circle"] != 0 {
		t.Errorf("%d lines and %d marks, want 3 and 0", n["path"], n["circle"])
	}
	for what, want := range map[string]int{
		">calm<": 1, ">storm &amp; rain<": 1, ">never<": 0, "stroke-dasharray": 2, colors[0]: 4, colors[1]: 0, colors[2]: 2,
	} {
		if n := strings.Count(got, what); n != want {
			t.Errorf("%d times %q, want %d, in\n%s", n, what, want, got)
		}
	}
}
