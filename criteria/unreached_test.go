package criteria

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestUnreached(t *testing.T) {
	known := Figures{Accuracy: {.75, .88333333, .95}, FLOPs: {1e6, 2e6, 4e6}}
	for _, c := range []struct{ source, want string }{
		{"accuracy == 0.8833", "Comparison is never true: accuracy == 0.8833 is true at no exit: the nearest figures are 0.75 at exit 1 and 0.88333333 at exit 2. Figures are shown rounded: write >= or <= "},
		{"0.8833 == accuracy", "Comparison is never true: accuracy == 0.8833 "},
		{"accuracy != 0.8833", "Comparison is always true: accuracy != 0.8833 is true at every exit: the nearest figures are 0.75 at exit 1 and 0.88333333 at exit 2."},
		{"accuracy > 0.99", "Comparison is never true: accuracy > 0.99 is true at no exit: the nearest figure is 0.95 at exit 3. Write a bound that an exit reaches."},
		{"confidence > 0.5 && !(accuracy > 0.95)", "Comparison is never true: accuracy > 0.95 "},
		{"(flops < 1*MFLOPs) || exit >= 2", "flops < 1*MFLOPs is true at no exit: the nearest figures are 1*MFLOPs at exit 1 and 2*MFLOPs at exit 2."},
		{"[accuracy > 0.9, accuracy > 0.9, true]", "accuracy > 0.9 is not true at exit 1: the nearest figure is 0.75 at exit 1.|accuracy > 0.9 is not true at exit 2: the nearest figure is 0.88333333 at exit 2."},
		{"[accuracy != 0.9, null]", "Comparison is always true: accuracy != 0.9 is true at exit 1: the nearest figure is 0.75 at exit 1."},
		{"accuracy == 0.75 || accuracy >= 0.95 || accuracy != 0.95 || flops <= 1*MFLOPs", ""},
		{"accuracy > 1 || accuracy < 0", ""}, // Compile tells
		{"confidence > 0.99 || next.flops > flops || true", ""},
	} {
		e, diags := hclsyntax.ParseExpression([]byte(c.source), "", hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(c.source, diags)
		}
		var got []string
		for _, d := range Unreached(e, known) {
			if d.Severity != hcl.DiagWarning || d.Subject == nil {
				t.Errorf("%s: no warning with a place: %v", c.source, d)
			}
			got = append(got, d.Summary+": "+d.Detail)
		}
		var want []string
		if c.want != "" {
			want = strings.Split(c.want, "|")
		}
		if len(got) != len(want) {
			t.Errorf("%s: %q, want %q", c.source, got, want)
			continue
		}
		for i := range want {
			if !strings.Contains(got[i], want[i]) {
				t.Errorf("%s: %s\nwant %s", c.source, got[i], want[i])
			}
		}
	}
	if e, _ := hclsyntax.ParseExpression([]byte("accuracy > 0.99"), "", hcl.InitialPos); len(Unreached(e, nil)) > 0 {
		t.Error("a warning of figures that are not known")
	}
}
