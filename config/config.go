package config

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
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
}

const (
	// maxSource bounds what is parsed: a path to a model by mistake is a message.
	maxSource = 512 << 10
	// maxNesting bounds how deep brackets of all kinds nest, and how many signs
	// precede a value. HCL's parser is recursive, and a stack that overflows
	// ends the process.
	maxNesting = 64
)

// Load reads the configuration in the file at path, and every file it names.
// The Config is never nil; when the diagnostics have errors, it holds nothing
// but Files.
func Load(path string) (*Config, hcl.Diagnostics) {
	p := hclparse.NewParser()
	failed := &Config{Files: p.Files()}
	src, diags := readSource(path)
	if diags.HasErrors() {
		return failed, diags
	}
	if diags := checkNesting(src, path); diags.HasErrors() {
		p.AddFile(path, &hcl.File{Bytes: src})
		return failed, diags
	}
	f, diags := p.ParseHCL(src, path)
	d := &decoder{dir: filepath.Dir(path), diags: diags}
	if diags.HasErrors() {
		d.diags = explain(diags, src, path)
		d.sort()
		return failed, d.diags
	}
	c := d.config(f.Body)
	c.Files = p.Files()
	d.sort()
	if d.diags.HasErrors() {
		return failed, d.diags
	}
	return c, d.diags
}

func readSource(path string) ([]byte, hcl.Diagnostics) {
	src, err := readFile(path, maxSource)
	if err == nil {
		return src, nil
	}
	if os.IsNotExist(err) {
		err = fmt.Errorf("there is no file %s", path)
	}
	return nil, hcl.Diagnostics{{
		Severity: hcl.DiagError,
		Summary:  "Cannot read the configuration",
		Detail:   sentence(err.Error()),
	}}
}

// checkNesting reports the first token that is nested too deeply.
func checkNesting(src []byte, path string) hcl.Diagnostics {
	tokens, _ := hclsyntax.LexConfig(src, path, hcl.InitialPos) // the parser reports what is wrong with them
	depth, signs := 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenMinus:
			signs++
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
			signs = 0
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
			signs = 0
		case hclsyntax.TokenNewline: // may stand between signs in brackets
		default:
			signs = 0
		}
		if depth > maxNesting || signs > maxNesting {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  "Nested too deeply",
				Detail:   fmt.Sprintf("Blocks, brackets and quotes nest at most %d deep, and a configuration needs about 4.", maxNesting),
				Subject:  &t.Range,
			}}
		}
	}
	return nil
}

// config decodes the body of a file. Models come before the tenants that
// refer to them, wherever they stand in the file.
func (d *decoder) config(body hcl.Body) *Config {
	b := d.open(body, fileSchema)
	c := &Config{
		Node:      d.node(b),
		Log:       d.log(b.one("log")),
		Runtime:   d.runtime(b.one("runtime")),
		Scheduler: d.scheduler(b.one("scheduler")),
		Models:    d.models(b),
	}
	c.Tenants = d.tenants(b, c.Models)
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

// fileSchema has the longer names first: HCL suggests the first that is near
// enough to a misspelt one.
var fileSchema = &hcl.BodySchema{
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "model", LabelNames: []string{"name"}},
		{Type: "tenant", LabelNames: []string{"name"}},
		{Type: "node", LabelNames: []string{"name"}},
		{Type: "scheduler"},
		{Type: "runtime"},
		{Type: "log"},
	},
}
