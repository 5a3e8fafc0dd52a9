package criteria

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
)

var open = math.Inf(1)

func TestObjectivesSayWhatIsWanted(t *testing.T) {
	for _, test := range []struct {
		maximize, minimize, where string
		want                      Objective
		canonical                 string
	}{
		{"accuracy", "", "", Objective{Accuracy, true, nil}, "maximize accuracy"},
		{"(accuracy)", " ", "\n", Objective{Accuracy, true, nil}, "maximize accuracy"},
		{"", "computation", "accuracy > .9 + 0", Objective{}, ""},
		{"", "computation", "accuracy > 0.9", Objective{FLOPs, false, []Bound{{Accuracy, 0.9, open}}}, "minimize flops where accuracy >= 0.9"},
		{"null", "energy", "null", Objective{Energy, false, nil}, "minimize energy"},
		{
			"accuracy", "", "energy <= 80*mJ && 50*ms >= response_time",
			Objective{Accuracy, true, []Bound{{ResponseTime, -open, 0.05}, {Energy, -open, 0.08}}},
			"maximize accuracy where response_time <= 50*ms && energy <= 80*mJ",
		},
		{
			"accuracy", "", "((accuracy >= 1 - 0.1) && (flops < 2*GFLOPs && (response_time < 1*s/3)))",
			Objective{Accuracy, true, []Bound{{ResponseTime, -open, 1. / 3}, {Accuracy, 0.9, open}, {FLOPs, -open, 2e9}}},
			"maximize accuracy where response_time <= 333.3333333333333*ms && accuracy >= 0.9 && flops <= 2*GFLOPs",
		},
		{"", "response_time", "0.75 <= accuracy", Objective{ResponseTime, false, []Bound{{Accuracy, 0.75, open}}}, "minimize response_time where accuracy >= 0.75"},
	} {
		o, diags := ParseObjective(test.maximize, test.minimize, test.where, Objectives())
		if test.canonical == "" {
			if o != nil || !diags.HasErrors() {
				t.Errorf("%q is %v", test.where, o)
			}
			continue
		}
		if len(diags) > 0 {
			t.Errorf("%q, %q, %q: %v", test.maximize, test.minimize, test.where, diags)
			continue
		}
		if diff := cmp.Diff(&test.want, o); diff != "" || o.String() != test.canonical {
			t.Errorf("%s\nwant %s\n%s", o, test.canonical, diff)
		}
	}
}

