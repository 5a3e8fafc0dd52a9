package config

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// read returns what an attribute holds. When it is left out, null or wrong,
// which is reported, that is what its schema says, or else the zero T. of
// returns false for a value that is wrong.
func read[T any](b *block, name string, of func(*attribute, cty.Value) (T, bool)) T {
	a := b.schema.attribute(name)
	if v, ok := b.value(a); ok {
		t, ok := of(a, v)
		if ok {
			return t
		}
		b.failValue(a, v)
	}
	v := a.usualValue()
	if v == cty.NilVal {
		return *new(T)
	}
	t, _ := of(a, v)
	return t
}

// value evaluates an attribute to a value of its form. It returns false when the
// attribute is absent, null, or wrong, which it reports.
func (b *block) value(a *attribute) (cty.Value, bool) {
	at, ok := b.attrs[a.name]
	if !ok {
		return cty.NilVal, false
	}
	if isNull(at.Expr) {
		if a.required {
			b.failMissing(a)
		}
		return cty.NilVal, false
	}
	return b.evaluate(a, at.Expr)
}

// failValue reports a value that is of the right type and wrong all the same.
func (b *block) failValue(a *attribute, v cty.Value) {
	detail := fmt.Sprintf("%s is %s, not %s.", a.name, a.is(), b.shown(a.name, v))
	if a.hint != "" {
		detail += " " + a.hint
	}
	var near string
	if a.form == aChoice && b.origin[a.name] == nil {
		near = didYouMean(v.AsString(), a.words)
	}
	if near == "" {
		near = fmt.Sprintf(" Write for instance %s.", a.instance())
	}
	b.failAt(a.name, "Invalid "+a.name, "%s%s", detail, near)
}

// given reports whether an attribute is there and not null.
func (b *block) given(name string) bool {
	a, ok := b.attrs[name]
	return ok && !isNull(a.Expr)
}

func isNull(e hclsyntax.Expression) bool {
	l, ok := e.(*hclsyntax.LiteralValueExpr)
	return ok && l.Val.IsNull()
}

// text reads a text that is not empty.
func (b *block) text(name string) string {
	return read(b, name, func(_ *attribute, v cty.Value) (string, bool) {
		s := v.AsString()
		return s, strings.TrimSpace(s) != ""
	})
}

// choice reads one of a few words.
func (b *block) choice(name string) string {
	return read(b, name, func(a *attribute, v cty.Value) (string, bool) {
		s := v.AsString()
		return s, slices.Contains(a.words, s)
	})
}

// flag reads true or false.
func (b *block) flag(name string) bool {
	return read(b, name, func(_ *attribute, v cty.Value) (bool, bool) { return v.True(), true })
}

// number reads a number in the range of its schema.
func (b *block) number(name string) float64 {
	return quantity(b, name, func(v cty.Value) (float64, bool) { return float(v), true })
}

// count reads a whole number.
func (b *block) count(name string) int {
	n := quantity(b, name, func(v cty.Value) (float64, bool) {
		f := float(v)
		return f, f == math.Trunc(f)
	})
	return int(n)
}

// duration reads a number with a unit of time.
func (b *block) duration(name string) time.Duration {
	return quantity(b, name, func(v cty.Value) (time.Duration, bool) {
		t, err := time.ParseDuration(v.AsString())
		return t, err == nil
	})
}

// size reads a number of bytes.
func (b *block) size(name string) int64 {
	n := quantity(b, name, func(v cty.Value) (float64, bool) { return parseSize(v.AsString()) })
	return int64(n)
}

// quantity reads a value that has a range, whose ends parse as it does.
func quantity[T cmp.Ordered](b *block, name string, parse func(cty.Value) (T, bool)) T {
	return read(b, name, func(a *attribute, v cty.Value) (T, bool) {
		q, ok := parse(v)
		low, _ := parse(a.end(a.low))
		high, _ := parse(a.end(a.high))
		return q, ok && q >= low && q <= high
	})
}

