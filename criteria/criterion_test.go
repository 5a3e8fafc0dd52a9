package criteria_test

import (
	"math"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/delen-edge/delen/criteria"
)

func mustParse(t testing.TB, src string) *criteria.Criterion {
	t.Helper()
	c, diags := criteria.Parse(src, 4, criteria.All())
	if diags.HasErrors() {
		t.Fatalf("Parse(%q): %v", src, diags)
	}
	return c
}

// seen returns an observation of which only the given metrics are known.
func seen(known map[criteria.Metric]float64) *criteria.Observation {
	o := criteria.Unknown()
	for m, v := range known {
		o[m] = v
	}
	return &o
}

func TestUnknownNeverStops(t *testing.T) {
	nothing := criteria.Unknown()
	for _, src := range []string{
		"confidence < 0.5", "confidence <= 0.5", "confidence == 0.5", "confidence != 0.5", "confidence >= 0.5",
		"confidence > 0.5", "energy < next.energy", "energy != next.energy", "energy == energy",
		"confidence > 0.5 || confidence <= 0.5", "[confidence >= 0, true, true, true]",
	} {
		for _, src := range []string{src, "!(" + src + ")", "!(!(" + src + "))"} {
			if strings.Contains(src, "![") || strings.Contains(src, "([") {
				continue // a list has no negation
			}
			if mustParse(t, src).Stop(&nothing) {
				t.Errorf("%s stops although nothing is known", src)
			}
		}
	}
}

func TestKnownPartDecidesDespiteUnknowns(t *testing.T) {
	sure := seen(map[criteria.Metric]float64{criteria.Confidence: 0.95})
	for src, want := range map[string]bool{
		"confidence > 0.9 || energy > 1*J":     true,
		"energy > 1*J || confidence > 0.9":     true,
		"confidence > 0.9 && energy > 1*J":     false,
		"!(confidence <= 0.9 && energy > 1*J)": true,
		"!(confidence <= 0.9 || energy > 1*J)": false,
	} {
		if got := mustParse(t, src).Stop(sure); got != want {
			t.Errorf("%s: Stop is %v, want %v", src, got, want)
		}
	}
}

func TestThresholdsAreAnOperatingPoint(t *testing.T) {
	c := criteria.Thresholds([]float64{0, 0.9, 1.5, math.Inf(1), math.NaN(), 1})
	if got, want := c.String(), "[true, confidence >= 0.9, false, false, false, confidence >= 1]"; got != want {
		t.Errorf("String is %s, want %s", got, want)
	}
	for _, tc := range []struct {
		exit, confidence float64
		want             bool
	}{
		{1, 0, true}, {1, math.NaN(), true},
		{2, 0.9, true}, {2, 0.899, false}, {2, math.NaN(), false},
		{3, 1, false}, {4, 1, false}, {5, 1, false},
		{6, 1, true}, {7, 1, false}, {0, 1, false}, {-1, 1, false}, {math.Inf(1), 1, false}, {math.NaN(), 1, false},
	} {
		o := seen(map[criteria.Metric]float64{criteria.Exit: tc.exit, criteria.Confidence: tc.confidence})
		if got := c.Stop(o); got != tc.want {
			t.Errorf("exit %v, confidence %v: Stop is %v, want %v", tc.exit, tc.confidence, got, tc.want)
		}
	}
	if c := criteria.Thresholds(nil); c.Stop(seen(map[criteria.Metric]float64{criteria.Exit: 1})) {
		t.Error("no thresholds stop")
	}
}

func TestNeverNeverStops(t *testing.T) {
	var zero criteria.Criterion
	o := criteria.Observation{criteria.Exit: 1, criteria.Confidence: 1}
	for _, c := range []*criteria.Criterion{criteria.Never(), &zero, mustParse(t, "null"), mustParse(t, "false")} {
		if c.Stop(&o) || c.String() != "false" || c.Metrics() != 0 {
			t.Errorf("%v stops or reads %v", c, c.Metrics())
		}
	}
}

