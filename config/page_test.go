package config

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

// The page that users read says what is decoded.
func TestPageIsFresh(t *testing.T) {
	const path = "../docs/configuration.md"
	var page strings.Builder
	functions := template.FuncMap{
		"example": func() (string, error) { b, err := os.ReadFile("testdata/good/documented.hcl"); return string(b), err },
		"metrics": metricRows, "units": unitRows, "report": func(name string) string { return sampleReport(t, name) },
		"file":      func(name string) (string, error) { b, err := os.ReadFile("testdata/" + name); return string(b), err },
		"later":     func() string { return "`" + strings.Join(slices.Sorted(maps.Keys(later)), "`, `") + "`" },
		"criterion": func(src string) (string, error) { return src, parsed(src) },
		"bounds":    func(src string) (string, error) { return src, bounded(src) },
	}
	tmpl, err := template.New("configuration.md.tmpl").Funcs(functions).ParseFiles("testdata/configuration.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	if err := tmpl.Execute(&page, newPageBlock(fileSchema)); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(old), "\n"), strings.Split(page.String(), "\n")); d != "" {
		t.Errorf("%s is stale, run make generate:\n%s", path, d)
	}
}

// pageBlock is what the template is given of a block.
type pageBlock struct {
	Kind, HowMany, FirstSentence, Doc, Sample string
	Scenario                                  bool
	Rows                                      []string
	Blocks                                    []pageBlock
}

func newPageBlock(s *schema) pageBlock {
	p := pageBlock{Kind: s.kind, Doc: s.doc, HowMany: "at most one", Scenario: s.scenario}
	p.FirstSentence, _, _ = strings.Cut(strings.TrimSuffix(s.doc, "."), ". ")
	switch {
	case s.required && s.many:
		p.HowMany = "one or more"
	case s.required:
		p.HowMany = "one"
	case s.many:
		p.HowMany = "any number"
	}
	for _, a := range s.attributes {
		p.Rows = append(p.Rows, row("`"+a.name+"`", a.column(), a.without(s), s.whose(a)+a.doc))
	}
	switch {
	case len(s.variants) > 0:
		for _, v := range s.variants {
			p.Sample += s.named(v.label).sample("")
		}
	case s.kind != "":
		p.Sample = s.sample("")
	}
	for _, b := range s.blocks {
		p.Blocks = append(p.Blocks, newPageBlock(b))
	}
	return p
}

// whose says which blocks have an attribute, when not all have.
func (s *schema) whose(a *attribute) string {
	var labels []string
	for i, v := range s.variants {
		switch {
		case !slices.Contains(v.attributes, a.name):
		case i == len(s.variants)-1:
			labels = append(labels, "any other")
		default:
			labels = append(labels, "`"+v.label+"`")
		}
	}
	if labels == nil {
		return ""
	}
	return capital(listed(labels)) + ": "
}

func row(cells ...string) string {
	return "| " + strings.Join(cells, " | ") + " |"
}

// column is what the table says of an attribute's value.
func (a *attribute) column() string {
	switch {
	case a.form == aChoice:
		var words []string
		for _, w := range a.words {
			words = append(words, fmt.Sprintf("`%q`", w))
		}
		return strings.Join(words, ", ")
	case a.form == aCriterion:
		return "[criterion](#criteria)"
	case a.form == aGoal || a.form == someBounds:
		return "[" + a.form.name + "](#objectives)"
	case a.low != "" && a.form != anAddress:
		return a.form.name + ", " + a.low + " to " + a.high
	}
	return a.form.name
}

// without is what the table says holds without an attribute.
func (a *attribute) without(s *schema) string {
	switch {
	case a.required && s.standIn(a.name) != "":
		return "must be there, or `" + s.standIn(a.name) + "`"
	case a.required:
		return "must be there"
	case a.otherwise != "":
		return a.otherwise
	}
	return "`" + a.usually() + "`"
}

// named is the schema with another example of its name, and what stands in it then.
func (s *schema) named(label string) *schema {
	if len(s.variants) == 0 {
		return s
	}
	as := *s
	as.label, as.attributes = label, nil
	for _, name := range s.variant(label).attributes {
		as.attributes = append(as.attributes, s.attribute(name))
	}
	return &as
}

