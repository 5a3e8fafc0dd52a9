package config

import "github.com/hashicorp/hcl/v2"

// Runtime says how the inference runtime is loaded.
type Runtime struct {
	// Library is the path of the runtime's shared library, or empty. It is not
	// checked here: a configuration can be checked on a machine without it.
	Library string
	// Threads is how many threads one run uses, by default 1. Several runs at a
	// time with one thread each use a machine better than one run with several.
	Threads int
}

// runtime decodes a runtime block, which may be nil.
func (d *decoder) runtime(h *hcl.Block) Runtime {
	if h == nil {
		return Runtime{Threads: 1}
	}
	b := d.openBlock(h, runtimeSchema)
	r := Runtime{Threads: b.count("threads", 1, 1, 256)}
	if lib := b.text("library", "", "libonnxruntime.so.1"); lib != "" {
		r.Library = d.path(lib)
	}
	return r
}

var runtimeSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "library"},
		{Name: "threads"},
	},
}
