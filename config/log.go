package config

import "github.com/hashicorp/hcl/v2/hclsyntax"

// Log says what the node logs and how.
type Log struct {
	// Level is the least important level that is logged: debug, info (the
	// default), warn or error.
	Level string
	// Format is json, a line per event, console, for people, or auto (the default):
	// console on a terminal, and json elsewhere.
	Format string
}

// log decodes a log block.
func (d *decoder) log(h *hclsyntax.Block) Log {
	b := d.openBlock(h, logSchema)
	return Log{Level: b.choice("level"), Format: b.choice("format")}
}

var logSchema = &schema{
	kind: "log",
	doc:  "What the node logs on standard error, and how. [events.md](events.md) lists the events.",
	attributes: []*attribute{{
		name: "level", form: aChoice, words: []string{"info", "debug", "warn", "error"},
		doc: "The least important level that is logged. It changes by a reload and by `delen log-level` while the node runs. `debug` has a line for every request and every decision of the scheduler.",
	}, {
		name: "format", form: aChoice, words: []string{"auto", "json", "console"},
		doc: "`json` is one object on each line, `console` is for people, and `auto` is `console` where standard error is a terminal, and `json` elsewhere.",
	}},
}
