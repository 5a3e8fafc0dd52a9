package criteria

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// fail records an error about the piece of source at.
func (c *checker) fail(at hcl.Range, summary, format string, args ...any) {
	c.diags = append(c.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   fmt.Sprintf(format, args...),
		Subject:  &at,
	})
}

func (c *checker) failCount(at hcl.Range, n int) {
	want := strconv.Itoa(c.exits)
	if c.exits > 1 {
		want += " rules, or " + strconv.Itoa(c.exits-1) + " because the last exit always answers"
	} else {
		want += " rule, or none because the last exit always answers"
	}
	c.fail(at, "Wrong number of rules", "A list has one rule per exit: write %s. This list has %d.", want, n)
}

// failCondition explains why e is neither true nor false.
func (c *checker) failCondition(e hclsyntax.Expression) {
	if t, ok := e.(*hclsyntax.ScopeTraversalExpr); ok {
		if m, ok := MetricNamed(nameOf(t)); ok {
			c.fail(e.Range(), "Metric without comparison",
				"%s is not true or false by itself: compare it, as in %s > %s.", m, m, metrics[m].scale.example)
		} else if _, ok := unitNamed(nameOf(t)); ok {
			c.fail(e.Range(), "Not a condition", "%s is a unit: compare a metric, as in confidence >= 0.9.", nameOf(t))
		} else {
			c.failName(t)
		}
		return
	}
	if c.failSyntax(e) {
		return
	}
	c.fail(e.Range(), "Not a condition",
		"This is a number, not true or false: compare a metric with it, as in confidence >= 0.9.")
}

// failConstant explains why e, which is not a name, is not a constant.
func (c *checker) failConstant(e hclsyntax.Expression) {
	if _, ok := e.(*hclsyntax.TemplateExpr); c.objective && !ok {
		c.failNoBound(e)
		return
	}
	if c.failSyntax(e) {
		return
	}
	if not, ok := e.(*hclsyntax.UnaryOpExpr); ok { // of the unary operators, only ! gets here
		c.fail(not.SymbolRange, "Negation of a number",
			"! binds more tightly than a comparison: put the comparison into parentheses, as in !(confidence > 0.9).")
		return
	}
	c.fail(e.Range(), "Not a number",
		"Conditions cannot be compared or calculated with: join them with && and ||, negate them with !(...).")
}

// failSyntax explains what of HCL is not part of the language, and reports whether e is such a thing.
func (c *checker) failSyntax(e hclsyntax.Expression) bool {
	switch e := e.(type) {
	case *hclsyntax.FunctionCallExpr:
		c.fail(e.Range(), "Function call", "There are no functions here: leave out %s, and compare a metric with a constant.", e.Name)
	case *hclsyntax.TemplateExpr:
		c.failString(e)
	case *hclsyntax.TemplateWrapExpr, *hclsyntax.TemplateJoinExpr:
		c.fail(e.Range(), "String", "There are no strings here: leave out the quotes.")
	case *hclsyntax.ConditionalExpr:
		c.fail(e.Range(), "Conditional", "There is no ?: here: for a ? b : c write a && b || !a && c.")
	case *hclsyntax.ForExpr:
		c.fail(e.Range(), "For expression", "There is no for here: write a list with one rule per exit.")
	case *hclsyntax.TupleConsExpr:
		c.fail(e.Range(), "List inside an expression",
			"Only the whole criterion can be a list: put the other conditions into each of its rules.")
	case *hclsyntax.ObjectConsExpr:
		c.fail(e.Range(), "Object", "There are no objects here: write a list of rules in [ ], one per exit.")
	case *hclsyntax.IndexExpr, *hclsyntax.SplatExpr, *hclsyntax.RelativeTraversalExpr:
		c.fail(e.Range(), "Index or attribute", "Nothing here has parts; only next.* has a dot in its name: leave the rest out.")
	case *hclsyntax.BinaryOpExpr:
		if e.Op != hclsyntax.OpModulo {
			return false
		}
		c.fail(e.Range(), "Remainder", "There is no %% here: write 90 percent as 0.9.")
	case *hclsyntax.LiteralValueExpr:
		if !e.Val.IsKnown() || !e.Val.IsNull() {
			return false
		}
		c.fail(e.Range(), "Misplaced null", "null, for never, can only be the whole criterion or one of a list's rules: write false here.")
	case *hclsyntax.UnaryOpExpr:
		return false
	default:
		c.fail(e.Range(), "Not a criterion", "Write comparisons such as confidence >= 0.9, joined by && and ||.")
	}
	return true
}

// failString explains that there are no strings, and how to write the constant that one seems to hold.
func (c *checker) failString(e *hclsyntax.TemplateExpr) {
	remedy := "leave out the quotes"
	if m := constantInWords.FindStringSubmatch(literal(e)); m != nil {
		if _, ok := unitNamed(m[2]); ok {
			remedy = "write " + m[1] + "*" + m[2]
		}
	}
	c.fail(e.Range(), "String", "There are no strings here: %s.", remedy)
}

// literal is what a string without anything to compute in it holds, or "". HCL is not asked for the value of what a
// stranger has written: of a number in a string it writes down all digits, of which a few letters can stand for millions.
func literal(e *hclsyntax.TemplateExpr) string {
	if len(e.Parts) != 1 {
		return ""
	}
	l, ok := e.Parts[0].(*hclsyntax.LiteralValueExpr)
	if !ok || l.Val.Type() != cty.String {
		return ""
	}
	return l.Val.AsString()
}

