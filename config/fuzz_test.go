package config

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
)

// FuzzLoad holds that no input panics, that every diagnostic says what it must and
// can be shown, that what is no HCL has an error, and that what Load returns
// without one can be served.
func FuzzLoad(f *testing.F) {
	for _, file := range fixtures(f, "testdata/*/*.hcl") {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	for src := range endless {
		f.Add([]byte(src))
	}
	dir := house(f)
	path := filepath.Join(dir, "fuzz.hcl")
	f.Fuzz(func(t *testing.T, src []byte) {
		if err := os.WriteFile(path, src, 0o644); err != nil {
			t.Fatal(err)
		}
		c, diags := Load(path)
		if err := Report(new(strings.Builder), c.Files, diags, false); err != nil {
			t.Fatal(err)
		}
		for _, d := range diags {
			checkDiagnostic(t, path, src, d)
		}
		if diags.HasErrors() {
			return
		}
		if whole(src) == nil {
			t.Error("what cannot be parsed has no error")
		}
		for _, tenant := range c.Tenants {
			if tenant.Model == nil || tenant.Criterion == nil || !(c.Guarantee(tenant) > 0) {
				t.Errorf("tenant %+v cannot be served", tenant)
			}
			if o := tenant.Objective; o != nil && (tenant.Adapt == AdaptNone || tenant.Criterion.String() != "false" || !tenant.Model.Evidence.Knows().Has(o.Metric)) {
				t.Errorf("nobody can act on the objective of %+v", tenant)
			}
		}
	})
}

// checkDiagnostic holds that a diagnostic has words and, but for what is about no
// place at all, a place in the source.
func checkDiagnostic(t *testing.T, path string, src []byte, d *hcl.Diagnostic) {
	t.Helper()
	if d.Summary == "" || d.Detail == "" {
		t.Errorf("%v has no words", d)
	}
	at := d.Subject
	switch {
	case at == nil:
		if d.Summary != "And so on" && d.Summary != "Cannot read the configuration" {
			t.Errorf("%v has no place", d)
		}
	case at.Filename != path || at.Start.Byte > at.End.Byte || at.End.Byte > len(src) || at.Start.Line < 1 || at.Start.Column < 1,
		at.Start.Line != 1+bytes.Count(src[:at.Start.Byte], []byte("\n")):
		t.Errorf("%v is nowhere in the source: %+v", d, at)
	}
}

// FuzzPieces holds that recovery reads source that is right as HCL does.
func FuzzPieces(f *testing.F) {
	for _, file := range fixtures(f, "testdata/*/*.hcl") {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if bytes.Contains(src, []byte("/*")) || len(src) > 1<<12 {
			t.Skip() // comments may stand at places that recovery does not know
		}
		r := newRecovery(newDecoder(), src, "x.hcl")
		if _, invalid := r.invalidText(); invalid {
			return
		}
		if _, diags := r.try(r.span(0, len(src))); diags.HasErrors() {
			return
		}
		want := whole(src)
		if swallows(want) {
			return // that has an error, and recovery takes it for another one
		}
		got, r := pieces(src)
		if diff := cmp.Diff(outlined(want, ""), outlined(got, "")); diff != "" || r.wrong > 0 {
			t.Errorf("%v (-want +got):\n%s", r.diags, diff)
		}
	})
}