// mistakes have "part:column: summary: detail" of each diagnostic. A | separates what is maximised, minimised and bounded.
var mistakes = map[string][]string{
	"||":                  {"Missing goal: An objective has a goal: write maximize = accuracy, or minimize = energy, response_time or flops."},
	"||accuracy >= 0.9":   {"where:1: Missing goal: An objective has a goal: write maximize = accuracy, or minimize = energy, response_time or flops."},
	"accuracy|energy|":    {"minimize:1: Two goals: An objective has one goal: keep maximize or minimize, and bound the other metric in where."},
	"energy||":            {"maximize:1: Goal the wrong way round: More energy is not better: write minimize = energy."},
	"|accuracy|":          {"minimize:1: Goal the wrong way round: Less accuracy is not better: write maximize = accuracy."},
	"\"accuracy\"||":      {"maximize:1: String: There are no strings here: leave out the quotes."},
	"confidence||":        {"maximize:1: Metric of a criterion: An objective has response_time, energy, flops and accuracy: state a criterion for confidence."},
	"acuracy||":           {"maximize:1: Unknown name: There is no acuracy here. Did you mean accuracy?"},
	"|latency|":           {"minimize:1: Unknown name: There is no latency here. Did you mean response_time?"},
	"accuracy >= 0.9||":   {"maximize:1: Not a metric: A goal is the name of a metric by itself: write maximize = accuracy. Bounds stand in where."},
	"|-energy|":           {"minimize:1: Not a metric: A goal is the name of a metric by itself: write minimize = energy, response_time or flops. Bounds stand in where."},
	"accuracy energy||":   {"maximize:10: Extra characters after expression: An expression was successfully parsed, but extra characters were found after it. Write the name of a metric, such as accuracy."},
	"||accuracy >= 0.9 &": {"where:17: Unsupported operator: Write && instead of &."},

	"accuracy||energy <= 1*J || flops <= 1*GFLOPs": {"where:1: Either of two bounds: Bounds hold all at once: join them by &&."},
	"accuracy||!(energy > 1*J)":                    {"where:1: Negated bound: There is no ! in bounds: write what is to hold, such as accuracy >= 0.9."},
	"accuracy||energy <= 1*J && 2*J >= energy":     {"where:18: Two bounds on a metric: energy is bounded already: keep energy <= 1*J or energy <= 2*J."},
	"accuracy||accuracy <= 0.9":                    {"where:1: Bound from the wrong side: accuracy is bounded from below: write accuracy >= 0.9."},
	"accuracy||energy > 80*mJ":                     {"where:1: Bound from the wrong side: energy is bounded from above: write energy <= 80*mJ."},
	"accuracy||response_time == 20*ms":             {"where:1: Bound by equality: response_time is bounded from above: write response_time <= 20*ms."},
	"accuracy||accuracy != 0.5":                    {"where:1: Bound by equality: accuracy is bounded from below: write accuracy >= 0.5."},
	"accuracy||response_time <= 20":                {"where:18: Missing unit: response_time is a time: write 20*us, 20*ms or 20*s."},
	"accuracy||energy <= 20*ms":                    {"where:11: Wrong unit: energy is an energy, but this is a time: write something like 150*mJ."},
	"accuracy||accuracy >= 90":                     {"where:13: Not a fraction: accuracy is a fraction between 0 and 1: did you mean 0.9?"},
	"accuracy||confidence >= 0.9":                  {"where:1: Metric of a criterion: An objective has response_time, energy, flops and accuracy: state a criterion for confidence."},
	"accuracy||next.energy <= 1*J":                 {"where:1: Metric of a criterion: An objective has response_time, energy, flops and accuracy: state a criterion for next.energy."},
	"accuracy||energy <= flops":                    {"where:1: Comparison of two metrics: A bound is a constant: write energy with one, as in energy <= 150*mJ."},
	"accuracy||1 < 2":                              {"where:1: Comparison of two constants: This bounds nothing: write a metric on one side, as in accuracy >= 0.9."},
	"accuracy||1*ms <= response_time <= 2*ms":      {"where:1: Chained comparison: A bound has two sides: write each bound by itself, joined by &&."},
	"accuracy||energy":                             {"where:1: Metric without bound: A bound compares energy with a constant: write one such as energy <= 150*mJ."},
	"accuracy||true":                               {"where:1: Not a bound: Write bounds such as accuracy >= 0.9 or response_time <= 50*ms, joined by &&."},
	"accuracy||[energy <= 1*J]":                    {"where:1: Not a bound: Write bounds such as accuracy >= 0.9 or response_time <= 50*ms, joined by &&."},
	"accuracy||min(energy) <= 1*J":                 {"where:1: Not a bound: Write bounds such as accuracy >= 0.9 or response_time <= 50*ms, joined by &&."},
	"accuracy||\"energy <= 1*J\"":                  {"where:1: String: There are no strings here: leave out the quotes."},
	"accuracy||response_time <= \"20ms\"":          {"where:18: String: There are no strings here: write 20*ms."},
	"accuracy||2*energy <= 1*J":                    {"where:3: Arithmetic with a metric: Only constants can be calculated with: leave energy alone on one side of the comparison."},
	"accuracy||energy <= 0*J":                      {"where:11: Bound that nothing keeps: energy is always more than 0: write a bound such as energy <= 150*mJ."},
	"accuracy||accuracy >= 0":                      {"where:1: Bound without effect: accuracy is never below 0: leave the bound out."},
	"accuracy||acc >= 1 && nonsense <= 1*J && energy > 0": {
		"where:1: Unknown name: There is no acc here. Did you mean accuracy?",
		"where:13: Unknown name: There is no nonsense here. Write one of the metrics response_time, accuracy, energy, flops, or of the units us, ms, s, uJ, mJ, J, mWh, MFLOPs, GFLOPs.",
		"where:41: Missing unit: energy is an energy: write 0*uJ, 0*mJ, 0*J or 0*mWh.",
	},
	"accuracy||accuracy = 0.9":                    {"where:10: Extra characters after expression: Write >= or <= instead of =."},
	"accuracy||response_time <= 20 ms":            {"where:21: Extra characters after expression: A unit is a constant to multiply with: write *ms."},
	"accuracy||accuracy >= 0,9":                   {"where:14: Extra characters after expression: The decimal sign is a point: write 0.9."},
	"accuracy||accuracy >= 0.9 and energy <= 1*J": {"where:17: Extra characters after expression: Write && instead of and."},
}

