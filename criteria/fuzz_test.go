package criteria

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// endless are texts that HCL would take hours, and all memory, to make values of.
var endless = []string{
	`exit > "x${1e600000000}"`, `"x${1e600000000}" > exit`, `"x${1e600000000}"`, `!"x${1e600000000}"`, `exit > -"x${1e600000000}"`,
	"exit > <<A\n${1e600000000~}\nA\n", "<<A\n${1e600000000~}\nA\n", `exit > "${1e600000000}"`, `exit > {1e600000000 = 2}`,
	`exit > [for a in [1] : "x${1e600000000}"]`, `exit["x${1e600000000}"] > 1`, `exit > 1e600000000 % 7`, `[exit > "x${-1e-600000000}", null]`,
	`exit > "x${1e600000000}"*ms`, `exit > 1e600000000 - 1`,
}

func TestNothingIsComputedForAMistake(t *testing.T) {
	for _, src := range endless {
		if c, diags := Parse(src, 4, All()); c != nil || Explain(src, diags) == "" {
			t.Errorf("%q gives %v, %v", src, c, diags)
		}
		if o, diags := ParseObjective(src, "", src, Objectives()); o != nil || ExplainObjective(src, "", src, diags) == "" {
			t.Errorf("%q gives %v, %v", src, o, diags)
		}
	}
}

// A comment without an end is told where it begins, and not left to HCL, which takes a time for it that grows with the square of
// the text's length.
func TestACommentWithoutAnEnd(t *testing.T) {
	for src, at := range map[string]hcl.Pos{
		"exit > 0 /* so":                     {Line: 1, Column: 10, Byte: 9},
		"exit > /* a */ 0 &&\n é /* /* b":    {Line: 2, Column: 4, Byte: 24},
		strings.Repeat("/*\n", MaxSource/3):  {Line: 1, Column: 1, Byte: 0},
		"exit > 0 /**/" + "/*a /*b\n/*c /*d": {Line: 1, Column: 14, Byte: 13},
	} {
		_, diags := Parse(src, 4, All())
		_, more := ParseBounds(src, Objectives())
		for _, d := range append(diags, more...) {
			if d.Summary != "Open comment" || d.Subject.Start != at || d.Subject.End.Byte != at.Byte+2 {
				t.Errorf("%.30q gives %v from %+v", src, d, d.Subject.Start)
			}
		}
		if len(diags) != 1 || len(more) != 1 {
			t.Errorf("%.30q gives %v, %v", src, diags, more)
		}
	}
	for _, src := range []string{"exit > /* one */ 1", "exit > 1 /* / ** **/", "exit /* /* */ > 1 // so\n"} {
		if _, diags := Parse(src, 4, All()); diags.HasErrors() {
			t.Errorf("%q gives %v", src, diags)
		}
	}
}

// Any text gives a criterion or errors that say where and what to do. A criterion's source is a fixed point, and
// what it parses to is the same tree, constants to the last bit: hence the two are equivalent.
func FuzzParse(f *testing.F) {
	names, err := filepath.Glob("testdata/*/*.hcl")
	if err != nil || len(names) == 0 {
		f.Fatalf("no fixtures (%v)", err)
	}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		_, expr, _ := strings.Cut(string(src), "exit_when = ")
		f.Add(expr, 4, uint32(All()))
	}
	for _, src := range append(endless, "exit > 0 /* so", "/*/", "exit > <<A\n1\n") {
		f.Add(src, 4, uint32(All()))
	}
	f.Fuzz(func(t *testing.T, src string, exits int, have uint32) {
		exits %= 6
		c, diags := Parse(src, exits, Set(have))
		if (c == nil) != diags.HasErrors() {
			t.Fatalf("criterion %v with %v", c, diags)
		}
		checkDiagnostics(t, src, diags)
		if c == nil {
			return
		}
		if c.Metrics()&^Of(Exit)&^Set(have) != 0 {
			t.Errorf("reads %v of %v", c.Metrics(), Set(have))
		}
		again, diags := Parse(c.String(), exits, Set(have))
		if diags.HasErrors() {
			t.Fatalf("%q: canonical %q: %v", src, c, diags)
		}
		if again.String() != c.String() || again.perExit != c.perExit || !reflect.DeepEqual(again.nodes, c.nodes) {
			t.Fatalf("%q: canonical %q reads back as %q", src, c, again)
		}
		for exit := range exits + 2 {
			o := Unknown()
			o[Exit] = float64(exit)
			if c.Stop(&o) != again.Stop(&o) {
				t.Errorf("%q and %q differ at exit %d", src, c, exit)
			}
		}
	})
}

func checkDiagnostics(t *testing.T, src string, diags hcl.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		if d.Summary == "" || d.Detail == "" || d.Subject == nil {
			t.Fatalf("%v says too little", d)
		}
		if !strings.HasSuffix(d.Detail, ".") && !strings.HasSuffix(d.Detail, "?") {
			t.Logf("no sentence: %s", d.Detail)
		}
		if s := d.Subject; s.Filename != SourceName || s.Start.Byte > s.End.Byte || s.End.Byte > len(src)+1 {
			t.Fatalf("%v points outside of the source", d)
		}
		if strings.Contains(d.Detail, "%!") {
			t.Fatalf("badly formatted: %s", d.Detail)
		}
	}
}
