package config

import (
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

func TestUnmetBoundsSayWhatTheNearestPointBrings(t *testing.T) {
	near := profile.Point{Accuracy: 0.91, AccuracyLow: 0.9004, ResponseTime: 1e-3, ResponseP95: 2e-3, Energy: 5.1e-3, FLOPs: 120e6}
	for _, test := range []struct {
		adapt profile.Policy
		where string
		unmet []int // of the bounds
		want  string
	}{
		{profile.Pareto, "accuracy >= 0.999", []int{0}, "No operating point is certain to keep accuracy >= 0.999, even on an idle machine: " +
			"the nearest, which is taken, is certain of an accuracy of 0.9004. Requests are answered all the same: unmet = \"refuse\" in the objective refuses them instead. Change the bound, or the model."},
		{profile.Pareto, "energy <= 1*mJ", []int{0}, "No operating point is predicted to keep energy <= 1*mJ, even on an idle machine: " +
			"the nearest, which is taken, takes 5.1 mJ. Change the bound, or the model."},
		{profile.Pareto, "accuracy >= 0.905 && energy <= 5*mJ && flops <= 1*GFLOPs", []int{0, 1},
			"No operating point keeps accuracy >= 0.905 && energy <= 5*mJ && flops <= 1*GFLOPs together, even on an idle machine: " +
				"the nearest, which is taken, is certain of an accuracy of 0.9004, takes 5.1 mJ and takes 120 MFLOPs; " +
				"it does not keep accuracy >= 0.905 and energy <= 5*mJ. " +
				"Its accuracy is estimated at 0.91: a profile with more samples makes more of that certain. Requests are answered all the same: unmet = \"refuse\" in the objective refuses them instead. Change a bound, or the model."},
		{profile.PerWorkload, "response_time <= 1*ms", []int{0}, "No exit for all requests is predicted to keep response_time <= 1*ms, even on an idle machine: " +
			"the nearest, which is taken, has a 95th percentile of 2 ms. Change the bound, or the model."},
		{profile.Full, "accuracy >= 0.95", []int{0}, "The last exit for all requests is not certain to keep accuracy >= 0.95, even on an idle machine: " +
			"it is certain of an accuracy of 0.9004. Requests are answered all the same: unmet = \"refuse\" in the objective refuses them instead. Change the bound, or the model."},
		{profile.Full, "response_time <= 1*ms && energy <= 6*mJ", []int{0},
			"The last exit for all requests does not keep response_time <= 1*ms && energy <= 6*mJ together, even on an idle machine: " +
				"it has a 95th percentile of 2 ms and takes 5.1 mJ; it does not keep response_time <= 1*ms. Change a bound, or the model."},
	} {
		o, diags := criteria.ParseObjective("", "energy", test.where, criteria.Objectives())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		choice := profile.Choice{Point: near}
		for _, i := range test.unmet {
			choice.Unmet = append(choice.Unmet, o.Where[i])
		}
		if got := new(Config).UnmetBounds(&Tenant{Objective: o, Adapt: test.adapt}, choice); got.Detail != test.want {
			t.Errorf("%s, %s:\ngot  %s\nwant %s", test.adapt, test.where, got.Detail, test.want)
		}
	}
}
