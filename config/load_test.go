package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/picture"
)

// load loads a fixture in a house of its own.
func load(t testing.TB, fixture string) (*Config, hcl.Diagnostics) {
	t.Helper()
	src, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	dir := house(t)
	write(t, dir, filepath.Base(fixture), src)
	return loadAny(filepath.Join(dir, filepath.Base(fixture)), src)
}

// TestBad loads every file of testdata/bad. The comments at the end of each
// are the diagnostics to expect, all of them and in order:
//
//	# LINE:COLUMN: SUMMARY | WHAT THE DETAIL CONTAINS
func TestBad(t *testing.T) {
	for _, file := range fixtures(t, "testdata/bad/*.hcl") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			c, diags := load(t, file)
			if len(c.Files) == 0 || c.Models != nil || c.Tenants != nil {
				t.Error("a configuration with errors holds more than its source")
			}
			if !diags.HasErrors() {
				t.Error("no errors")
			}
			compare(t, file, diags)
		})
	}
}

// TestGood loads every file of testdata/good. They may have warnings, which stand
// in them as errors do in bad ones.
func TestGood(t *testing.T) {
	for _, file := range fixtures(t, "testdata/good/*.hcl") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".hcl"), func(t *testing.T) {
			c, diags := load(t, file)
			if diags.HasErrors() || len(c.Tenants) == 0 {
				t.Error(diags)
			}
			compare(t, file, diags)
		})
	}
}

func fixtures(t testing.TB, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	return files
}

