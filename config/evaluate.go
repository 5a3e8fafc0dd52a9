package config

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// fromEnv marks a value that the variable of the environment of that name went
// into. It may be a secret: no message shows it.
type fromEnv string

// hiddenKey is an attribute of a block: a type, a name and a name.
type hiddenKey struct{ kind, label, name string }

// evaluate evaluates an attribute's value, or an element of it, to the type
// that its form wants. It returns false when it cannot, which it reports.
func (b *block) evaluate(a *attribute, e hclsyntax.Expression) (cty.Value, bool) {
	if isBroken(e) {
		return cty.NilVal, false // reported when it was parsed
	}
	if b.stranger && !b.understands(a, e) {
		return cty.NilVal, false
	}
	if !isPlain(e) && b.isEndless(a, e) {
		return cty.NilVal, false
	}
	ctx, ok := b.context(a, e)
	if !ok {
		return cty.NilVal, false
	}
	v, diags := e.Value(ctx)
	if diags.HasErrors() {
		b.failExpression(a, e, diags, ctx)
		return cty.NilVal, false
	}
	v, marks := v.UnmarkDeep()
	if len(marks) > 0 {
		b.hide(a, marks)
		if n, err := convert.Convert(v, a.form.want); err == nil {
			v = n // a variable of the environment is a text, whatever it holds
		}
	}
	if v.IsNull() || !v.IsWhollyKnown() || !v.Type().Equals(a.form.want) {
		b.failType(a, e, v)
		return cty.NilVal, false
	}
	return v, true
}

// longest is how many digits a number in what is computed has before or after the
// point: more than any value needs.
const longest = 400

// isEndless reports a number in an expression that would take for ever to compute
// with, or to write down: HCL writes all digits of one in a text.
func (b *block) isEndless(a *attribute, e hclsyntax.Expression) bool {
	before := len(b.diags)
	hclsyntax.VisitAll(e, func(n hclsyntax.Node) hcl.Diagnostics {
		l, ok := n.(*hclsyntax.LiteralValueExpr)
		if ok && l.Val.Type() == cty.Number && isLong(l.Val.AsBigFloat()) {
			b.fail(l.Range(), "Number too long", "This has more than %d digits before or after the point, and nothing is computed of that. Write for instance %s.", longest, a.instance())
		}
		return nil
	})
	return len(b.diags) > before
}

// isLong reports whether a number has more digits than longest, near enough.
func isLong(f *big.Float) bool {
	const bits = longest * math.Ln10 / math.Ln2
	return math.Abs(float64(f.MantExp(nil))) > bits
}

// context gives an expression the variables that it names. It reports those
// that there are not, and returns false then.
func (b *block) context(a *attribute, e hclsyntax.Expression) (*hcl.EvalContext, bool) {
	found := make(map[string]cty.Value)
	ok := true
	for _, t := range e.Variables() {
		if t.RootName() != "env" {
			b.failVariable(a, e, t)
			return nil, false
		}
		name := envName(t)
		v, set := os.LookupEnv(name)
		switch {
		case name == "":
			b.fail(t.SourceRange(), "Unknown variable", "A variable of the environment is a text and has a name. Write for instance %s = env.NAME.", a.name)
			ok = false
		case !set:
			b.fail(t.SourceRange(), "Variable not set", "There is no variable %s in the environment.%s Set it, or write the value itself, for instance %s.",
				name, didYouMean(name, environment()), a.instance())
			ok = false
		}
		found[name] = cty.StringVal(v).Mark(fromEnv(name))
	}
	if len(found) == 0 {
		return nil, ok
	}
	return &hcl.EvalContext{Variables: map[string]cty.Value{"env": cty.ObjectVal(found)}}, ok
}

// envName is NAME of env.NAME, or nothing when t is something else.
func envName(t hcl.Traversal) string {
	if len(t) != 2 {
		return ""
	}
	if step, ok := t[1].(hcl.TraverseAttr); ok {
		return step.Name
	}
	return ""
}

