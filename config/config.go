package config

import (
	"maps"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Config is a whole configuration. It is not changed after Load.
type Config struct {
	// Node is who this machine is.
	Node Node
	// Log says what is logged and how.
	Log Log
	// Runtime says how the inference runtime is loaded.
	Runtime Runtime
	// Scheduler says how much runs at a time.
	Scheduler Scheduler
	// Models are what can be run, in the order of the file.
	Models []*Model
	// Tenants are whom it is run for, in the order of the file.
	Tenants []*Tenant
	// Files holds the source by file name, for Report.
	Files map[string]*hcl.File

	hidden   map[hiddenKey]string // see Written
	executes hcl.Range            // where the provider block begins
	profiled map[*Model]hcl.Range // where a model's profile is named
	wants    map[string]hcl.Range // where the objectives' bounds stand, by tenant
}

// Load reads the configuration at path, and every file it names. The path is
// that of a file, or of a folder: then all of its files whose names end in .hcl
// are one configuration. The Config is never nil; when the diagnostics have
// errors, it holds nothing but Files.
func Load(path string) (*Config, hcl.Diagnostics) {
	d := newDecoder()
	all := d.openFiles(d.read(path))
	all.keepOut()
	c := d.config(all)
	if err := c.CheckRoom(LeastMessage); err != nil && !d.diags.HasErrors() {
		d.fail(d.inbound, "No room for the tenants", "%s", sentence(err.Error()))
	}
	return d.done(c), d.diags
}

// done ends what is reported, and keeps of the configuration what may be used.
func (d *decoder) done(c *Config) *Config {
	d.sort()
	d.cut()
	if d.diags.HasErrors() {
		c = &Config{}
	}
	c.Files, c.hidden, c.executes, c.profiled, c.wants = d.files, d.hidden, d.executes, d.profiled, d.wants
	return c
}

// enough bounds what is reported: nobody reads more at a time.
const enough = 100

// cut takes away what is too much, and says so.
func (d *decoder) cut() {
	if more := len(d.diags) - enough; more > 0 && d.diags.HasErrors() {
		d.diags = d.diags[:enough]
		d.failNowhere("And so on", "There are more mistakes. Change what is above first.")
	}
}

// openFiles holds the bodies of files against their schema, as if they were one.
func (d *decoder) openFiles(bodies []*hclsyntax.Body) *block {
	all := &block{decoder: d, schema: fileSchema, attrs: make(map[string]*hclsyntax.Attribute), origin: make(map[string][]string)}
	for _, body := range bodies {
		one := d.open(body, fileSchema)
		all.header = body.EndRange
		all.blocks = append(all.blocks, one.blocks...)
		maps.Copy(all.attrs, one.attrs)
	}
	return all
}

// config decodes what stands in all files. Models come before the tenants that
// refer to them, wherever they stand.
func (d *decoder) config(all *block) *Config {
	for _, s := range fileSchema.blocks {
		if s.required && (d.scenario || !s.scenario) && all.header.Filename != "" && len(all.of(s.kind)) == 0 && !d.lost[s.kind] {
			remedy := "Add for instance " + s.example()
			if d.scenario && !s.scenario && !all.given("config") {
				remedy += ", or write config = \"edge.hcl\" for a configuration that has one"
			}
			d.fail(all.header, "Missing "+s.kind+" block", "A %s has at least one. %s.", d.whole(), remedy)
		}
	}
	c := &Config{
		Node:    d.node(all.one("node")),
		Log:     d.log(all.one("log")),
		Runtime: d.runtime(all.one("runtime")),
		Models:  d.models(all),
	}
	c.Scheduler = d.scheduler(all.one("scheduler"), c.Runtime.Provider)
	c.Tenants = d.tenants(all, c.Models)
	return c
}

// Model returns the model of that name, or nil.
func (c *Config) Model(name string) *Model {
	for _, m := range c.Models {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Tenant returns the tenant of that name, or nil.
func (c *Config) Tenant(name string) *Tenant {
	for _, t := range c.Tenants {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Guarantee returns the fraction of the machine that is the tenant's whatever
// the others do: its share over the sum of all shares.
func (c *Config) Guarantee(t *Tenant) float64 {
	sum := 0.0
	for _, each := range c.Tenants {
		sum += each.Share
	}
	return t.Share / sum
}

// Written returns how an attribute is written down when its value comes from the
// environment. Such a value may be a secret: what prints a configuration prints
// this instead. Kind and label are those of the block that has the attribute, for
// an input or audio block the label of its model.
func (c *Config) Written(kind, label, attribute string) (source string, hidden bool) {
	source, hidden = c.hidden[hiddenKey{kind, label, attribute}]
	return source, hidden
}

// whole is what all files are together.
func (d *decoder) whole() string {
	if d.scenario {
		return "scenario"
	}
	return "configuration"
}

var fileSchema = &schema{
	attributes: []*attribute{{
		name: "config", form: aFile, otherwise: "the blocks stand in the scenario itself", example: `"edge.hcl"`,
		doc: "The configuration of a scenario: the path of a file or of a folder. What stands in it is as good as if it stood in the scenario.",
	}},
	blocks: []*schema{nodeSchema, modelSchema, tenantSchema, schedulerSchema, runtimeSchema, logSchema, simulationSchema, workloadSchema},
}