// compare holds diagnostics against those that a fixture expects, and against
// what every one of them must have: a place, and what to do.
func compare(t *testing.T, fixture string, diags hcl.Diagnostics) {
	t.Helper()
	want := expected(t, fixture)
	for i, d := range diags {
		if d.Subject == nil || !remedy.MatchString(d.Detail) {
			t.Errorf("%v: it is not said where, or what to write instead", d)
			continue
		}
		got := fmt.Sprintf("%d:%d: %s | %s", d.Subject.Start.Line, d.Subject.Start.Column, d.Summary, d.Detail)
		if os.Getenv("SHOW") != "" {
			fmt.Printf("%s\t# %s\n", filepath.Base(fixture), got)
		}
		if i >= len(want) {
			t.Errorf("unexpected: %s", got)
		} else if head, detail, _ := strings.Cut(want[i], " | "); !strings.HasPrefix(got, head+" | ") || !strings.Contains(d.Detail, detail) {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
	for _, w := range want[min(len(diags), len(want)):] {
		t.Errorf("missing: %s", w)
	}
}

// remedy finds what a diagnostic tells people to do.
var remedy = regexp.MustCompile(`(?i)\b(write|add|move|leave|give|keep|did you mean|change|put|measure|set|compare|name the same|join them|make it|state)\b`)

// expectation finds what a fixture expects.
var expectation = regexp.MustCompile(`(?m)^# (\d+:\d+: .*)$`)

func expected(t *testing.T, fixture string) []string {
	t.Helper()
	src, err := os.ReadFile(fixture)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, m := range expectation.FindAllSubmatch(src, -1) {
		want = append(want, string(m[1]))
	}
	return want
}

func TestMinimal(t *testing.T) {
	c, diags := load(t, "testdata/good/minimal.hcl")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	m := c.Model("tiny")
	tenant := c.Tenant("camera")
	if c.Node.Listen != "127.0.0.1:8090" || c.Node.Inbound != 32<<20 || c.Log.Level != "info" || c.Log.Format != "auto" || c.Runtime.Threads != 1 ||
		c.Scheduler.Slots < 1 || c.Scheduler.RunLimit != 10*time.Second {
		t.Errorf("defaults: %+v", c)
	}
	if tenant.Model != m || tenant.Share != 1 || tenant.Queue != 64 || tenant.Overflow != Refuse || tenant.Deadline != 0 || tenant.Criterion.String() != "false" {
		t.Errorf("defaults of a tenant: %+v", tenant)
	}
	// The file lists the deeper exit first.
	if want := []string{"early", "late"}; !slices.Equal(m.Exits, want) || !m.Found {
		t.Errorf("exits %q, found %v; want %q found", m.Exits, m.Found, want)
	}
	if m.Activation != Softmax || m.Input != nil || m.Profile != nil || m.Labels != nil || len(m.Digest) != 64 {
		t.Errorf("defaults of a model: %+v", m)
	}
	if f := m.FLOPs(); len(f) != 2 || !(f[0] > 0 && f[1] > f[0]) {
		t.Errorf("FLOPs %v do not rise", f)
	}
}

func TestFull(t *testing.T) {
	c, diags := load(t, "testdata/good/full.hcl")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	dir := filepath.Dir(c.Models[0].Files[0])
	if diff := cmp.Diff(&picture.Spec{Layout: picture.NCHW, Height: 4, Width: 4, Mean: []float64{.5}, Std: []float64{.25}, Color: picture.Gray}, c.Models[0].Input); diff != "" {
		t.Errorf("input (-want +got):\n%s", diff)
	}
	for name, want := range map[string]audio.Spec{"sound": {Rate: 1000, Samples: 16}, "mono": {Rate: 16000, Samples: 16}} {
		if m := c.Model(name); m.Input != nil || m.Audio == nil || *m.Audio != want {
			t.Errorf("%s takes %+v, want %+v", name, m.Audio, want)
		}
	}
	if want := (Node{Name: "edge_1", Listen: "0.0.0.0:0", Advertise: "edge-1.local:8090", Inbound: 3 << 29}); c.Node != want {
		t.Errorf("node %+v, want %+v", c.Node, want)
	}
	if diff := cmp.Diff(Runtime{
		Library: filepath.Join(dir, "lib/libonnxruntime.so.1"), Threads: 2,
		Provider: Provider{Name: "tensorrt", Device: 1, FP16: true, Cache: filepath.Join(dir, "engines"), Workspace: 1 << 30},
	}, c.Runtime); diff != "" {
		t.Errorf("runtime (-want +got):\n%s", diff)
	}
	if want := (Scheduler{Slots: 2, RunLimit: 2 * time.Second, Policy: scheduler.NonCooperative, Fairness: 0.7, Batch: 4}); c.Scheduler != want {
		t.Errorf("scheduler %+v, want %+v", c.Scheduler, want)
	}
	if want := (Log{Level: "debug", Format: "console"}); c.Log != want {
		t.Errorf("log %+v, want %+v", c.Log, want)
	}
	camera := c.Tenant("door-camera")
	if camera.Share != 3 || camera.Queue != 8 || camera.Overflow != DropOldest || camera.Deadline != 50*time.Millisecond || c.Guarantee(camera) != 0.75 {
		t.Errorf("tenant %+v with a guarantee of %v", camera, c.Guarantee(camera))
	}
	if m := camera.Model; m.Activation != None || !slices.Equal(m.Labels, []string{"zero", "one", "two"}) || m.FLOPs()[1] != 480 {
		t.Errorf("model %+v", m)
	}
	if m := c.Model("named"); m.Found || m.Profile == nil || m.Profile.Digest != m.Digest {
		t.Errorf("model %+v", m)
	}
	if c.Model("absent") != nil || c.Tenant("absent") != nil {
		t.Error("there is something of the name absent")
	}
}

// TestProviders holds what a provider block means, and how many slots there are
// when nobody says.
func TestProviders(t *testing.T) {
	for src, want := range map[string]Provider{
		"":                  {Name: CPU},
		`provider "cpu" {}`: {Name: CPU},
		`provider "CPU" {}`: {Name: CPU},
		"provider \"cuda\" {\ndevice = 2\nmemory = \"512MiB\"\n}": {Name: "cuda", Device: 2, Memory: 512 << 20},
		`provider "WebGPU" {}`: {Name: "webgpu"},
		"provider \"openvino\" {\noptions = {\n device_type = \"GPU\"\n \"a.b\" : \"1\"\n}\n}": {Name: "openvino", Options: map[string]string{"device_type": "GPU", "a.b": "1"}},
	} {
		c, diags, report := loadText(t, house(t), around(fileSchema, runtimeSchema, src))
		if diags.HasErrors() {
			t.Fatalf("%s:\n%s", src, report)
		}
		if diff := cmp.Diff(want, c.Runtime.Provider); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
		slots := 1
		if want.Name == CPU {
			slots = limits.Cores()
		}
		if c.Scheduler.Slots != slots {
			t.Errorf("%s: %d slots, want %d", src, c.Scheduler.Slots, slots)
		}
	}
}

// TestProviderError holds that what a machine lacks is told at the block.
func TestProviderError(t *testing.T) {
	c, diags, report := loadText(t, house(t), around(fileSchema, runtimeSchema, "provider \"cuda\" {}"))
	if diags.HasErrors() {
		t.Fatal(report)
	}
	var b strings.Builder
	d := c.ProviderError("Provider not available", errors.New("there is no device"))
	if err := Report(&b, c.Files, hcl.Diagnostics{d}, false); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"Error: Provider not available", "line 2, in runtime:", "provider \"cuda\" {}\n", "^^^^^^^^^^^^^^^", "There is no device."} {
		if !strings.Contains(b.String(), words) {
			t.Errorf("no %q in:\n%s", words, b.String())
		}
	}
}

// TestMoreSlotsThanCores is no fixture, for machines differ.
func TestMoreSlotsThanCores(t *testing.T) {
	most := 2 * limits.Cores()
	for slots, warnings := range map[int]int{1: 0, most: 0, most + 1: 1} {
		_, diags, report := loadText(t, house(t), around(fileSchema, schedulerSchema, fmt.Sprintf("slots = %d", slots)))
		if diags.HasErrors() || len(diags) != warnings || warnings > 0 && diags[0].Severity != hcl.DiagWarning {
			t.Errorf("%d slots:\n%s", slots, report)
		}
	}
}

// TestMetricsHaveASource holds Metrics against what a profile gives and what
// the graph counts.
func TestMetricsHaveASource(t *testing.T) {
	// Where the file leaves shapes open, the runtime is asked for what the graph takes.
	const always = "response_time, confidence, flops, exit, entropy, margin, agreement, next.response_time, next.flops"
	for _, c := range []struct{ model, profile, want string }{
		{"silent.onnx", "", always},
		{"tiny.onnx", "", always},
		{"silent.onnx", "partial.json", always},
		{"silent.onnx", "full.json", "response_time, confidence, accuracy, energy, flops, exit, entropy, margin, agreement, next.response_time, next.energy, next.flops"},
	} {
		dir := house(t)
		src := fmt.Sprintf("node \"edge\" {}\ntenant \"camera\" {}\nmodel \"m\" {\n  path = %q\n", c.model)
		if c.profile != "" {
			src += fmt.Sprintf("  profile = %q\n", c.profile)
		}
		write(t, dir, "delen.hcl", []byte(src+"}\n"))
		loaded, diags := Load(filepath.Join(dir, "delen.hcl"))
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		if got := loaded.Models[0].Metrics().String(); got != c.want {
			t.Errorf("%s with %q:\n got %s\nwant %s", c.model, c.profile, got, c.want)
		}
	}
}

func TestLoadOfNoFile(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{filepath.Join(dir, "absent.hcl"), dir} {
		c, diags := Load(path)
		if c == nil || !diags.HasErrors() || !strings.Contains(diags[0].Detail, path) {
			t.Errorf("Load(%s) = %v, %v", path, c, diags)
		}
	}
}

// TestNestingEndsNoProcess holds that input which exhausts the stack of HCL's
// parser, if it is long enough, is refused before.
func TestNestingEndsNoProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep.hcl")
	load := func(piece string, size int) hcl.Diagnostics {
		src := "x = " + strings.Repeat(piece, size/len(piece))
		if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		c, diags := Load(path)
		var b strings.Builder
		if err := Report(&b, c.Files, diags[:1], false); err != nil || b.Len() > 2000 {
			t.Errorf("%s...: %v, a report of %d bytes", piece, err, b.Len())
		}
		return diags
	}
	if diags := load("[", maxSource-10); diags[0].Summary != tooDeep {
		t.Error(diags)
	}
	for _, piece := range []string{"(", "{", "!", "-", "(-", "[!", "\"${", "a ? b : ", "a ? ", "<<E\n${", "a[", "f(", "{a=", "[for a in ", "}\na {\nb {\n"} {
		if diags := load(piece, 1<<12); diags[0].Summary != tooDeep {
			t.Errorf("%s...: %v", piece, diags)
		}
	}
	for _, piece := range []string{"a.*", "a+", "a=1 ", "a=!\n", "\"\n{", "a {\n\"\n", "log {\n\"\n", "}\n"} {
		if diags := load(piece, maxSource/8); !diags.HasErrors() {
			t.Errorf("%s...: no error", piece)
		}
	}
}