func TestMistakesInObjectivesAreExplained(t *testing.T) {
	for src, want := range mistakes {
		p := strings.SplitN(src, "|", 3)
		o, diags := ParseObjective(p[0], p[1], p[2], Objectives())
		if (o == nil) != diags.HasErrors() {
			t.Errorf("%s: %v with %v", src, o, diags)
		}
		if got := placed(diags); !cmp.Equal(got, want) {
			t.Errorf("%s: -want +got\n%s", src, cmp.Diff(want, got))
		}
	}
}

// placed writes diagnostics as the tables have them.
func placed(diags hcl.Diagnostics) []string {
	var all []string
	for _, d := range diags {
		at := ""
		if d.Subject != nil {
			at = fmt.Sprintf("%s:%d: ", d.Subject.Filename, d.Subject.Start.Column)
		}
		all = append(all, at+d.Summary+": "+d.Detail)
	}
	return all
}

func TestObjectivesNeedASource(t *testing.T) {
	for m := range Metric(NumMetrics) {
		if !Objectives().Has(m) {
			continue
		}
		part, src := MinimizePart, [2]string{"", m.String()}
		if m == Accuracy {
			part, src = MaximizePart, [2]string{m.String(), ""}
		}
		_, diags := ParseObjective(src[0], src[1], m.boundExample(), Objectives()&^Of(m))
		want := "No source for " + m.String() + ": Nothing predicts " + m.String() + " here: " + unprofiled[m] + "."
		if got := placed(diags); !cmp.Equal(got, []string{part + ":1: " + want, WherePart + ":1: " + want}) {
			t.Errorf("%s: %q", m, got)
		}
	}
}

func TestPartsOfObjectivesAreBounded(t *testing.T) {
	long, deep := strings.Repeat(" ", MaxSource+1), strings.Repeat("(", maxNesting+1)
	for part := range 3 {
		for src, summary := range map[string]string{long: "Objective too long", deep: "Nested too deeply"} {
			var p [3]string
			p[part] = src
			o, diags := ParseObjective(p[0], p[1], p[2], Objectives())
			if o != nil || len(diags) != 1 || diags[0].Summary != summary {
				t.Errorf("part %d of %d bytes: %v, %v", part, len(src), o, diags)
			}
		}
	}
	e, diags := json.ParseExpression([]byte(`"accuracy"`), "x.json")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if o, diags := CompileObjective(e, nil, nil, Objectives()); o != nil || !diags.HasErrors() {
		t.Errorf("JSON gives %v", o)
	}
}

func TestBoundsStandByThemselves(t *testing.T) {
	bounds, diags := ParseBounds("energy <= 1*J && accuracy >= 0.9", Objectives())
	if want := []Bound{{Accuracy, 0.9, open}, {Energy, -open, 1}}; len(diags) > 0 || !cmp.Equal(bounds, want) {
		t.Errorf("%v, %v", bounds, diags)
	}
	if bounds, diags := ParseBounds(" ", Objectives()); bounds != nil || len(diags) > 0 {
		t.Errorf("nothing is %v, %v", bounds, diags)
	}
	if bounds, diags := ParseBounds("energy <= 1*J && flops", Objectives()); bounds != nil || !diags.HasErrors() {
		t.Errorf("half of it is %v, %v", bounds, diags)
	}
}

func ExampleExplainObjective() {
	const where = "accuracy <= 90 && energy <= 80"
	_, diags := ParseObjective("energy", "", where, Objectives())
	fmt.Println(ExplainObjective("energy", "", where, diags))
	// Output:
	// Goal the wrong way round: More energy is not better: write minimize = energy.
	//   energy
	//   ^^^^^^
	// Not a fraction: accuracy is a fraction between 0 and 1: did you mean 0.9?
	//   accuracy <= 90 && energy <= 80
	//               ^^
	// Missing unit: energy is an energy: write 80*uJ, 80*mJ, 80*J or 80*mWh.
	//   accuracy <= 90 && energy <= 80
	//                               ^^
}

