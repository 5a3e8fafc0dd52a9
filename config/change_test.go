package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages/profile"
)

const before = `
node "n" {}
model "glyphs" {
  path = "tiny.onnx"
}
tenant "a" {
  share    = 2
  deadline = "50ms"
}
tenant "b" { exit_when = confidence > 0.5 }
`

// wanted is what a tenant with an objective has instead.
const wanted = `tenant "b" {
  adapt = "full"
  objective {
    maximize = accuracy
    where    = energy <= 80*mJ && accuracy >= 0.5
  }
}`

// edited is a configuration with some pieces of text replaced by others, pair by pair.
func edited(t *testing.T, pairs ...string) *Config {
	t.Helper()
	dir := house(t)
	path := filepath.Join(dir, "delen.hcl")
	if err := os.WriteFile(path, []byte(strings.NewReplacer(pairs...).Replace(before)), 0o600); err != nil {
		t.Fatal(err)
	}
	c, diags := Load(path)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	for _, m := range c.Models {
		m.Files[0] = filepath.Base(m.Files[0]) // each has a folder of its own
	}
	return c
}

func TestTenantsChangeWhileTheNodeRuns(t *testing.T) {
	for name, test := range map[string]struct {
		edit                    []string
		added, removed, changed []string
	}{
		"nothing":      {},
		"only words":   {edit: []string{"confidence > 0.5", "(confidence > 0.50)"}},
		"one comes":    {edit: []string{`node "n" {}`, `node "n" {}` + "\ntenant \"c\" {}"}, added: []string{"c"}},
		"one goes":     {edit: []string{`tenant "b" { exit_when = confidence > 0.5 }`, ""}, removed: []string{"b"}},
		"another name": {edit: []string{`tenant "b"`, `tenant "c"`}, added: []string{"c"}, removed: []string{"b"}},
		"every attribute": {
			edit:    []string{"share    = 2", "share = 3\nqueue = 3\noverflow = \"drop-oldest\"\nexit_when = exit > 1", "50ms", "60ms"},
			changed: []string{"a: share exit_when deadline queue overflow"},
		},
		"a criterion": {edit: []string{"0.5", "0.6"}, changed: []string{"b: exit_when"}},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := edited(t), edited(t, test.edit...)
			c, err := Compare(from, to)
			if err != nil {
				t.Fatal(err)
			}
			var added, removed, changed []string
			for _, x := range c.Added {
				added = append(added, x.Name)
			}
			for _, x := range c.Removed {
				removed = append(removed, x.Name)
			}
			for _, x := range c.Changed {
				changed = append(changed, x.Tenant.Name+": "+strings.Join(x.Attributes, " "))
			}
			if d := cmp.Diff([][]string{test.added, test.removed, test.changed}, [][]string{added, removed, changed}); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// Objectives are compared by what they mean. The profile and its outcomes belong to the model, which cannot change.
func TestObjectivesChangeWhileTheNodeRuns(t *testing.T) {
	profiled := []string{`"tiny.onnx"`, "\"tiny.onnx\"\nprofile = \"known.json\"", `tenant "b" { exit_when = confidence > 0.5 }`}
	with := func(t *testing.T, pairs ...string) *Config {
		return edited(t, append(profiled[:3:3], strings.NewReplacer(pairs...).Replace(wanted))...)
	}
	for name, test := range map[string]struct {
		from, to func(*testing.T) *Config
		want     []string
	}{
		"nothing":     {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return with(t) }, nil},
		"only words":  {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return with(t, "80*mJ", "0.08*J", ">=", ">") }, nil},
		"a bound":     {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return with(t, "80", "90") }, []string{"objective"}},
		"a goal":      {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return with(t, "maximize = accuracy", "minimize = flops") }, []string{"objective"}},
		"adapt":       {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return with(t, "full", "pareto") }, []string{"adapt"}},
		"a criterion": {func(t *testing.T) *Config { return with(t) }, func(t *testing.T) *Config { return edited(t, profiled[0], profiled[1]) }, []string{"exit_when", "objective", "adapt", "audit"}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Compare(test.from(t), test.to(t))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range c.Changed {
				got = append(got, x.Attributes...)
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What only a runtime can tell of a model is unknown before a reload and after.
func TestAModelWithUnknownFiguresStaysAsItIs(t *testing.T) {
	edit := []string{"tiny.onnx", "silent.onnx"}
	if _, err := Compare(edited(t, edit...), edited(t, edit...)); err != nil {
		t.Error(err)
	}
}

// A tenant's new attribute must not be forgotten here.
func TestEveryAttributeOfATenantIsCompared(t *testing.T) {
	compared := len(changed(
		&Tenant{Criterion: edited(t).Tenants[0].Criterion},
		&Tenant{Share: 1, Criterion: edited(t).Tenants[1].Criterion, Deadline: 1, Queue: 1, Overflow: DropOldest,
			Objective: &criteria.Objective{Metric: criteria.Energy}, Adapt: profile.Pareto, Audit: 1, Unmet: RefuseUnmet}))
	const apart = 2 // Name and Model
	if fields := reflect.TypeFor[Tenant]().NumField() - apart; compared != fields {
		t.Errorf("%d of %d attributes are compared", compared, fields)
	}
}

func TestWhatCannotChangeIsNamed(t *testing.T) {
	from := edited(t)
	for _, test := range []struct {
		edit []string
		want string
	}{
		{[]string{`node "n" {}`, `node "m" {}`}, "node"},
		{[]string{`node "n" {}`, "node \"n\" {}\nlog { format = \"console\" }"}, "log.format"},
		{[]string{`node "n" {}`, "node \"n\" {}\nscheduler { slots = 1 }\nruntime { threads = 2 }"}, "runtime.threads, scheduler.slots"},
		{[]string{`path = "tiny.onnx"`, "path = \"tiny.onnx\"\nactivation = \"none\""}, `model "glyphs"`},
		{[]string{`model "glyphs"`, `model "other"`}, `model "glyphs", model "other"`},
	} {
		if _, err := Compare(from, edited(t, test.edit...)); err == nil || !strings.Contains(err.Error(), "and "+test.want+" changed") {
			t.Errorf("want %s, got %v", test.want, err)
		}
	}
}

// A new attribute of a block that stays as it is must not be forgotten here.
func TestEveryAttributeThatStaysIsCompared(t *testing.T) {
	to := &Config{
		Node: Node{Name: "n", Listen: "a:1", Advertise: "a:1", Inbound: 1, TokenFile: "t", Token: newToken("t")}, Log: Log{"info", "json"},
		Runtime:   Runtime{Library: "l", Threads: 1, Provider: Provider{Name: CPU}},
		Scheduler: Scheduler{1, 1, scheduler.Cooperative, 1, 1, 1},
	}
	changing, fields := 6, 0 // two of a node's can change, three of a scheduler's, and the log's level
	for _, block := range []any{to.Node, to.Log, to.Runtime, to.Scheduler} {
		fields += reflect.TypeOf(block).NumField()
	}
	if compared := len(differing(&Config{}, to)); compared != fields-changing {
		t.Errorf("%d of %d attributes are compared", compared, fields-changing)
	}
}