// constantInWords is a constant as it is written elsewhere, such as 20ms.
var constantInWords = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]+)?)\s*\*?\s*([A-Za-z]+)\s*$`)

// failName explains why a name is not a constant: it is a metric, or unknown.
func (c *checker) failName(e *hclsyntax.ScopeTraversalExpr) {
	name := nameOf(e)
	if m, ok := MetricNamed(name); ok {
		c.fail(e.Range(), "Arithmetic with a metric",
			"Only constants can be calculated with: leave %s alone on one side of the comparison.", m)
		return
	}
	if strings.Contains(name, "[]") {
		c.fail(e.Range(), "Index or attribute", "Nothing here has parts; only next.* has a dot in its name: leave the rest out.")
		return
	}
	known := All()
	if c.objective {
		known = Objectives()
	}
	if !c.have.Has(Battery) {
		known &^= Of(Battery) // nothing that is written can give it a source
	}
	metricNames, unitNames := strings.Split(known.String(), ", "), unitNames()
	meant := byHabit(name)
	if meant == "" {
		meant = nearest(name, slices.Concat(metricNames, unitNames))
	}
	if meant != "" {
		c.fail(e.Range(), "Unknown name", "There is no %s here. Did you mean %s?", name, meant)
		return
	}
	c.fail(e.Range(), "Unknown name", "There is no %s here. Write one of the metrics %s, or of the units %s.",
		name, strings.Join(metricNames, ", "), strings.Join(unitNames, ", "))
}

// failChain explains a < b < c, which means (a < b) < c, and spells out what was meant if it makes sense.
func (c *checker) failChain(e, inner *hclsyntax.BinaryOpExpr) {
	trial := checker{exits: c.exits, have: c.have}
	left := trial.condition(inner, false)
	right := trial.condition(&hclsyntax.BinaryOpExpr{LHS: inner.RHS, Op: e.Op, RHS: e.RHS}, false)
	detail := "A comparison has two sides: write two comparisons, joined by &&."
	if left != nil && right != nil {
		detail = "A comparison has two sides: write " + join(false, left, right).String() + "."
	}
	c.fail(e.Range(), "Chained comparison", "%s", detail)
}

// failUnit explains that the constant is not of the metric's dimension.
func (c *checker) failUnit(value operand, m Metric) {
	s, q := metrics[m].scale, value.constant
	if q.dimension != number {
		c.fail(value.at, "Wrong unit", "%s is %s, but this is %s: write something like %s.",
			m, s.noun, q.dimension, s.example)
		return
	}
	var choices []string
	for _, u := range unitNames(s.dimension) {
		choices = append(choices, q.String()+"*"+u)
	}
	last := len(choices) - 1
	c.fail(value.at, "Missing unit", "%s is %s: write %s or %s.",
		m, s.noun, strings.Join(choices[:last], ", "), choices[last])
}

// failFraction explains that v is outside 0..1.
func (c *checker) failFraction(at hcl.Range, m Metric, v float64) {
	noun, example := metrics[m].scale.noun, metrics[m].scale.example
	meant, ok := fractionMeant(v)
	switch {
	case ok:
		c.fail(at, "Not a fraction", "%s is %s: did you mean %g?", m, noun, meant)
	case v > 1:
		c.fail(at, "Not a fraction", "%s is %s, so it is at most 1: write one such as %s.", m, noun, example)
	default:
		c.fail(at, "Not a fraction", "%s is %s: write one such as %s.", m, noun, example)
	}
}

// fractionMeant is the fraction that is likely meant by v, which is none: one in tenths if it is a digit, or else one in percent.
func fractionMeant(v float64) (meant float64, ok bool) {
	if v < 10 && v == math.Trunc(v) {
		meant = v / 10
	} else {
		meant = v / 100
	}
	return meant, v >= 2 && v <= 100
}

// failMix explains that a and b do not go together.
func (c *checker) failMix(e *hclsyntax.BinaryOpExpr, a, b quantity, why string) (quantity, bool) {
	c.fail(e.Range(), "Units do not go together",
		"The left side is %s, the right side is %s: %s.", a.dimension, b.dimension, why)
	return quantity{}, false
}

// habits maps what people call a metric elsewhere to its name here.
var habits = map[string]Metric{
	"latency": ResponseTime, "time": ResponseTime, "elapsed": ResponseTime,
	"conf": Confidence, "score": Confidence, "probability": Confidence,
	"acc":   Accuracy,
	"power": Energy, "joules": Energy,
	"gflops": FLOPs, "macs": FLOPs,
	"depth": Exit, "stage": Exit, "layer": Exit,
}

// byHabit returns the name of the metric that name stands for elsewhere, or "".
func byHabit(name string) string {
	base, next := strings.CutPrefix(strings.ToLower(name), "next.")
	m, ok := habits[base]
	if !ok {
		return ""
	}
	if next {
		m, ok = MetricNamed("next." + m.String())
		if !ok {
			return ""
		}
	}
	return m.String()
}

// nearest returns the one of known that name is most likely a misspelling of, or "".
func nearest(name string, known []string) string {
	distance := func(k string) int {
		return levenshtein.Distance(strings.ToLower(name), strings.ToLower(k), nil)
	}
	best := slices.MinFunc(known, func(a, b string) int { return distance(a) - distance(b) })
	if distance(best) <= min(2, len(name)/3) {
		return best
	}
	return ""
}