func TestReport(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	write(t, dir, "delen.hcl", []byte("node \"edge\" {\n\tlisten = \"nöwhere\" # here\n}\n"))
	c, diags := Load("delen.hcl")
	var b strings.Builder
	if err := Report(&b, c.Files, diags[:1], false); err != nil {
		t.Fatal(err)
	}
	want := `Error: Invalid listen

  on delen.hcl line 2, in node "edge":
     2 | 	listen = "nöwhere" # here
       | 	         ^^^^^^^^^

  listen is a host:port in quotes, with a port from 0 to 65535, not "nöwhere". Write for instance listen = "127.0.0.1:8090".
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var colored strings.Builder
	if err := Report(&colored, c.Files, diags, true); err != nil || !strings.Contains(colored.String(), "\x1b[1;31mError\x1b[0m") {
		t.Errorf("%v: %q", err, colored.String())
	}
}

// TestNobodyReadsEverything holds that what is reported ends somewhere, and says
// that there is more.
func TestNobodyReadsEverything(t *testing.T) {
	for _, line := range []string{"a%d = 1\n", "a%d = = 1\n", "tenant \"a%d\" { share = 0 }\n", "log { # %d\n"} {
		var src strings.Builder
		for i := range 3 * enough {
			fmt.Fprintf(&src, line, i)
		}
		_, diags, _ := loadText(t, t.TempDir(), src.String())
		if n := len(diags); n > enough+1 || n > enough && diags[enough].Summary != "And so on" {
			t.Errorf("%d diagnostics of many times %q, the last %v", n, line, diags[n-1])
		}
	}
}

// What the tenants may have in the house together is what the node says, so that there are only so many of them.
func TestThereIsRoomForEveryTenant(t *testing.T) {
	for _, test := range []struct {
		inbound string
		tenants int
		want    string
	}{
		{"", 64, ""},
		{"", 65, "line 1: No room for the tenants: There is no room for so many tenants: each needs 512 KiB of what may be in the house at a time; write inbound = \"33MiB\" in the node block, or more, for 65 of them."},
		{"\ninbound = \"33MiB\"\n", 65, ""},
		{"\ninbound = \"1MiB\"\n", 3, "line 2: No room for the tenants: There is no room for so many tenants: each needs 512 KiB of what may be in the house at a time; write inbound = \"2MiB\" in the node block, or more, for 3 of them."},
	} {
		src := "node \"n\" {" + test.inbound + "}\nmodel \"plain\" { path = \"tiny.onnx\" }\n"
		for i := range test.tenants {
			src += fmt.Sprintf("tenant \"t%d\" {}\n", i)
		}
		_, diags, _ := loadText(t, house(t), src)
		got := ""
		for _, d := range diags {
			got += fmt.Sprintf("line %d: %s: %s", d.Subject.Start.Line, d.Summary, d.Detail)
		}
		if got != test.want {
			t.Errorf("%d tenants and %q give %q", test.tenants, test.inbound, got)
		}
	}
}