func TestMetricsAreWhatIsRead(t *testing.T) {
	for src, want := range map[string]string{
		"true": "",
		"!(confidence > 0.5) || energy > next.energy": "confidence, energy, next.energy",
		"[computation > 2*GFLOPs, null, null]":        "flops, exit",
	} {
		if got := mustParse(t, src).Metrics().String(); got != want {
			t.Errorf("%s reads %q, want %q", src, got, want)
		}
	}
}

// 35*0.001 in float64s is the neighbour of 0.035, and a clock that reports 35 ms would miss the bound.
func TestConstantsAreRoundedOnce(t *testing.T) {
	for src, seconds := range map[string]float64{
		"response_time >= 35*ms": 0.035, "response_time >= 0.1*s + 0.2*s": 0.3, "response_time >= 1*s/3*3": 1,
	} {
		o := seen(map[criteria.Metric]float64{criteria.ResponseTime: seconds})
		if !mustParse(t, src).Stop(o) {
			t.Errorf("%s does not hold at %v s", src, seconds)
		}
		o[criteria.ResponseTime] = math.Nextafter(seconds, 0)
		if mustParse(t, src).Stop(o) {
			t.Errorf("%s holds just below %v s", src, seconds)
		}
	}
}

func TestSourceIsBounded(t *testing.T) {
	term := "exit>1||"
	for name, src := range map[string]string{
		"source":         "exit > 1" + strings.Repeat(" ", criteria.MaxSource),
		"canonical form": strings.Repeat(term, criteria.MaxSource/len(term)-1) + "exit>1",
	} {
		c, diags := criteria.Parse(src, 4, criteria.All())
		if c != nil || !diags.HasErrors() || diags[0].Summary != "Criterion too long" {
			t.Errorf("%s: got %v", name, diags)
		}
	}
	mustParse(t, strings.Repeat("(", 32)+"exit > 1"+strings.Repeat(")", 32))
	mustParse(t, strings.Repeat("exit > 1 || ", 300)+"exit > 2")
	mustParse(t, strings.Repeat("(exit > 1) || ", 200)+"exit > 2")
}

func TestModelWithoutExitsIsRefused(t *testing.T) {
	for _, exits := range []int{0, -1} {
		if c, diags := criteria.Parse("true", exits, criteria.All()); c != nil || !diags.HasErrors() {
			t.Errorf("%d exits: %v, %v", exits, c, diags)
		}
	}
}

func TestJSONSyntaxIsRefused(t *testing.T) {
	e, diags := json.ParseExpression([]byte(`"confidence > 0.9"`), "x.json")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if c, diags := criteria.Compile(e, 4, criteria.All()); c != nil || !diags.HasErrors() {
		t.Errorf("got %v, %v", c, diags)
	}
}

// A file that HCL could not read to the end still yields expressions; they must not pass for criteria.
func TestBrokenSyntaxIsRefused(t *testing.T) {
	for _, src := range slips {
		c, diags := criteria.Parse(src, 4, criteria.All())
		if c != nil {
			t.Errorf("Parse(%q) is %v", src, c)
		}
		for _, d := range diags {
			if d.Severity == hcl.DiagError && (d.Subject == nil || d.Detail == "") {
				t.Errorf("Parse(%q): %v says too little", src, d)
			}
		}
	}
}

func TestAPointWithinBoundsStopsBeforeItBreaksThem(t *testing.T) {
	c := criteria.Within([]float64{0.9, math.Inf(1), 0}, []criteria.Bound{
		{criteria.Accuracy, 0.9, math.Inf(1)}, {criteria.ResponseTime, math.Inf(-1), 0.02}, {criteria.Energy, math.Inf(-1), 0.08},
	})
	const want = "[confidence >= 0.9 || next.response_time > 20*ms || next.energy > 80*mJ, next.response_time > 20*ms || next.energy > 80*mJ, true]"
	if got := c.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	o := criteria.Unknown()
	o[criteria.Exit], o[criteria.Confidence], o[criteria.NextResponseTime] = 2, 1, 0.02
	if c.Stop(&o) {
		t.Error("it stops where the next exit keeps the bounds, as far as is known")
	}
	o[criteria.NextEnergy] = 0.081
	if !c.Stop(&o) {
		t.Error("it goes on to an exit that takes more energy than it may")
	}
}
