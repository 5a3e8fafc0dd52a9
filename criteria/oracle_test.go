package criteria_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
)

// The oracle is HCL's own evaluator: slow, and written by others. An unknown metric is an unknown number to it, and
// its && || ! are Kleene's, so the law that unknown never stops is held against it too.
//
// It computes with 512-bit numbers where a Criterion compares float64s. The two agree on every observation here,
// because observations are multiples of 1/8 (of a second, a joule, a GFLOP) and constants are of two kinds: multiples
// of 1/8 that both represent exactly, so that == and >= are tried at the very boundary; and integers ending in 3 of
// smaller units, none of which is a multiple of 1/8 of the base unit.
func oracle(t *testing.T, src string, o *criteria.Observation) bool {
	t.Helper()
	e, diags := hclsyntax.ParseExpression([]byte(src), "oracle", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	v, diags := e.Value(evalContext(o))
	if diags.HasErrors() {
		t.Fatalf("%s: %v", src, diags)
	}
	return v.IsKnown() && v.True()
}

func evalContext(o *criteria.Observation) *hcl.EvalContext {
	vars := make(map[string]cty.Value)
	next := make(map[string]cty.Value)
	for m, x := range o {
		v := cty.UnknownVal(cty.Number)
		if !math.IsNaN(x) {
			v = cty.NumberFloatVal(x)
		}
		if name, isNext := strings.CutPrefix(criteria.Metric(m).String(), "next."); isNext {
			next[name] = v
		} else {
			vars[name] = v
		}
	}
	vars["next"] = cty.ObjectVal(next)
	for name, size := range map[string]string{
		"us": "1e-6", "ms": "1e-3", "s": "1", "uJ": "1e-6", "mJ": "1e-3", "J": "1", "mWh": "3.6",
		"MFLOPs": "1e6", "GFLOPs": "1e9",
	} {
		vars[name] = cty.MustParseNumberVal(size)
	}
	return &hcl.EvalContext{Variables: vars}
}

// A generator writes random criteria and observations.
type generator struct{ *rand.Rand }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// A sort is a group of metrics that compare with each other, and their constants.
type sort struct {
	metrics  []criteria.Metric
	constant func(g generator) string
}

var sorts = []sort{
	{[]criteria.Metric{criteria.ResponseTime, criteria.NextResponseTime}, func(g generator) string {
		return g.pick(g.eighth()+"*s", g.three()+"*ms", "us*"+g.three(), g.eighth()+"*s + 1*s/4", "-(0.5*s)")
	}},
	{[]criteria.Metric{criteria.Energy, criteria.NextEnergy}, func(g generator) string {
		return g.pick(g.eighth()+"*J", g.three()+"*mJ", g.three()+"*uJ", g.three()+"*mWh", "1.5*J - "+g.eighth()+"*J")
	}},
	{[]criteria.Metric{criteria.FLOPs, criteria.NextFLOPs}, func(g generator) string {
		return g.pick(g.eighth()+"*GFLOPs", g.three()+"*MFLOPs", "1*GFLOPs/8")
	}},
	{[]criteria.Metric{criteria.Confidence, criteria.Accuracy, criteria.Margin, criteria.Battery},
		func(g generator) string {
			return g.pick("0.25", "0.5", "0.875", "1 - 0.125", "1", "7/8*2/2", "5*ms/(8*ms)")
		}},
	{[]criteria.Metric{criteria.Entropy}, generator.eighth},
	{[]criteria.Metric{criteria.Exit, criteria.Agreement},
		func(g generator) string { return g.pick("1", "2", "3", "1.5") }},
}

func (g generator) eighth() string { return fmt.Sprint(float64(g.IntN(17)) / 8) }
func (g generator) three() string  { return fmt.Sprint(10*g.IntN(150) + 3) }

func (g generator) condition(depth int) string {
	if depth == 0 || g.IntN(6) == 0 {
		return g.comparison()
	}
	switch g.IntN(7) {
	case 0, 1:
		return g.condition(depth-1) + " && " + g.condition(depth-1)
	case 2, 3:
		return g.condition(depth-1) + " || " + g.condition(depth-1)
	case 4:
		return "!(" + g.condition(depth-1) + ")"
	case 5:
		return "(" + g.condition(depth-1) + ")"
	default:
		return g.pick("true", "false", "!true")
	}
}

func (g generator) comparison() string {
	s := sorts[g.IntN(len(sorts))]
	m := s.metrics[g.IntN(len(s.metrics))].String()
	op := g.pick(" < ", " <= ", " == ", " != ", " >= ", " > ")
	switch g.IntN(4) {
	case 0:
		return s.constant(g) + op + m
	case 1:
		return m + op + s.metrics[g.IntN(len(s.metrics))].String()
	default:
		return m + op + s.constant(g)
	}
}

func (g generator) observation(unknown float64) *criteria.Observation {
	o := new(criteria.Observation)
	for m := range o {
		o[m] = float64(g.IntN(17)) / 8
		if g.Float64() < unknown {
			o[m] = math.NaN()
		}
	}
	o[criteria.FLOPs] *= 1e9
	o[criteria.NextFLOPs] *= 1e9
	o[criteria.Exit] = float64(1 + g.IntN(3))
	return o
}

func TestStopAgreesWithHCL(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	stops := 0
	const observations = 6
	expressions := trials.Pick(2000, 300)
	for range expressions {
		src := g.condition(4)
		c, diags := criteria.Parse(src, 3, criteria.All())
		if diags.HasErrors() {
			t.Fatalf("%s: %v", src, diags)
		}
		for i := range observations {
			o := g.observation([]float64{0, 0.25}[i%2])
			want := oracle(t, src, o)
			if want {
				stops++
			}
			if got := c.Stop(o); got != want {
				t.Fatalf("%s: Stop is %v, HCL says %v\ncanonical %s\n%v", src, got, want, c, *o)
			}
		}
	}
	if n := expressions * observations; stops < n/5 || stops > n*4/5 {
		t.Errorf("%d of %d evaluations stop: the generator is lopsided", stops, n)
	}
}

func TestListHasOneRulePerExit(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	for range 300 {
		rules := []string{g.condition(2), "null", g.condition(2)}
		src := "[" + strings.Join(rules, ", ") + "]"
		c, diags := criteria.Parse(src, 3, criteria.All())
		if diags.HasErrors() {
			t.Fatalf("%s: %v", src, diags)
		}
		for exit := range 3 {
			o := g.observation(0.1)
			o[criteria.Exit] = float64(exit + 1)
			want := exit != 1 && oracle(t, rules[exit], o)
			if got := c.Stop(o); got != want {
				t.Fatalf("%s at exit %d: Stop is %v, want %v", src, exit+1, got, want)
			}
		}
	}
}