// split takes an objective's canonical form apart into what ParseObjective reads.
func split(canonical string) (maximize, minimize, where string) {
	goal, where, _ := strings.Cut(canonical, " where ")
	if m, ok := strings.CutPrefix(goal, "maximize "); ok {
		return m, "", where
	}
	return "", strings.TrimPrefix(goal, "minimize "), where
}

// Whatever the bounds are, the canonical form reads back as the very same.
func TestCanonicalObjectivesReadBack(t *testing.T) {
	values := []float64{5e-324, 2.2250738585072014e-308, 1e-9, 0.1, 1. / 3, 0.9, math.Nextafter(1, 0), 1}
	large := []float64{math.Nextafter(1, 2), 12345.678, 1e15, 1e16, math.MaxFloat64}
	for _, goal := range []Metric{ResponseTime, Accuracy, Energy, FLOPs} {
		for _, v := range append(values, large...) {
			o := &Objective{Metric: goal, Maximize: goal == Accuracy}
			for _, m := range []Metric{ResponseTime, Accuracy, Energy, FLOPs} {
				o.Where = append(o.Where, m.bounded(min(v, metrics[m].scale.max)))
			}
			checkReadsBack(t, o)
		}
	}
}

func checkReadsBack(t *testing.T, o *Objective) {
	t.Helper()
	maximize, minimize, where := split(o.String())
	again, diags := ParseObjective(maximize, minimize, where, Objectives())
	if diags.HasErrors() || !cmp.Equal(o, again) {
		t.Fatalf("%s reads back as %v: %v", o, again, diags)
	}
}

// Any texts give an objective that keeps its own rules, or errors that say where and what to do.
func FuzzParseObjective(f *testing.F) {
	for src := range mistakes {
		p := strings.SplitN(src, "|", 3)
		f.Add(p[0], p[1], p[2], uint32(Objectives()))
	}
	for _, src := range endless {
		f.Add(src, src, src, uint32(Objectives()))
	}
	f.Add("accuracy", "", "response_time <= 50*ms && energy <= 80*mJ", uint32(All()))
	f.Add("", "computation", "(0.9 < accuracy) && flops <= 2*GFLOPs/3", uint32(Objectives()))
	f.Fuzz(func(t *testing.T, maximize, minimize, where string, have uint32) {
		o, diags := ParseObjective(maximize, minimize, where, Set(have))
		if (o == nil) != diags.HasErrors() {
			t.Fatalf("objective %v with %v", o, diags)
		}
		sources := map[string]string{MaximizePart: maximize, MinimizePart: minimize, WherePart: where}
		for _, d := range diags {
			if d.Summary == "" || d.Detail == "" || strings.Contains(d.Detail, "%!") {
				t.Fatalf("%v says too little", d)
			}
			if d.Subject == nil {
				continue // nothing was given
			}
			src, ok := sources[d.Subject.Filename]
			if s := d.Subject; !ok || s.Start.Byte > s.End.Byte || s.End.Byte > len(src)+1 {
				t.Fatalf("%v points outside of the source", d)
			}
		}
		if e := ExplainObjective(maximize, minimize, where, diags); diags.HasErrors() != (e != "") || len(e) > MaxSource {
			t.Fatalf("explained with %d bytes: %q", len(e), e)
		}
		if o == nil {
			return
		}
		if o.Maximize != (o.Metric == Accuracy) || !Set(have).Has(o.Metric) || len(o.Where) > 4 {
			t.Fatalf("%+v", o)
		}
		for i, b := range o.Where {
			if i > 0 && o.Where[i-1].Metric >= b.Metric || !Set(have).Has(b.Metric) || o.Bound(b.Metric) != b {
				t.Fatalf("%+v", o)
			}
		}
		checkReadsBack(t, o)
	})
}

// An expression that HCL made is not changed by checking it.
func TestCompilingKeepsTheExpression(t *testing.T) {
	e, diags := hclsyntax.ParseExpression([]byte("50*ms >= response_time && (energy < 1*J)"), "x.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	goal, _ := hclsyntax.ParseExpression([]byte("accuracy"), "x.hcl", hcl.InitialPos)
	first, diags := CompileObjective(goal, nil, e, Objectives())
	second, more := CompileObjective(goal, nil, e, Objectives())
	if len(diags)+len(more) > 0 || !cmp.Equal(first, second) {
		t.Errorf("%v, then %v: %v, %v", first, second, diags, more)
	}
}
