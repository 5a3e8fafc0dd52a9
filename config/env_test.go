package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

// loadAny loads a configuration, or a scenario: what has a simulation.
func loadAny(path string, src []byte) (*Config, hcl.Diagnostics) {
	if !bytes.Contains(src, []byte("simulation {")) {
		return Load(path)
	}
	s, diags := LoadScenario(path)
	return s.Config, diags
}

// loadText loads a configuration in a house and returns its report, with paths
// from there.
func loadText(t testing.TB, dir, src string) (*Config, hcl.Diagnostics, string) {
	t.Helper()
	write(t, dir, "delen.hcl", []byte(src))
	c, diags := loadAny(filepath.Join(dir, "delen.hcl"), []byte(src))
	var report strings.Builder
	if err := Report(&report, c.Files, diags, false); err != nil {
		t.Fatal(err)
	}
	return c, diags, strings.ReplaceAll(report.String(), dir, "")
}

// around writes a configuration that is right but for one attribute.
func around(parent, s *schema, line string) string {
	s = s.having(strings.SplitN(line, " ", 2)[0])
	fixture := map[string]string{"path": `"tiny.onnx"`, "size": "[4, 4]", "rate": "1000", "length": `"16ms"`, "duration": `"1h"`, "at": `"1s"`}
	body := line + "\n"
	for _, a := range s.attributes {
		stands := func(name string) bool { return name != "" && strings.HasPrefix(line, name+" ") }
		if a.required && !stands(a.name) && !stands(s.standIn(a.name)) {
			body += a.name + " = " + fixture[a.name] + "\n"
		}
	}
	if strings.HasPrefix(line, "where ") {
		body += "maximize = accuracy\n"
	}
	if strings.HasPrefix(line, "at ") {
		body += s.attributes[1].instance() + "\n" // something changes
	}
	if s.kind == "workload" {
		body += arriving(line)
	}
	src := s.header() + "\n" + body + "}\n"
	profiled := ""
	switch parent.kind {
	case "phase":
		src = workloadSchema.header() + "\nrate = 1\nphase {\nat = \"1s\"\n" + src + "}\n}\n"
		profiled = "profile = \"known.json\"\n"
	case "workload":
		src = parent.header() + "\nrate = 1\n" + src + "}\n"
		profiled = "profile = \"known.json\"\n"
	case "simulation":
		src = parent.header() + "\nduration = \"1h\"\n" + src + "}\n"
	case "tenant":
		src = parent.header() + "\n" + src + "}\n"
		profiled = "profile = \"known.json\"\n"
	case "runtime":
		src = parent.header() + "\n" + src + "}\n"
	case "model":
		src = parent.header() + "\npath = \"tiny.onnx\"\n" + src + "}\n"
	}
	for _, other := range fileSchema.blocks {
		if other.required && other != s && other != parent && (!other.scenario || s.scenario || parent.scenario) {
			path := ""
			switch other.kind {
			case "model":
				path = "path = \"tiny.onnx\"\n" + profiled
			case "simulation":
				path = "duration = \"1h\"\n"
			}
			src += other.header() + "\n" + path + "}\n"
		}
	}
	return src
}

// arriving is what a workload needs beside an attribute of it.
func arriving(line string) string {
	name, _, _ := strings.Cut(line, " ")
	switch name {
	case "trace":
		return "arrivals = \"trace\"\n"
	case "between", "burst", "pause":
		all := "arrivals = \"bursty\"\nrate = 1\n"
		for _, other := range []string{"burst", "pause"} {
			if other != name {
				all += other + " = \"1s\"\n"
			}
		}
		return all
	case "rate":
		return ""
	}
	return "rate = 1\n"
}

// having is the schema with the name of a block that has the attribute.
func (s *schema) having(attribute string) *schema {
	for _, v := range s.variants {
		if slices.Contains(v.attributes, attribute) {
			return s.named(v.label)
		}
	}
	return s
}

