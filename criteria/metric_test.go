package criteria

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestEveryMetricIsDescribed(t *testing.T) {
	for m := range Metric(NumMetrics) {
		d := metrics[m]
		if d.name == "" || d.scale == nil || d.remedy == "" {
			t.Errorf("metric %d lacks a name, a scale or a remedy", m)
			continue
		}
		if got, ok := MetricNamed(m.String()); !ok || got != m {
			t.Errorf("MetricNamed(%q) is %v, %v", m, got, ok)
		}
		if _, diags := Parse(m.String()+" > "+d.scale.example, 4, Of(m)); len(diags) > 0 {
			t.Errorf("the example of %v does not parse: %v", m, diags)
		}
		if _, diags := Parse(m.String()+" > "+d.scale.example, 4, All()&^Of(m)); !diags.HasErrors() {
			t.Errorf("%v is accepted without a source", m)
		}
	}
	if m, ok := MetricNamed("computation"); !ok || m != FLOPs {
		t.Errorf("computation is %v, %v", m, ok)
	}
	if m, ok := MetricNamed("latency"); ok {
		t.Errorf("latency is %v", m)
	}
	if Metric(200).String() != "unknown metric" {
		t.Error("a metric that does not exist has a name")
	}
}

func TestSets(t *testing.T) {
	s := Of(Confidence, NextFLOPs).With(Exit)
	for m := range Metric(NumMetrics) {
		want := m == Confidence || m == NextFLOPs || m == Exit
		if s.Has(m) != want || !All().Has(m) || Set(0).Has(m) {
			t.Errorf("wrong about %v", m)
		}
	}
	if got := s.Union(Of(Energy)).String(); got != "confidence, energy, exit, next.flops" {
		t.Errorf("String is %q", got)
	}
	if Of(200) != 0 || All().Has(200) {
		t.Error("a metric that does not exist is in a set")
	}
}

func TestUnknownKnowsNothing(t *testing.T) {
	for m, v := range Unknown() {
		if !math.IsNaN(v) {
			t.Errorf("%v is %v", Metric(m), v)
		}
	}
}

// Every float64 has source that reads back as the same bits, in every dimension.
func TestConstantSourceIsExact(t *testing.T) {
	values := []float64{0, 1, 0.02, 0.035, 1e23, 9007199254740993, math.MaxFloat64, 5e-324, 0.000999, 999999, 1e15, 1e16}
	r := rand.New(rand.NewPCG(5, 6))
	for len(values) < 5000 {
		if v := math.Float64frombits(r.Uint64()); !math.IsNaN(v) && !math.IsInf(v, 0) {
			values = append(values, v, math.Float64frombits(0x3F<<56|r.Uint64()>>8))
		}
	}
	for _, v := range values {
		for _, d := range []dimension{number, duration, energy, work} {
			src := constantSource(v, d)
			e, diags := hclsyntax.ParseExpression([]byte(src), "", hcl.InitialPos)
			if diags.HasErrors() {
				t.Fatalf("%v as %v: %s: %v", v, d, src, diags)
			}
			c := checker{}
			q, ok := c.constant(e)
			if !ok || q.dimension != d || math.Float64bits(q.round()) != math.Float64bits(v) {
				t.Fatalf("%v as %v: %s reads back as %v (%v)", v, d, src, q.round(), c.diags)
			}
		}
	}
}

func TestConstantsAreWrittenAsPeopleWould(t *testing.T) {
	for want, c := range map[string]quantity{
		"0.9":          {exact("0.9"), number},
		"-3":           {exact("-3"), number},
		"1e-7":         {exact("0.0000001"), number},
		"0*s":          {exact("0"), duration},
		"0.5*us":       {exact("0.0000005"), duration},
		"20*ms":        {exact("0.02"), duration},
		"90*s":         {exact("90"), duration},
		"-1.5*s":       {exact("-1.5"), duration},
		"150*mJ":       {exact("0.15"), energy},
		"3.6*J":        {exact("3.6"), energy},
		"813*MFLOPs":   {exact("813e6"), work},
		"4.145*GFLOPs": {exact("4145e6"), work},
		"5e-7*MFLOPs":  {exact("0.5"), work},
	} {
		if got := c.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