// environment returns the names of the variables that are set.
func environment() []string {
	var names []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// hide remembers what an attribute is made of.
func (b *block) hide(a *attribute, marks cty.ValueMarks) {
	for m := range marks {
		if name := string(m.(fromEnv)); !slices.Contains(b.origin[a.name], name) {
			b.origin[a.name] = append(b.origin[a.name], name)
		}
	}
	slices.Sort(b.origin[a.name])
	b.hidden[hiddenKey{b.schema.kind, b.label, a.name}] = b.source(b.attrs[a.name].Expr.Range())
}

// shown is what a message may say of an attribute's value.
func (b *block) shown(name string, v cty.Value) string {
	switch v.Type() {
	case cty.String:
		return b.tell(name, fmt.Sprintf("%q", v.AsString()))
	case cty.Number:
		return b.tell(name, decimal(v.AsBigFloat()))
	}
	return b.tell(name, kind(v))
}

// decimal writes a number. It takes as long as the number has digits before or
// after the point, which may be a thousand million.
func decimal(f *big.Float) string {
	if most := 1 << 14; f.MantExp(nil) > most || f.MantExp(nil) < -most {
		return "a number beyond all measure"
	}
	return f.Text('g', 15)
}

// tell returns what is to be said of an attribute's value, or where the value
// comes from when that is not to be said.
func (b *block) tell(name, said string) string {
	if b.origin[name] != nil {
		return "the value of " + b.variables(name)
	}
	return said
}

// adopt remembers what the attributes of a block in this one are made of, under its type.
func (b *block) adopt(in *block) {
	for _, hidden := range in.origin {
		b.origin[in.schema.kind] = append(b.origin[in.schema.kind], hidden...)
	}
}

// variables names what an attribute is made of.
func (b *block) variables(names ...string) string {
	all := make(map[string]bool)
	for _, name := range names {
		for _, v := range b.origin[name] {
			all["env."+v] = true
		}
	}
	return listed(slices.Sorted(maps.Keys(all)))
}

// failType reports a value of another type than the attribute's form.
func (b *block) failType(a *attribute, e hclsyntax.Expression, v cty.Value) {
	name, is := a.name, a.is()
	if a.form.list {
		name, is = "each element of "+a.name, kind(cty.UnknownVal(a.form.want))
	}
	b.fail(e.Range(), "Wrong type", "%s is %s, not %s. Write for instance %s.", name, is, b.tell(a.name, kind(v)), a.instance())
}

// failVariable reports a name that is no variable of the environment. Mostly it
// is a text without quotes.
func (b *block) failVariable(a *attribute, e hclsyntax.Expression, t hcl.Traversal) {
	src := b.source(e.Range())
	if text := a.measure(src); text != "" {
		b.fail(e.Range(), "Missing quotes", "A number with its unit stands in quotes: write %s = %q.", a.name, text)
		return
	}
	lacksQuotes := a.form.want == cty.String && a.form != aDuration && a.form != aSize && !strings.ContainsAny(src, "\"\n")
	if lacksQuotes {
		b.fail(e.Range(), "Missing quotes", "A text stands in quotes: write %q.", src)
		return
	}
	instance := "Write for instance " + a.instance() + "."
	if len(t) > 1 && nearest(t.RootName(), []string{"env"}) != "" {
		instance = "Did you mean env?"
	}
	b.fail(t.SourceRange(), "Unknown variable", "There is no variable %s: only those of the environment, as env.NAME. %s", t.RootName(), instance)
}

// measure returns the text that stands for a product of a number and a unit, as
// criteria have them, or nothing when that is not what the attribute holds.
func (a *attribute) measure(src string) string {
	number, unit, product := strings.Cut(strings.Join(strings.Fields(src), ""), "*")
	text := number + unit
	if !product || strings.Trim(number, "0123456789.") != "" {
		return ""
	}
	ok := false
	switch a.form {
	case aDuration:
		_, err := time.ParseDuration(text)
		ok = err == nil
	case aSize:
		_, ok = parseSize(text)
	}
	if !ok {
		return ""
	}
	return text
}

// failExpression reports what HCL finds wrong with an expression. Its words may
// quote values, so they are not used where one may be secret.
func (b *block) failExpression(a *attribute, e hclsyntax.Expression, diags hcl.Diagnostics, ctx *hcl.EvalContext) {
	if ctx != nil {
		b.fail(e.Range(), "Invalid expression", "With the environment that is set, this has no value. Write env.NAME alone, or in a text \"${env.NAME}\", or for instance %s.", a.instance())
		return
	}
	for _, d := range diags {
		at := e.Range()
		if d.Subject != nil {
			at = *d.Subject
		}
		b.fail(at, d.Summary, "%s Write the value itself, for instance %s.", d.Detail, a.instance())
	}
}

// source is what stands in a range.
func (d *decoder) source(at hcl.Range) string {
	if f := d.files[at.Filename]; f != nil && at.CanSliceBytes(f.Bytes) {
		return string(at.SliceBytes(f.Bytes))
	}
	return ""
}

// isBroken reports whether an expression stands for one that could not be parsed.
func isBroken(e hclsyntax.Expression) bool {
	_, broken := e.(*hclsyntax.ExprSyntaxError)
	return broken
}

// kind is what a message calls a value of a type.
func kind(v cty.Value) string {
	t := v.Type()
	switch {
	case v.IsNull():
		return "null"
	case t == cty.String:
		return "a text in quotes"
	case t == cty.Number:
		return "a number"
	case t == cty.Bool:
		return "true or false"
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		return "a list"
	case t.IsObjectType() || t.IsMapType():
		return "an object"
	}
	return "something else"
}
