package event

import (
	"cmp"
	"flag"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"

	diff "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

// The page that operators read says what the types say.
func TestPageIsFresh(t *testing.T) {
	const path = "../../docs/events.md"
	page := render(t, "testdata/events.md.tmpl", newPage(t))
	if *update {
		if err := os.WriteFile(path, []byte(page), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff.Diff(strings.Split(string(old), "\n"), strings.Split(page, "\n")); d != "" {
		t.Errorf("%s is stale, run make generate:\n%s", path, d)
	}
}

// page is what the template is given.
type page struct {
	Version, MaxText, MaxTexts, First, Every int
	Events                                   []pageEvent // by subject, which is the first word of the name
}

type pageEvent struct {
	Name, Anchor string
	Level        string
	Sampled      bool
	Short, Doc   string // the first sentence, and all
	Fields       []pageField
}

type pageField struct{ Key, Unit, Doc string }

func newPage(t *testing.T) page {
	t.Helper()
	p := page{Version: Version, MaxText: maxText, MaxTexts: maxTexts, First: first, Every: hundredth}
	source := readSource(t)
	for _, e := range vocabulary {
		entry, err := source.event(e)
		if err != "" {
			t.Errorf("%T: %s", e, err)
		}
		p.Events = append(p.Events, entry)
	}
	subject := func(e pageEvent) string { name, _, _ := strings.Cut(e.Name, "."); return name }
	slices.SortStableFunc(p.Events, func(a, b pageEvent) int { return cmp.Compare(subject(a), subject(b)) })
	return p
}

// source is the package's types by name, with their comments.
type source map[string]*doc.Type

func readSource(t *testing.T) source {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	p, err := doc.NewFromFiles(set, files, "event")
	if err != nil {
		t.Fatal(err)
	}
	types := source{}
	for _, x := range p.Types {
		types[x.Name] = x
	}
	return types
}

// event describes an event, or says what its comments lack.
func (s source) event(e Event) (entry pageEvent, wrong string) {
	k, t := e.kind(), reflect.TypeOf(e)
	text := s.plain(s[t.Name()].Doc)
	says, ok := strings.CutPrefix(text, t.Name()+" says ")
	if !ok {
		return entry, "its comment does not begin with its name and says"
	}
	short := strings.TrimPrefix(new(doc.Package).Synopsis(says), "that ")
	entry = pageEvent{
		Name: k.name, Anchor: strings.ReplaceAll(k.name, ".", ""), Level: k.level.String(), Sampled: k.sampled,
		Short: strings.TrimSuffix(short, "."), Doc: "`" + k.name + "` says " + says,
	}
	docs := s.fields(t.Name())
	for _, c := range columns[t] {
		name := t.FieldByIndex(c.index).Name
		if docs[name] == "" {
			return entry, "field " + name + " has no comment"
		}
		entry.Fields = append(entry.Fields, pageField{c.key, c.form.unit, s.plain(docs[name])})
	}
	return entry, ""
}

// fields are the comments of a struct's fields, with those of the structs that it embeds.
func (s source) fields(name string) map[string]string {
	docs := map[string]string{}
	for _, f := range s[name].Decl.Specs[0].(*ast.TypeSpec).Type.(*ast.StructType).Fields.List {
		if f.Names == nil {
			for name, doc := range s.fields(f.Type.(*ast.Ident).Name) {
				docs[name] = doc
			}
		}
		for _, n := range f.Names {
			docs[n.Name] = f.Doc.Text() + f.Comment.Text()
		}
	}
	return docs
}

// linked is a name of this package in a comment.
var linked = regexp.MustCompile(`\[(\w+)\]`)

// plain is a comment on one line, with the names of events as operators know them.
func (source) plain(comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	return linked.ReplaceAllStringFunc(text, func(link string) string {
		name := strings.Trim(link, "[]")
		if name == "Version" {
			return strconv.Itoa(Version)
		}
		for _, e := range vocabulary {
			if reflect.TypeOf(e).Name() == name {
				return "`" + e.kind().name + "`"
			}
		}
		return link
	})
}

func render(t *testing.T, path string, p page) string {
	t.Helper()
	form, err := template.ParseFiles(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := form.Execute(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
