package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestMedian(t *testing.T) {
	for _, tt := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{4, 1}, 2.5},
		{[]float64{9, 1, 2}, 2},
		{[]float64{8, 1, 2, 4}, 3},
	} {
		if got := median(tt.values); got != tt.want {
			t.Errorf("the median of %v is %v, want %v", tt.values, got, tt.want)
		}
	}
}

func TestTheTruncationIsAtTheExitOfNearestCost(t *testing.T) {
	costs := []float64{1, 2, 4, 8}
	for _, tt := range []struct {
		cost float64
		want int
	}{{0, 1}, {1.6, 2}, {2.9, 2}, {3.1, 3}, {100, 4}} {
		if got := nearest(costs, tt.cost); got != tt.want {
			t.Errorf("nearest to %v is exit %d, want %d", tt.cost, got, tt.want)
		}
	}
	if got := (verdict{exits: map[int]int{1: 3, 4: 1}}).mean(costs); got != 11.0/4 {
		t.Errorf("the mean cost is %v, want 2.75", got)
	}
}

// turns are those of a contender that gives some answers in a second of each round.
func turns(server, client float64, answers ...int) []turn {
	var all []turn
	for _, n := range answers {
		all = append(all, turn{n, 1, server * float64(n), client * float64(n)})
	}
	return all
}

// fixture is a run of three contenders whose second round was slow for all.
func fixture() *result {
	c := &comparison{
		settings: settings{Connections: 8, Rounds: 3, Round: 2 * time.Second},
		samples:  make([]sample, 4),
		contenders: []*contender{
			{server: "Dělen", network: "exits"}, {server: "Dělen", network: "whole"}, {server: "no server", network: "whole"},
		},
		verdicts: []verdict{{right: 3, exits: map[int]int{1: 2, 2: 2}}, {right: 4}, {right: 4}},
		flops:    []float64{1e6, 3e6},
	}
	return c.result("confidence >= 0.75", 1, [][]turn{
		turns(0.002, 0.0003, 400, 100, 420), turns(0.0035, 0.0004, 200, 50, 200), turns(0, 0.003, 250, 40, 240),
	})
}

// A ratio is of turns of the same round, so that a slow one changes little: of the medians' ratios the last would be
// 1.67.
func TestRatiosAreOfTurnsOfTheSameRound(t *testing.T) {
	r := fixture()
	var got []float64
	for _, f := range r.Contenders {
		got = append(got, f.Exits, f.Whole, f.Rate, f.Accuracy)
	}
	want := []float64{1, 0.5, 400, 0.75, 2, 1, 200, 1, 1.75, 200.0 / 240, 240, 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.MeanFLOPs != 2e6 {
		t.Errorf("the mean of FLOPs is %v", r.MeanFLOPs)
	}
}

func TestTableFitsTheScreen(t *testing.T) {
	got := table(fixture())
	want := `4 pictures, 8 connections, 2 threads of ONNX Runtime, 3 rounds of 2s each.
Dělen with exits stops at: confidence >= 0.75

                       answers    Dělen / this     right    CPU of an answer
server     network    a second   exits   whole   answers    server     client
Dělen      exits         400.0    1.00    0.50   75.00 %   2.00 ms    0.30 ms
Dělen      whole         200.0    2.00    1.00  100.00 %   3.50 ms    0.40 ms
no server  whole         240.0    1.75    0.83  100.00 %         -    3.00 ms

The way through gRPC, protobuf and the actors costs 0.50 ms of CPU a request:
Dělen's process with the whole network less the bare runtime (no server).
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}
