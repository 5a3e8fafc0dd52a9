package config

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/scheduler"
)

// inUse is a configuration that a node could run. Its second model has a profile with outcomes.
func inUse(t testing.TB) *Config {
	t.Helper()
	c, diags, report := loadText(t, house(t), `node "n" {}
model "plain" { path = "tiny.onnx" }
model "known" {
  path    = "tiny.onnx"
  profile = "known.json"
}
tenant "a" { model = "plain" }
tenant "b" {
  model = "known"
  share = 3
}
`)
	if diags.HasErrors() {
		t.Fatal(report)
	}
	return c
}

func TestATenantIsReadForAConfigurationInUse(t *testing.T) {
	c := inUse(t)
	tenant, diags := ParseTenant(`tenant "c" {
  model    = "known"
  share    = 2
  deadline = "50ms"
  queue    = 7
  overflow = "drop-oldest"
  objective {
    maximize = accuracy
    where    = energy <= 80*mJ
  }
}`, c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	if tenant.Name != "c" || tenant.Model != c.Models[1] || tenant.Share != 2 || tenant.Queue != 7 || tenant.Audit != DefaultAudit || tenant.Objective == nil {
		t.Errorf("the tenant is %+v", tenant)
	}
}

func TestWhatIsNoTenantSaysWhy(t *testing.T) {
	c := inUse(t)
	t.Setenv("DELEN_TEST_SECRET", "sesame")
	for name, test := range map[string]struct{ src, line, summary, detail string }{
		"nothing":              {"", "1", "Missing tenant block", `tenant "door-camera" { }`},
		"a comment":            {"# tenant\n", "2", "Missing tenant block", ""},
		"no HCL":               {"{{{", "1", "", ""},
		"no text":              {"\xff\xfe", "1", "Not a text", ""},
		"without a name":       {"tenant {}", "1", "Missing name", ""},
		"with a wrong name":    {`tenant "a/b" { model = "plain" }`, "1", "Invalid name", ""},
		"two":                  {"tenant \"c\" {\n model = \"plain\"\n}\ntenant \"d\" {\n model = \"plain\"\n}", "4", "Another tenant", "one stands at line 1"},
		"a model":              {"tenant \"c\" {\n model = \"plain\"\n}\nmodel \"x\" {\n path = \"/etc/passwd\"\n}", "4", "Not a tenant", "in the configuration of the node"},
		"an attribute alone":   {"share = 2", "1", "Unknown attribute", "It belongs in a tenant block"},
		"a misspelt one":       {"tenant \"c\" {\n model = \"plain\"\n shar = 2\n}", "3", "Unknown attribute", `Did you mean "share"?`},
		"no model":             {`tenant "c" {}`, "1", "Missing model", `"plain" and "known"`},
		"none of an objective": {"tenant \"c\" {\n objective {\n  maximize = accuracy\n }\n}", "1", "Missing model", ""},
		"an unknown model":     {`tenant "c" { model = "know" }`, "1", "Unknown model", `Did you mean "known"?`},
		"too much":             {"tenant \"c\" {\n model = \"plain\"\n share = 1e7\n}", "3", "Invalid share", "from 0.001 to 1000000, not 10000000"},
		"far too much":         {"tenant \"c\" {\n model = \"plain\"\n share = 1e600000000\n}", "3", "Invalid share", "beyond all measure"},
		"nearly nothing":       {"tenant \"c\" {\n model = \"plain\"\n share = 1e-600000000\n}", "3", "Invalid share", "beyond all measure"},
		"a digit bomb":         {"tenant \"c\" {\n model = \"${1e600000000}\"\n}", "2", "Not written out", `model = "glyphs"`},
		"a digit bomb inside":  {"tenant \"c\" {\n model = \"x${1e600000000}\"\n}", "2", "Not written out", ""},
		"a product":            {"tenant \"c\" {\n model = \"plain\"\n share = 1e600000000 % 7\n}", "3", "Not written out", "share = 2"},
		"loops":                {"tenant \"c\" {\n model = [for a in [1, 2] : [for b in [1, 2] : a]]\n}", "2", "Not written out", ""},
		"the environment":      {"tenant \"c\" {\n model = env.DELEN_TEST_SECRET\n}", "2", "Not written out", ""},
		"it in a text":         {"tenant \"c\" {\n model = \"${env.DELEN_TEST_SECRET}\"\n}", "2", "Not written out", ""},
		"it in a criterion":    {"tenant \"c\" {\n model = \"plain\"\n exit_when = confidence > env.DELEN_TEST_SECRET\n}", "3", "No environment here", ""},
		"a bare word":          {"tenant \"c\" {\n model = \"plain\"\n overflow = refuse\n}", "3", "Missing quotes", `"refuse"`},
		"a criterion":          {"tenant \"c\" {\n model = \"plain\"\n exit_when = confidense > 1\n}", "3", "Unknown name", ""},
		"a blind objective":    {"tenant \"c\" {\n model = \"plain\"\n objective {\n  maximize = accuracy\n }\n}", "3", "Objective without a profile", "delen profile"},
		"too long":             {strings.Repeat("#", maxTenantSource+1), "", "Too long", "16 KiB"},
		"open comments":        {"tenant \"c\" {\n" + strings.Repeat("/*\n", 5000) + "}", "", "Open comments", "the last 5000"},
		"an open comment":      {"tenant \"c\" {\n model = \"plain\"\n}\n/* /* */ /*", "4", "Open comment", "Write */"},
		"open heredocs":        {"tenant \"c\" {\n" + strings.Repeat("share = <<A\n", 1000), "1", "Missing brace", ""},
		"nested":               {"tenant \"c\" {\n model = " + strings.Repeat("[", 1<<10) + "\n}", "2", tooDeep, ""},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, diags := ParseTenant(test.src, c)
			if tenant != nil || !diags.HasErrors() {
				t.Fatalf("it is %+v, %v", tenant, diags)
			}
			d := diags[0]
			line := ""
			if d.Subject != nil {
				line = string(rune('0' + d.Subject.Start.Line))
			}
			if test.summary != "" && d.Summary != test.summary || !strings.Contains(d.Detail, test.detail) || line != test.line {
				t.Errorf("line %s: %s: %s", line, d.Summary, d.Detail)
			}
			if strings.Contains(diags.Error(), "sesame") {
				t.Errorf("a secret is told: %v", diags)
			}
		})
	}
}

