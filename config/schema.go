package config

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// A schema describes a block type. What is decoded, what messages suggest and
// what docs/configuration.md says all come from it, so they cannot disagree.
type schema struct {
	kind       string // the word that the block begins with; a whole file has none
	label      string // an example of its name; empty when the block has none
	many       bool   // there may be several
	required   bool   // there must be one
	scenario   bool   // it stands in scenarios alone
	instead    string // the type in whose place it stands: there are not both
	doc        string // what it is, in Markdown
	attributes []*attribute
	blocks     []*schema // those that stand in it
	variants   []variant // when its name decides what stands in it; the last is for any other name
}

// A variant names the attributes that a block of some name has.
type variant struct {
	label      string
	attributes []string
}

// An attribute describes one line of a block. Values are given as they are
// written in a configuration.
type attribute struct {
	name      string
	form      *form
	words     []string // of aChoice; the first is the default
	low, high string   // the range of a quantity, ends included
	required  bool
	instead   string // the attribute in whose place it stands: there are not both
	usual     string // what holds without the attribute, or else ...
	otherwise string // ... what that is in words
	example   string // by default what is usual
	hint      string // what messages add
	doc       string // what it does, in Markdown
}

// A form is what the value of an attribute looks like.
type form struct {
	name string   // in tables
	is   string   // in sentences
	want cty.Type // of the value, or of each element of a list or of a map
	list bool     // or a map
}

// The forms.
var (
	aText      = &form{name: "text", is: "a text in quotes", want: cty.String}
	aChoice    = &form{name: "one of", is: "one of", want: cty.String}
	aFile      = &form{name: "path", is: "the path of a file, in quotes", want: cty.String}
	anAddress  = &form{name: "host:port", is: "a host:port in quotes, with a port", want: cty.String}
	aDuration  = &form{name: "duration", is: "a duration in quotes (a number with us, ms, s, m or h)", want: cty.String}
	aSize      = &form{name: "size", is: "a size in quotes (a number with B, KiB, MiB, GiB, kB, MB or GB)", want: cty.String}
	aNumber    = &form{name: "number", is: "a number", want: cty.Number}
	aCount     = &form{name: "whole number", is: "a whole number", want: cty.Number}
	textList   = &form{name: "list of texts", is: "a list of texts in quotes", want: cty.String, list: true}
	fileList   = &form{name: "list of paths", is: "a list of paths of files, in quotes", want: cty.String, list: true}
	numberList = &form{name: "list of numbers", is: "a list of numbers", want: cty.Number, list: true}
	aFlag      = &form{name: "`true` or `false`", is: "true or false", want: cty.Bool}
	textMap    = &form{name: "texts by name", is: "a list of names with their texts, in braces", want: cty.String, list: true}
	aCriterion = &form{name: "criterion", is: "a criterion", want: cty.DynamicPseudoType}
	aGoal      = &form{name: "metric", is: "the name of a metric", want: cty.DynamicPseudoType}
	someBounds = &form{name: "bounds", is: "a row of bounds", want: cty.DynamicPseudoType}
)

// isExpression reports whether values are expressions of the language of criteria, which are not evaluated.
func (f *form) isExpression() bool {
	return f == aCriterion || f == aGoal || f == someBounds
}

// attribute returns the attribute of that name, or nil. There is none in a block
// of an unknown type, nil.
func (s *schema) attribute(name string) *attribute {
	if s == nil {
		return nil
	}
	for _, a := range s.attributes {
		if a.name == name {
			return a
		}
	}
	return nil
}

// standIn names the attribute that may stand in place of another, if there is one.
func (s *schema) standIn(name string) string {
	for _, a := range s.attributes {
		if a.instead == name {
			return a.name
		}
	}
	return ""
}

// block returns the schema of the blocks of that type in this one, or nil.
func (s *schema) block(kind string) *schema {
	if s == nil {
		return nil
	}
	for _, b := range s.blocks {
		if b.kind == kind {
			return b
		}
	}
	return nil
}

// variant is what a block of that name has.
func (s *schema) variant(label string) variant {
	last := len(s.variants) - 1
	for _, v := range s.variants[:last] {
		if strings.EqualFold(v.label, label) {
			return v
		}
	}
	return s.variants[last]
}

// header is how a block begins, for instance.
func (s *schema) header() string {
	if s.label == "" {
		return s.kind + " {"
	}
	return fmt.Sprintf("%s %q {", s.kind, s.label)
}

// title is what messages call a block, with an article.
func (s *schema) title() string {
	article := "the"
	if s.many {
		article = "a"
	} else if s.kind == "input" || s.kind == "audio" || s.kind == "objective" {
		article = "an" // there is one in each model, or tenant
	}
	return article + " " + s.kind + " block"
}

// contents names everything that may stand in a block.
func (s *schema) contents() []string {
	var names []string
	for _, a := range s.attributes {
		names = append(names, a.name)
	}
	for _, b := range s.blocks {
		names = append(names, b.kind)
	}
	return names
}

// is says in a sentence what the value looks like.
func (a *attribute) is() string {
	switch {
	case a.form == aChoice:
		return "one of " + quoted(a.words)
	case a.low != "":
		return a.form.is + " from " + a.low + " to " + a.high
	}
	return a.form.is
}

// instance writes the attribute down as an example.
func (a *attribute) instance() string {
	if a.example == "" {
		return a.name + " = " + a.usually()
	}
	return a.name + " = " + a.example
}

// usually is what holds without the attribute, as it is written, or nothing.
func (a *attribute) usually() string {
	if a.form == aChoice {
		return fmt.Sprintf("%q", a.words[0])
	}
	return a.usual
}

// usualValue is the value of usually, or nil.
func (a *attribute) usualValue() cty.Value {
	src := a.usually()
	if src == "" {
		return cty.NilVal
	}
	e, diags := hclsyntax.ParseExpression([]byte(src), a.name, hcl.InitialPos)
	if diags.HasErrors() {
		panic(diags) // no user input gets here
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		panic(diags)
	}
	return v
}

func quoted(words []string) string {
	q := make([]string, len(words))
	for i, w := range words {
		q[i] = fmt.Sprintf("%q", w)
	}
	return listed(q)
}

// listed joins words: "a, b and c".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// example writes a block of this type on one line, with what it requires.
func (s *schema) example() string {
	var b strings.Builder
	b.WriteString(s.header())
	for _, a := range s.attributes {
		if a.required {
			b.WriteString(" " + a.instance())
		}
	}
	b.WriteString(" }")
	return b.String()
}