// TestNoValueOfTheEnvironmentIsShown sets every attribute there is to wrong
// values by way of the environment.
func TestNoValueOfTheEnvironmentIsShown(t *testing.T) {
	const variable = "DELEN_TEST_SECRET"
	dir := house(t)
	for parent, s := range fileSchema.within() {
		for _, a := range s.attributes {
			for _, secret := range []string{"s3cr3t wr0ng", "98765432109876", "-98765.4321", "/s3cr3t/wr0ng"} {
				for _, written := range []string{"env.%s", "\"${env.%s}\"", "\"a${env.%s}z\"", "true ? env.%s : null"} {
					value := fmt.Sprintf(written, variable)
					switch {
					case a.form == textMap:
						value = "{ name = " + value + " }"
					case a.form.list:
						value = "[" + value + "]"
					}
					t.Setenv(variable, secret)
					c, diags, report := loadText(t, dir, around(parent, s, a.name+" = "+value))
					where := fmt.Sprintf("%s.%s = %s with %q", s.kind, a.name, value, secret)
					if strings.Contains(report, secret) || strings.Contains(fmt.Sprint(diags), secret) {
						t.Errorf("%s is shown:\n%s", where, report)
					}
					_, hidden := c.Written(s.kind, s.having(a.name).label, a.name)
					if parent.kind == "model" {
						_, hidden = c.Written(s.kind, parent.label, a.name)
					}
					if !hidden && !a.form.isExpression() {
						t.Errorf("%s is not hidden", where)
					}
					if a.name == "library" || a.name == "cache" || a.form == textMap {
						continue // any text is right
					}
					if !diags.HasErrors() || !strings.Contains(report, variable) {
						t.Errorf("%s: the variable is not named:\n%s", where, report)
					}
				}
			}
		}
	}
}

// TestNoValueIsShownByWhatItLeadsTo holds the same for values that are right by
// themselves and wrong with others, or whose files are wrong.
func TestNoValueIsShownByWhatItLeadsTo(t *testing.T) {
	dir := house(t)
	const plain = "node \"edge\" {}\ntenant \"camera\" {}\n"
	for name, src := range map[string]string{
		"broken.onnx":       plain + `model "m" { path = env.DELEN_TEST_SECRET }`,
		"./folder":          plain + `model "m" { path = env.DELEN_TEST_SECRET }`,
		"percent.json":      plain + "model \"m\" {\npath = \"tiny.onnx\"\nprofile = env.DELEN_TEST_SECRET\n}",
		"other-exits.json":  plain + "model \"m\" {\npath = \"tiny.onnx\"\nprofile = env.DELEN_TEST_SECRET\n}",
		"early":             plain + "model \"m\" {\npath = \"tiny.onnx\"\nexits = [env.DELEN_TEST_SECRET, \"late\"]\nprofile = \"other-exits.json\"\n}",
		"late":              plain + "model \"m\" {\npath = \"tiny.onnx\"\nexits = [env.DELEN_TEST_SECRET]\nlabels = \"two.txt\"\n}",
		"x":                 plain + "model \"m\" {\npath = \"tiny.onnx\"\nexits = [env.DELEN_TEST_SECRET]\n}",
		"empty.txt":         plain + "model \"m\" {\npath = \"tiny.onnx\"\nlabels = env.DELEN_TEST_SECRET\n}",
		"two.txt":           plain + "model \"m\" {\npath = \"tiny.onnx\"\nlabels = env.DELEN_TEST_SECRET\n}",
		"777":               plain + "model \"m\" {\npath = \"tiny.onnx\"\ninput {\nsize = [env.DELEN_TEST_SECRET, 4]\n}\n}",
		"gray":              plain + "model \"m\" {\npath = \"tiny.onnx\"\ninput {\nsize = [4, 4]\ncolor = env.DELEN_TEST_SECRET\nmean = [1, 2]\n}\n}",
		"1001":              plain + "model \"m\" {\npath = \"sound.onnx\"\naudio {\nrate = env.DELEN_TEST_SECRET\nlength = \"16ms\"\n}\n}",
		"1750":              plain + "model \"m\" {\npath = \"sound.onnx\"\naudio {\nrate = env.DELEN_TEST_SECRET\nlength = \"16ms\"\n}\n}",
		"0.0.0.0:4711":      "tenant \"camera\" {}\nmodel \"m\" { path = \"tiny.onnx\" }\nnode \"edge\" { listen = env.DELEN_TEST_SECRET }",
		"[::]:4711":         "tenant \"camera\" {}\nmodel \"m\" { path = \"tiny.onnx\" }\nnode \"edge\" { advertise = env.DELEN_TEST_SECRET }",
		"mm":                "node \"edge\" {}\nmodel \"m\" { path = \"tiny.onnx\" }\ntenant \"camera\" { model = env.DELEN_TEST_SECRET }",
		"key":               plain + "model \"m\" { path = [for k in [env.DELEN_TEST_SECRET, env.DELEN_TEST_SECRET] : {(k) = 1}] }",
		"twice":             plain + "model \"m\" { path = {for k in [env.DELEN_TEST_SECRET, env.DELEN_TEST_SECRET] : k => 1} }",
		"not-an-index":      plain + "model \"m\" { path = {a = 1}[env.DELEN_TEST_SECRET] }",
		"not-a-number":      plain + "model \"m\" { path = 1 + env.DELEN_TEST_SECRET }",
		"not-an-attribute":  plain + "model \"m\" { path = env.DELEN_TEST_SECRET.name }",
		"not-known-by-name": plain + "model \"m\" { path = env[env.DELEN_TEST_SECRET] }",
	} {
		t.Setenv("DELEN_TEST_SECRET", name)
		_, diags, report := loadText(t, dir, src)
		secret := regexp.MustCompile(`(^|[^a-z0-9.-])` + regexp.QuoteMeta(name) + `($|[^a-z0-9-])`)
		for _, d := range diags {
			if secret.MatchString(d.Summary) || secret.MatchString(d.Detail) {
				t.Errorf("%s is shown: %v", name, d)
			}
		}
		if !diags.HasErrors() || !strings.Contains(report, "DELEN_TEST_SECRET") {
			t.Errorf("%s: the variable is not named:\n%s", name, report)
		}
	}
}