// end is the value of an end of a range.
func (a *attribute) end(written string) cty.Value {
	if a.form.want == cty.String {
		return cty.StringVal(written)
	}
	return cty.MustParseNumberVal(written)
}

// float is the value of a number; beyond the range of a float64 it is infinite.
func float(v cty.Value) float64 {
	f, _ := v.AsBigFloat().Float64()
	return f
}

// item is an element of a list with its place, and what may be shown of it.
type item[T any] struct {
	value T
	at    hcl.Range
	shown string
}

// texts reads a list of texts, or nil.
func (b *block) texts(name string) []item[string] {
	return list(b, name, cty.Value.AsString)
}

// numbers reads a list of numbers, or nil.
func (b *block) numbers(name string) []item[float64] {
	return list(b, name, float)
}

// list reads a list that is written out, so that each element has its place.
func list[T any](b *block, name string, of func(cty.Value) T) []item[T] {
	a := b.schema.attribute(name)
	at, ok := b.attrs[name]
	switch {
	case !ok || isBroken(at.Expr):
		return nil
	case isNull(at.Expr):
		if a.required {
			b.failMissing(a)
		}
		return nil
	}
	elements, diags := hcl.ExprList(at.Expr)
	if diags.HasErrors() || len(elements) == 0 {
		b.failAt(name, "Invalid "+name, "%s is %s that is written out and not empty. Write for instance %s.", name, a.is(), a.instance())
		return nil
	}
	items := make([]item[T], 0, len(elements))
	for _, e := range elements {
		v, ok := b.evaluate(a, e.(hclsyntax.Expression)) // as all of native syntax
		if !ok {
			return nil // one report is enough
		}
		items = append(items, item[T]{of(v), e.Range(), b.shown(name, v)})
	}
	return items
}

// textsByName reads texts that are written out with their names, or nil.
func (b *block) textsByName(name string) map[string]string {
	a := b.schema.attribute(name)
	at, ok := b.attrs[name]
	if !ok || isBroken(at.Expr) || isNull(at.Expr) {
		return nil
	}
	pairs, diags := hcl.ExprMap(at.Expr)
	if diags.HasErrors() || len(pairs) == 0 {
		b.failAt(name, "Invalid "+name, "%s is %s, written out and not empty. Write for instance %s.", name, a.is(), a.instance())
		return nil
	}
	texts := make(map[string]string, len(pairs))
	for _, p := range pairs {
		v, ok := b.evaluate(a, p.Value.(hclsyntax.Expression)) // as all of native syntax
		if !ok {
			return nil // one report is enough
		}
		if b.isEndless(a, p.Key.(hclsyntax.Expression)) {
			return nil
		}
		key, diags := p.Key.Value(nil)
		if diags.HasErrors() || key.IsNull() || !key.Type().Equals(cty.String) || key.AsString() == "" {
			b.fail(p.Key.Range(), "Invalid "+name, "Each element of %s has a name, and = before its text. Write for instance %s.", name, a.instance())
			return nil
		}
		if _, twice := texts[key.AsString()]; twice {
			b.fail(p.Key.Range(), "Invalid "+name, "%s has %q twice. Keep one of them.", name, key.AsString())
			return nil
		}
		texts[key.AsString()] = v.AsString()
	}
	return texts
}

// plain returns the values of a list without their places.
func plain[T any](items []item[T]) []T {
	var list []T
	for _, i := range items {
		list = append(list, i.value)
	}
	return list
}

// sentence makes an error's text one: a capital first, a full stop last. Names
// of files keep their case.
func sentence(s string) string {
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	word, _, _ := strings.Cut(s, " ")
	if strings.ContainsAny(word, `./\:`) {
		return s
	}
	return capital(s)
}

func capital(s string) string {
	return strings.ToUpper(s[:1]) + s[1:]
}