func TestAmendments(t *testing.T) {
	c := inUse(t)
	guest, diags := ParseTenant(`tenant "guest" { model = "plain" }`, c)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	ok := func(d *Config, err error) *Config {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, test := range map[string]struct {
		to                      *Config
		added, removed, changed int
		rules                   bool
	}{
		"a tenant more": {to: ok(c.With(guest)), added: 1},
		"a tenant less": {to: ok(c.Without("a")), removed: 1},
		"a share":       {to: ok(c.WithShare("a", 7)), changed: 1},
		"the same":      {to: ok(c.WithShare("a", 1))},
		"a policy":      {to: ok(c.WithRules(scheduler.NonCooperative, 1, 0)), rules: true},
		"a fairness":    {to: ok(c.WithRules(c.Scheduler.Policy, 0, 0)), rules: true},
		"a budget":      {to: ok(c.WithRules(c.Scheduler.Policy, 1, 2.5)), rules: true},
		"the same rule": {to: ok(c.WithRules(c.Scheduler.Policy, c.Scheduler.Fairness, 0))},
	} {
		change, err := Compare(c, test.to)
		if err != nil || len(change.Added) != test.added || len(change.Removed) != test.removed || len(change.Changed) != test.changed || change.Rules != test.rules {
			t.Errorf("%s changes %+v, %v", name, change, err)
		}
	}
	if len(c.Tenants) != 2 || c.Tenants[0].Share != 1 || c.Scheduler.Policy != scheduler.Cooperative {
		t.Errorf("the configuration itself has changed: %+v", c)
	}
	if d := ok(c.WithShare("b", 1)); c.Guarantee(c.Tenants[1]) != 0.75 || d.Guarantee(d.Tenants[1]) != 0.5 {
		t.Error("a share is not that of all shares")
	}
}

func TestAmendmentsThatCannotBe(t *testing.T) {
	c := inUse(t)
	alone, err := c.Without("a")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		amend func() (*Config, error)
		kind  error
		words string
	}{
		"one that is there":  {func() (*Config, error) { return c.With(c.Tenants[0]) }, ErrExists, `tenant "a"`},
		"one that is not":    {func() (*Config, error) { return c.Without("x") }, ErrNoTenant, `tenant "x": there is no such tenant; the node serves "a" and "b"`},
		"the last":           {func() (*Config, error) { return alone.Without("b") }, ErrLast, "add another one first"},
		"nobody's share":     {func() (*Config, error) { return c.WithShare("x", 1) }, ErrNoTenant, `tenant "x"`},
		"no share":           {func() (*Config, error) { return c.WithShare("a", 0) }, nil, "share is a number from 0.001 to 1000000, not 0"},
		"a negative share":   {func() (*Config, error) { return c.WithShare("a", -1) }, nil, "not -1"},
		"a share of NaN":     {func() (*Config, error) { return c.WithShare("a", math.NaN()) }, nil, "not NaN"},
		"an infinite share":  {func() (*Config, error) { return c.WithShare("a", math.Inf(1)) }, nil, "not +Inf"},
		"another policy":     {func() (*Config, error) { return c.WithRules("cooperativ", 1, 0) }, nil, `Did you mean "cooperative"?`},
		"too much fairness":  {func() (*Config, error) { return c.WithRules(scheduler.Cooperative, 1.5, 0) }, nil, "from 0 to 1, not 1.5"},
		"a fairness of NaN":  {func() (*Config, error) { return c.WithRules(scheduler.Cooperative, math.NaN(), 0) }, nil, "not NaN"},
		"a negative budget":  {func() (*Config, error) { return c.WithRules(scheduler.Cooperative, 1, -1) }, nil, "budget is a number from 0.001 to 100000, not -1 (0 is none)"},
		"a budget of NaN":    {func() (*Config, error) { return c.WithRules(scheduler.Cooperative, 1, math.NaN()) }, nil, "not NaN"},
		"a very long policy": {func() (*Config, error) { return c.WithRules(scheduler.Policy(strings.Repeat("x", 1<<20)), 1, 0) }, nil, "xxx"},
	} {
		d, err := test.amend()
		if d != nil || err == nil || test.kind != nil && !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.words) || len(err.Error()) > 300 {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

func TestWhatAReloadUndoes(t *testing.T) {
	file := inUse(t)
	guest, _ := ParseTenant(`tenant "guest" { model = "plain" }`, file)
	ordered := func(orders ...func(*Config) (*Config, error)) *Config {
		c := file
		for _, order := range orders {
			var err error
			if c, err = order(c); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	add := func(c *Config) (*Config, error) { return c.With(guest) }
	remove := func(c *Config) (*Config, error) { return c.Without("a") }
	share := func(c *Config) (*Config, error) { return c.WithShare("b", 9) }
	policy := func(c *Config) (*Config, error) { return c.WithRules(scheduler.FirstCome, 0.5, 3) }
	all := ordered(add, remove, share, policy)
	for name, test := range map[string]struct {
		running, again *Config
		want           []string
	}{
		"nothing was ordered": {file, all, nil},
		"the file says so":    {all, all, nil},
		"the file is as it was": {all, file, []string{
			"tenant guest was added", "tenant a was removed", "tenant b had share 9", "the policy was first-come with fairness 0.5", "the budget was 3 W"}},
		"some is written down": {all, ordered(add, share), []string{"tenant a was removed", "the policy was first-come with fairness 0.5", "the budget was 3 W"}},
		"it was taken back":    {ordered(remove, func(c *Config) (*Config, error) { return c.With(file.Tenants[0]) }), file, nil},
	} {
		if d := cmp.Diff(test.want, Undone(file, test.running, test.again)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// FuzzParseTenant holds that no source panics or takes long, that every diagnostic says what it must, that what is no tenant has
// an error, and that what has none can be served.
func FuzzParseTenant(f *testing.F) {
	c := inUse(f)
	for _, src := range []string{
		`tenant "c" { model = "plain" }`, `tenant "c" { share = 1e600000000 }`, `model "x" {}`, "tenant \"a\" {\n objective {\n maximize = accuracy\n }\n}",
		`tenant "c" { model = "${1e99}" }`, `tenant "c" { exit_when = [confidence > 0.5, null] }`, "tenant \"c\" {\n model = \"known\"\n deadline = \"1us\"\n}", "tenant {", "",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		before := *c
		tenant, diags := ParseTenant(src, c)
		for _, d := range diags {
			if d.Summary == "" || d.Detail == "" {
				t.Errorf("%v has no words", d)
			}
		}
		if (tenant == nil) != diags.HasErrors() {
			t.Fatalf("%+v, %v", tenant, diags)
		}
		if !reflect.DeepEqual(before, *c) {
			t.Error("the configuration has changed")
		}
		if tenant == nil {
			return
		}
		if !nameForm.MatchString(tenant.Name) || c.Model(tenant.Model.Name) != tenant.Model || tenant.Criterion == nil || !(tenant.Share > 0) || tenant.Queue < 1 {
			t.Errorf("%+v cannot be served", tenant)
		}
		if _, err := c.With(tenant); err != nil && c.Tenant(tenant.Name) == nil {
			t.Error(err)
		}
	})
}