func TestEnvironmentGivesValues(t *testing.T) {
	for name, value := range map[string]string{
		"DELEN_TEST_HOST": "edge.local", "DELEN_TEST_SLOTS": "2", "DELEN_TEST_DIR": ".", "DELEN_TEST_EXIT": "early",
		"DELEN_TEST_SHARE": "2.5", "DELEN_TEST_MODEL": "tiny", "DELEN_TEST_SIDE": "4",
	} {
		t.Setenv(name, value)
	}
	c, diags, _ := loadText(t, house(t), `
node "edge" {
  listen = "${env.DELEN_TEST_HOST}:8090"
}
scheduler {
  slots = env.DELEN_TEST_SLOTS
}
model "tiny" {
  path  = "${env.DELEN_TEST_DIR}/tiny.onnx"
  exits = [env.DELEN_TEST_EXIT, "late"]
  input {
    size  = [env.DELEN_TEST_SIDE, "${env.DELEN_TEST_SIDE}"]
    color = "gray"
  }
}
tenant "camera" {
  model = env.DELEN_TEST_MODEL
  share = env.DELEN_TEST_SHARE * 2
}
`)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	camera := c.Tenant("camera")
	if c.Node.Listen != "edge.local:8090" || c.Scheduler.Slots != 2 || camera.Share != 5 || camera.Model.Exits[0] != "early" || camera.Model.Input.Width != 4 {
		t.Errorf("%+v %+v %+v", c.Node, c.Scheduler, camera)
	}
	for _, w := range []struct{ kind, label, attribute, want string }{
		{"node", "edge", "listen", `"${env.DELEN_TEST_HOST}:8090"`},
		{"scheduler", "", "slots", "env.DELEN_TEST_SLOTS"},
		{"model", "tiny", "exits", `[env.DELEN_TEST_EXIT, "late"]`},
		{"input", "tiny", "size", `[env.DELEN_TEST_SIDE, "${env.DELEN_TEST_SIDE}"]`},
		{"tenant", "camera", "share", "env.DELEN_TEST_SHARE * 2"},
	} {
		if got, hidden := c.Written(w.kind, w.label, w.attribute); !hidden || got != w.want {
			t.Errorf("%s %s.%s is written %s, hidden %v", w.kind, w.label, w.attribute, got, hidden)
		}
	}
	if _, hidden := c.Written("input", "tiny", "color"); hidden {
		t.Error("color is hidden, but not from the environment")
	}
}

func TestVariableThatIsNotSet(t *testing.T) {
	t.Setenv("DELEN_TEST_LISTEN", "value")
	_, diags, _ := loadText(t, house(t), "tenant \"camera\" {}\nmodel \"m\" { path = \"tiny.onnx\" }\nnode \"edge\" { listen = env.DELEN_TEST_LISTN }")
	want := `There is no variable DELEN_TEST_LISTN in the environment. Did you mean "DELEN_TEST_LISTEN"? Set it, or write the value itself, for instance listen = "127.0.0.1:8090".`
	if len(diags) != 1 || diags[0].Detail != want {
		t.Errorf("%v", diags)
	}
}