// sample is a block with all that may stand in it at once.
func (s *schema) sample(indent string) string {
	s = s.named(s.label)
	if len(s.attributes)+len(s.blocks) == 0 {
		return indent + s.header() + "}\n"
	}
	src, width := indent+s.header()+"\n", 0
	for _, a := range s.attributes {
		width = max(width, len(a.name))
	}
	for _, a := range s.attributes {
		if a.instead != "" {
			continue
		}
		_, value, _ := strings.Cut(a.instance(), " = ")
		src += fmt.Sprintf("%s  %-*s = %s\n", indent, width, a.name, value)
	}
	for _, b := range s.blocks {
		if b.instead == "" {
			src += "\n" + b.sample(indent+"  ")
		}
	}
	return src + indent + "}\n"
}

// metricRows has a row for each metric. What it needs is what a model must have
// for a criterion to use it.
func metricRows() string {
	figure := 1.0
	bare, counted := &Model{}, &Model{Segments: []Segment{{FLOPs: 1}}}
	profiled := &Model{Profile: &profile.Profile{Exits: []profile.Exit{{Accuracy: &figure, Energy: &figure, FLOPs: &figure}}}}
	var rows []string
	for m := range criteria.Metric(criteria.NumMetrics) {
		d := m.Describe()
		needs := "a later version"
		switch {
		case bare.Metrics().Has(m):
			needs = ""
		case counted.Metrics().Has(m):
			needs = "a graph that can be counted, or a profile"
		case profiled.Metrics().Has(m):
			needs = "a profile"
		}
		name := "`" + m.String() + "`"
		if d.Alias != "" {
			name += ", `" + d.Alias + "`"
		}
		rows = append(rows, row(name, d.Meaning, strings.TrimPrefix(strings.TrimPrefix(d.Kind, "a "), "an "), "`"+d.Example+"`", needs))
	}
	return strings.Join(rows, "\n")
}

func unitRows() string {
	var rows []string
	for kind, names := range criteria.Units() {
		rows = append(rows, row(strings.TrimPrefix(strings.TrimPrefix(kind, "a "), "an "), "`"+strings.Join(names, "`, `")+"`"))
	}
	slices.Sort(rows)
	return strings.Join(rows, "\n")
}

// parsed reports what is wrong with a criterion of the page.
func parsed(src string) error {
	if _, diags := criteria.Parse(src, 3, criteria.All()); len(diags) > 0 {
		return diags
	}
	return nil
}

// bounded reports what is wrong with bounds of the page.
func bounded(src string) error {
	if _, diags := criteria.ParseBounds(src, criteria.Objectives()); len(diags) > 0 {
		return diags
	}
	return nil
}

// sampleReport is what check says of a file below testdata.
func sampleReport(t *testing.T, fixture string) string {
	c, diags := load(t, filepath.Join("testdata", fixture))
	var report strings.Builder
	if err := Report(&report, c.Files, diags, false); err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(report.String(), filepath.Dir(diags[0].Subject.Filename)+"/", "")
}

// TestExamplesAreRight holds that every example and every default is what it is
// an example of. The files that they name need not be there.
func TestExamplesAreRight(t *testing.T) {
	dir := house(t)
	about := map[string]string{"path": "No such file", "profile": "No such file", "labels": "No such file", "segments": "No such file", "exits": "Invalid exit",
		"admin_token_file": "No such file", "unmet": "Missing goal",
		"trace": "No such file", "model": "Unknown model", "size": "Input of another model"}
	for parent, s := range fileSchema.within() {
		for _, a := range s.attributes {
			for _, value := range []string{a.example, a.usually()} {
				if value == "" {
					continue
				}
				_, diags, report := loadText(t, dir, around(parent, s, a.name+" = "+value))
				for _, d := range diags {
					if d.Summary != about[a.name] && d.Summary != "Input of another model" {
						t.Errorf("%s.%s:\n%s", s.kind, a.name, report)
					}
				}
			}
			if a.doc == "" || s.doc == "" || !a.required && a.usually() == "" && a.otherwise == "" {
				t.Errorf("%s.%s is not described", s.kind, a.name)
			}
		}
	}
}
