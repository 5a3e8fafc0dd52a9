package config

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// pieces parses source in pieces, as if it could not be parsed whole.
func pieces(src []byte) (*hclsyntax.Body, *recovery) {
	r := newRecovery(newDecoder(), src, "x.hcl")
	return r.body(r.bom(), len(src), fileSchema, 0), r
}

// whole parses source that is right, or returns nil.
func whole(src []byte) *hclsyntax.Body {
	f, diags := hclsyntax.ParseConfig(src, "x.hcl", hcl.InitialPos)
	if diags.HasErrors() {
		return nil
	}
	return f.Body.(*hclsyntax.Body)
}

// outlined writes down all of a body that decoding looks at, with its places.
func outlined(body *hclsyntax.Body, indent string) string {
	var s string
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		a := body.Attributes[name]
		s += fmt.Sprintf("%s%s at %s = %T at %s\n", indent, name, a.NameRange, a.Expr, a.Expr.Range())
		for _, v := range hclsyntax.Variables(a.Expr) {
			s += fmt.Sprintf("%s  of %s at %s\n", indent, v.RootName(), v.SourceRange())
		}
	}
	for _, b := range body.Blocks {
		s += fmt.Sprintf("%s%s %q at %s %s %s\n", indent, b.Type, b.Labels, b.TypeRange, b.LabelRanges, b.Range())
		s += outlined(b.Body, indent+"  ")
	}
	return s
}

// TestPiecesMakeTheWhole holds that recovery reads source that is right as HCL
// does: it is the oracle.
func TestPiecesMakeTheWhole(t *testing.T) {
	sources := map[string][]byte{
		"comments": []byte("# one\nnode \"edge\" { // two\n  /* three\n model \"x\" {\n */\n  listen = \"}\" # } four\n}\n/* five */\n"),
		"texts":    []byte("node \"edge\" {\n  listen = \"\\\"{ $${ %%{ # // ${\"}\"} ${\n1}\"\n}\nlog {}\n"),
		"heredoc":  []byte("node \"edge\" {\n  listen = <<E\n  }\n  \"\n E\n}\nlog {\n  level = <<-E\n  model \"x\" {\n  E\n}\n"),
		"lists":    []byte("model \"m\" {\n  exits = [\n    \"a\", # b ]\n\n    \"c\",\n  ]\n  input {\n size = (\n 1 +\n 2\n )\n }\n}\ntenant \"x\" { queue = 1 }"),
		"objects":  []byte("a = {\n  b = 1\n  c = {\n}\n}\nlog {}"),
		"labels":   []byte("x \"a\\\"b\" c \"d\" {\n}\ntenant\"a\"{}\nlog{}\n"),
		"dense":    []byte("node \"edge\" {\nlisten=\"a\"\nadvertise=\"b\"\n}\nlog {level=\"info\"}"),
		"unicode":  []byte("\ufeffnode \"ëdge\" { listen = \"日本\" }\nlög { ü = \"🙂\" }\n"),
	}
	for _, file := range append(fixtures(t, "testdata/good/*.hcl"), fixtures(t, "testdata/bad/*.hcl")...) {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if whole(src) != nil {
			sources[file] = src
		}
	}
	for name, src := range sources {
		for _, src := range [][]byte{src, bytes.ReplaceAll(src, []byte("\n"), []byte("\r\n"))} {
			want := whole(src)
			if want == nil {
				t.Fatalf("%s is not right", name)
			}
			got, r := pieces(src)
			if diff := cmp.Diff(outlined(want, ""), outlined(got, "")); diff != "" || r.wrong > 0 {
				t.Errorf("%s: %v (-want +got):\n%s", name, r.diags, diff)
			}
		}
	}
}

// TestOneMistakeHidesNothing adds a block that cannot be parsed to every bad
// fixture: everything else is reported as before.
func TestOneMistakeHidesNothing(t *testing.T) {
	const broken = "runtime {\n  threads = = 3\n}\n"
	for _, file := range fixtures(t, "testdata/bad/*.hcl") {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(src, []byte("runtime")) || !bytes.Contains(src, []byte("tenant")) || bytes.Contains(src, []byte("/*")) {
			continue // what it adds would stand there twice, or is in a comment
		}
		dir := house(t)
		// The end of the file is a place, of what is missing and of what is not closed.
		report := func(src string, shift int) []string {
			all := []string{}
			write(t, dir, filepath.Base(file), []byte(src))
			_, diags := Load(filepath.Join(dir, filepath.Base(file)))
			for _, d := range diags {
				missing := strings.HasPrefix(d.Summary, "Missing ") && strings.HasSuffix(d.Summary, " block")
				if !missing && d.Summary != "Missing brace" {
					all = append(all, fmt.Sprintf("%d:%d: %s | %s", d.Subject.Start.Line-shift, d.Subject.Start.Column, d.Summary, lineNumber.ReplaceAllString(d.Detail, "line")))
				}
			}
			return all
		}
		want := report(string(src), 0)
		lines := strings.Count(broken, "\n")
		for place, got := range map[string][]string{"before": report(broken+string(src), lines), "after": report(string(src)+broken, 0)} {
			own := slices.IndexFunc(got, func(d string) bool { return strings.Contains(d, "threads is a whole number") })
			if own < 0 {
				t.Errorf("%s: the mistake %s is not reported", file, place)
				continue
			}
			if diff := cmp.Diff(want, slices.Delete(got, own, own+1)); diff != "" {
				t.Errorf("%s, with a mistake %s (-without +with):\n%s", file, place, diff)
			}
		}
	}
}

var lineNumber = regexp.MustCompile(`line \d+`)
