package criteria_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/criteria"
)

var update = flag.Bool("update", false, "rewrite testdata/errors.txt")

// A fixture is a configuration file with one attribute, exit_when. Its comments say what it is checked against
// ("# exits: 4", "# without: battery") and, line by line, what to expect ("# error: ...", "# canonical: ...").
type fixture struct {
	name  string
	src   []byte
	exits int
	have  criteria.Set
	want  []string
	expr  hcl.Expression
}

func readFixtures(t *testing.T, pattern string) []fixture {
	t.Helper()
	names, err := filepath.Glob(filepath.FromSlash(pattern))
	if err != nil || len(names) == 0 {
		t.Fatalf("no fixtures match %s (%v)", pattern, err)
	}
	var fixtures []fixture
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		fixtures = append(fixtures, readFixture(t, filepath.ToSlash(name), src))
	}
	return fixtures
}

var comment = regexp.MustCompile(`(?m)^# (exits|without|error|warning|canonical): (.*)$`)

func readFixture(t *testing.T, name string, src []byte) fixture {
	t.Helper()
	f := fixture{name: name, src: src, exits: 4, have: criteria.All()}
	for _, m := range comment.FindAllStringSubmatch(string(src), -1) {
		switch m[1] {
		case "exits":
			n, err := strconv.Atoi(m[2])
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			f.exits = n
		case "without":
			missing, ok := criteria.MetricNamed(m[2])
			if !ok {
				t.Fatalf("%s: no metric %q", name, m[2])
			}
			f.have &^= criteria.Of(missing)
		default:
			f.want = append(f.want, m[1]+": "+m[2])
		}
	}
	file, diags := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	attributes, diags := file.Body.JustAttributes()
	if diags.HasErrors() || attributes["exit_when"] == nil {
		t.Fatalf("%s: no exit_when: %v", name, diags)
	}
	f.expr = attributes["exit_when"].Expr
	return f
}

func TestGoodCriteriaHaveTheirCanonicalSource(t *testing.T) {
	for _, f := range readFixtures(t, "testdata/good/*.hcl") {
		c, diags := criteria.Compile(f.expr, f.exits, f.have)
		if len(diags) > 0 {
			t.Errorf("%s: %v", f.name, diags)
			continue
		}
		if got := []string{"canonical: " + c.String()}; !cmp.Equal(got, f.want) {
			t.Errorf("%s: -want +got\n%s", f.name, cmp.Diff(f.want, got))
		}
	}
}

func TestBadCriteriaGetTheirDiagnostics(t *testing.T) {
	for _, f := range readFixtures(t, "testdata/bad/*.hcl") {
		c, diags := criteria.Compile(f.expr, f.exits, f.have)
		if (c == nil) != diags.HasErrors() {
			t.Errorf("%s: criterion %v with %v", f.name, c, diags)
		}
		var got []string
		for _, d := range diags {
			severity := "error"
			if d.Severity == hcl.DiagWarning {
				severity = "warning"
			}
			got = append(got, severity+": "+d.Summary+": "+d.Detail)
		}
		if !cmp.Equal(got, f.want) {
			t.Errorf("%s: -want +got\n%s", f.name, cmp.Diff(f.want, got))
		}
	}
}

// The transcript shows what a person reads: »« stand for the highlighting of the piece that is wrong.
func TestErrorsReadAsInTheTranscript(t *testing.T) {
	var got bytes.Buffer
	for _, f := range readFixtures(t, "testdata/bad/*.hcl") {
		_, diags := criteria.Compile(f.expr, f.exits, f.have)
		render(t, &got, f.name, f.src, diags)
	}
	for _, src := range slips {
		_, diags := criteria.Parse(src, 4, criteria.All())
		if !diags.HasErrors() {
			t.Errorf("Parse(%q) finds no error", src)
		}
		render(t, &got, criteria.SourceName, []byte(src), diags)
	}
	const golden = "testdata/errors.txt"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s: -want +got (rewrite it with -update)\n%s", golden, diff)
	}
}

// slips are errors of syntax, which in a file HCL reports before a criterion is compiled.
var slips = []string{
	"",
	"confidence >",
	"response_time > 20 ms",
	"response_time > 20ms || exit > 2",
	"confidence = 0.9",
	"confidence => 0.9",
	"confidence ≥ 0.9",
	"confidence <> 0.9",
	"confidence >= 0,9",
	"exit > 2, confidence",
	"confidence > .9",
	"confidence > 90% || exit > 2",
	"confidence > 90%",
	"confidence > 0.9 and exit > 2",
	"confidence > 0.9 or exit > 2",
	"exit > 2 || not confidence > 0.9",
	"confidence > 0.9 & exit > 2",
	"(confidence > 0.9",
	"confidence > 0.9; exit > 2",
	"exit > 2 || \"${",
	strings.Repeat("(", 33) + "exit > 2" + strings.Repeat(")", 33),
}

func render(t *testing.T, w *bytes.Buffer, name string, src []byte, diags hcl.Diagnostics) {
	t.Helper()
	var b bytes.Buffer
	files := map[string]*hcl.File{name: {Bytes: src}}
	if err := hcl.NewDiagnosticTextWriter(&b, files, 100, true).WriteDiagnostics(diags); err != nil {
		t.Fatal(err)
	}
	colours := regexp.MustCompile(`\x1b\[3[13]m(Error|Warning)\x1b\[0m`)
	plain := colours.ReplaceAllString(b.String(), "$1")
	w.WriteString(strings.NewReplacer("\x1b[1;4m", "»", "\x1b[0m", "«").Replace(plain))
}
