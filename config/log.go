package config

import "github.com/hashicorp/hcl/v2"

// Log says what the node logs and how.
type Log struct {
	// Level is the least important level that is logged: debug, info (the
	// default), warn or error.
	Level string
	// Format is json (the default), a line per event, or console, for people.
	Format string
}

// log decodes a log block, which may be nil.
func (d *decoder) log(h *hcl.Block) Log {
	if h == nil {
		return Log{Level: "info", Format: "json"}
	}
	b := d.openBlock(h, logSchema)
	return Log{
		Level:  b.choice("level", "info", "debug", "warn", "error"),
		Format: b.choice("format", "json", "console"),
	}
}

var logSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "level"},
		{Name: "format"},
	},
}
