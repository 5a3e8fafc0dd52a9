package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// value evaluates an attribute to a value of the wanted type. It returns false
// when the attribute is absent, null, or wrong, which it reports with example.
func (b *block) value(name string, want cty.Type, example string) (cty.Value, bool) {
	a, ok := b.attrs[name]
	if !ok {
		return cty.NilVal, false
	}
	return b.evaluate(name, a.Expr, want, example)
}

func (b *block) evaluate(name string, e hcl.Expression, want cty.Type, example string) (cty.Value, bool) {
	if word := bareWord(e); word != "" && want == cty.String {
		b.fail(e.Range(), "Missing quotes", "A text stands in quotes: write %q.", word)
		return cty.NilVal, false
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		b.diags = append(b.diags, diags...)
		return cty.NilVal, false
	}
	if v.IsNull() {
		return cty.NilVal, false
	}
	if !v.IsWhollyKnown() || !v.Type().Equals(want) {
		b.fail(e.Range(), "Wrong type", "%s is %s, not %s. Write for instance %s.", name, kind(want), kind(v.Type()), example)
		return cty.NilVal, false
	}
	return v, true
}

// given reports whether an attribute is there and not null.
func (b *block) given(name string) bool {
	a, ok := b.attrs[name]
	if !ok {
		return false
	}
	v, diags := a.Expr.Value(nil)
	return diags.HasErrors() || !v.IsNull()
}

// demand reports a required attribute that is null; HCL reports absent ones.
func (b *block) demand(name, example string) {
	if _, ok := b.attrs[name]; ok && !b.given(name) {
		b.failAt(name, "Missing "+name, "%s cannot be left out. Write for instance %s = %s.", name, name, example)
	}
}

// bareWord returns a word that stands where a value should, or nothing. HCL
// takes it for a variable; who writes it has forgotten the quotes.
func bareWord(e hcl.Expression) string {
	switch word := hcl.ExprAsKeyword(e); word {
	case "null", "true", "false":
		return ""
	default:
		return word
	}
}

// kind is what a message calls a type.
func kind(t cty.Type) string {
	switch {
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

// text reads a text that is not empty.
func (b *block) text(name, otherwise, example string) string {
	v, ok := b.value(name, cty.String, fmt.Sprintf("%s = %q", name, example))
	if !ok {
		return otherwise
	}
	s := v.AsString()
	if strings.TrimSpace(s) == "" {
		b.failAt(name, "Empty value", "Write for instance %s = %q, or leave %s out.", name, example, name)
		return otherwise
	}
	return s
}

// choice reads one of a few words; the first is the default.
func (b *block) choice(name string, words ...string) string {
	s := b.text(name, words[0], words[0])
	if slices.Contains(words, s) {
		return s
	}
	b.failAt(name, "Invalid "+name, "%s is one of %s.%s", name, quoted(words), didYouMean(s, words))
	return words[0]
}

// number reads a number, which may be infinite.
func (b *block) number(name string, otherwise float64) float64 {
	v, ok := b.value(name, cty.Number, fmt.Sprintf("%s = %v", name, otherwise))
	if !ok {
		return otherwise
	}
	return float(v)
}

// count reads a whole number from low to high.
func (b *block) count(name string, otherwise, low, high int) int {
	v, ok := b.value(name, cty.Number, fmt.Sprintf("%s = %d", name, otherwise))
	if !ok {
		return otherwise
	}
	f := float(v)
	if !(f >= float64(low) && f <= float64(high)) || f != math.Trunc(f) {
		b.failAt(name, "Invalid "+name, "%s is a whole number from %d to %d, not %v.", name, low, high, f)
		return otherwise
	}
	return int(f)
}

// float is the value of a number; beyond the range of a float64 it is infinite.
func float(v cty.Value) float64 {
	f, _ := v.AsBigFloat().Float64()
	return f
}

// duration reads a duration from low to high.
func (b *block) duration(name string, otherwise, low, high time.Duration, example string) time.Duration {
	s := b.text(name, "", example)
	if s == "" {
		return otherwise
	}
	t, err := time.ParseDuration(s)
	if err != nil {
		b.failAt(name, "Invalid duration", "%q is not a duration. Write a number with a unit (us, ms, s, m or h), such as %s = %q.", s, name, example)
		return otherwise
	}
	if t < low || t > high {
		b.failAt(name, "Invalid "+name, "%s is from %s to %s, not %s.", name, brief(low), brief(high), brief(t))
		return otherwise
	}
	return t
}

// brief writes a whole duration without the zeros that String adds: 1h, not
// 1h0m0s.
func brief(t time.Duration) string {
	s := t.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// item is an element of a list with its place.
type item[T any] struct {
	value T
	at    hcl.Range
}

// texts reads a list of texts, each with its place, or nil.
func (b *block) texts(name, example string) []item[string] {
	return list(b, name, cty.String, example, cty.Value.AsString)
}

// numbers reads a list of numbers, each with its place, or nil.
func (b *block) numbers(name, example string) []item[float64] {
	return list(b, name, cty.Number, example, float)
}

// list reads a list that is written out, so that each element has its place.
func list[T any](b *block, name string, want cty.Type, example string, of func(cty.Value) T) []item[T] {
	if !b.given(name) {
		return nil
	}
	elements, diags := hcl.ExprList(b.attrs[name].Expr)
	if diags.HasErrors() || len(elements) == 0 {
		b.failAt(name, "Invalid "+name, "%s is a list that is not empty. Write for instance %s = %s.", name, name, example)
		return nil
	}
	items := make([]item[T], 0, len(elements))
	for _, e := range elements {
		v, ok := b.evaluate("each element of "+name, e, want, name+" = "+example)
		if !ok {
			return nil // one report is enough
		}
		items = append(items, item[T]{of(v), e.Range()})
	}
	return items
}

// failAt records an error at the value of an attribute, or at the block when
// there is none.
func (b *block) failAt(name, summary, detail string, args ...any) {
	b.fail(b.at(name), summary, detail, args...)
}

// at is the place of an attribute's value, or that of the block without it.
func (b *block) at(name string) hcl.Range {
	if a, ok := b.attrs[name]; ok {
		return a.Expr.Range()
	}
	return b.header
}

// didYouMean returns a sentence that names the word most like the given one,
// or nothing when none is.
func didYouMean(given string, words []string) string {
	best, closest := "", 3 // as near as the suggestions of HCL itself
	for _, w := range words {
		if d := levenshtein.Distance(given, w, nil); d < closest {
			best, closest = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = fmt.Sprintf("%q", w)
	}
	if len(q) < 2 {
		return strings.Join(q, "")
	}
	return strings.Join(q[:len(q)-1], ", ") + " and " + q[len(q)-1]
}

// sentence makes an error's text one: a capital first, a full stop last. Names
// of files keep their case.
func sentence(s string) string {
	if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
		s += "."
	}
	word, _, _ := strings.Cut(s, " ")
	if strings.ContainsAny(word, `./\`) {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
