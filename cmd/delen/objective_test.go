package main

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

func adaptedTenant() *wire.TenantInfo {
	return &wire.TenantInfo{
		Name: "doorbell", Objective: "maximize accuracy where response_time <= 20*ms && energy <= 1*mJ", Adapt: "pareto",
		Criterion: "[confidence >= 0.9, false]", CriterionVersion: 3,
		Point: &wire.Point{
			Thresholds: []float64{0.9, math.Inf(1)}, Accuracy: 0.9125, AccuracyLow: 0.9, ResponseMeanNs: 7.5e6, ResponseP95Ns: 19e6,
			EnergyJ: 0.0081, Flops: math.NaN(), ExitShare: []float64{0.625, 0, 0.375},
		},
		Unmet: []string{"energy <= 1*mJ"},
	}
}

func TestObjectivesAreToldToPeople(t *testing.T) {
	for want, tenant := range map[string]*wire.TenantInfo{
		`doorbell is to maximize accuracy where response_time <= 20*ms && energy <= 1*mJ
  adapts      pareto
  stops when  [confidence >= 0.9, false] (version 3)
  promises    accuracy 0.9125 (at least 0.9), mean 7.5 ms, p95 19 ms, 8.1 mJ
  exits       62.5 %, 0.0 %, 37.5 %
  unmet       energy <= 1*mJ: this is the nearest point
`: adaptedTenant(),
		`survey has no objective
  adapts      none
  stops when  it has reached the last exit (version 1)
`: {Name: "survey", Adapt: "none", Criterion: "false", CriterionVersion: 1},
	} {
		var out strings.Builder
		if err := new(objectiveOptions).print(&out, tenant); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

func TestObjectivesAreToldToScripts(t *testing.T) {
	for want, tenant := range map[string]*wire.TenantInfo{
		`{"tenant":"doorbell","objective":"maximize accuracy where response_time <= 20*ms && energy <= 1*mJ","adapt":"pareto",` +
			`"criterion":"[confidence >= 0.9, false]","version":3,"point":{"thresholds":[0.9,null],"accuracy":0.9125,"accuracy_low":0.9,` +
			`"response_mean_s":0.0075,"response_p95_s":0.019,"energy_j":0.0081,"flops":null,"exit_share":[0.625,0,0.375]},` +
			`"unmet":["energy <= 1*mJ"]}` + "\n": adaptedTenant(),
		`{"tenant":"survey","objective":null,"adapt":"none","criterion":"false","version":1,"point":null,"unmet":[]}` + "\n": {
			Name: "survey", Adapt: "none", Criterion: "false", CriterionVersion: 1,
		},
	} {
		var out strings.Builder
		if err := (&objectiveOptions{json: true}).print(&out, tenant); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

func TestBoundsOfRequestsAreSentByMetric(t *testing.T) {
	got, err := parseBounds("energy <= 80*mJ && 0.9 <= accuracy")
	want := []*wire.Bound{client.AtLeast("accuracy", 0.9), client.AtMost("energy", 0.08)}
	if err != nil || len(got) != len(want) || !proto.Equal(got[0], want[0]) || !proto.Equal(got[1], want[1]) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := parseBounds(""); got != nil || err != nil {
		t.Errorf("nothing gives %v, %v", got, err)
	}
	var usage usageError
	if _, err := parseBounds("energy <= 80"); !errors.As(err, &usage) || !strings.Contains(err.Error(), "write 80*uJ, 80*mJ") {
		t.Errorf("a missing unit gives %v", err)
	}
}

func TestUnmetBoundsStandInTheLineOfARequest(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	for _, asJSON := range []bool{false, true} {
		var out strings.Builder
		p := &inferencePrinter{out: &out, json: asJSON, exits: make([]int, 2)}
		answer := &client.Answer{Exit: 1, Label: "A", Unmet: []string{"accuracy >= 0.9", "energy <= 1*mJ"}}
		if err := p.print(sample{path: "a.png"}, answer, nil); err != nil {
			t.Fatal(err)
		}
		want := "  unmet: accuracy >= 0.9, energy <= 1*mJ\n"
		if asJSON {
			want = `"unmet":["accuracy >= 0.9","energy <= 1*mJ"]}` + "\n"
		}
		if !strings.HasSuffix(out.String(), want) {
			t.Errorf("%s, want %s", out.String(), want)
		}
	}
}

func TestPointsAreToldWithFourDigits(t *testing.T) {
	never := math.Inf(1)
	for _, test := range []struct {
		thresholds []float64
		want       string
	}{
		{nil, "it has reached the last exit"},
		{[]float64{never, never}, "it has reached the last exit"},
		{[]float64{0.7606549, never, 0.25}, "[confidence >= 0.7607, false, confidence >= 0.25]"},
		{[]float64{never, 0, never}, "it has reached exit 2: [false, true, false]"},
		{[]float64{0, 0.5}, "it has reached exit 1: [true, confidence >= 0.5]"},
		{[]float64{0.9, 0}, "[confidence >= 0.9, true]"},
	} {
		if got := pointStopsWhen(test.thresholds); got != test.want {
			t.Errorf("%v: %s, want %s", test.thresholds, got, test.want)
		}
	}
}
