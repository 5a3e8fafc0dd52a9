package config

import "github.com/hashicorp/hcl/v2/hclsyntax"

// Runtime says how the inference runtime is loaded.
type Runtime struct {
	// Library is the path of the runtime's shared library, or empty. It is not
	// checked here: a configuration can be checked on a machine without it.
	Library string
	// Threads is how many threads one run uses, by default 1. Several runs at a
	// time with one thread each use a machine better than one run with several.
	Threads int
	// Provider says what executes the operators.
	Provider Provider
}

// runtime decodes a runtime block.
func (d *decoder) runtime(h *hclsyntax.Block) Runtime {
	b := d.openBlock(h, runtimeSchema)
	r := Runtime{Threads: b.count("threads"), Provider: d.provider(b.one("provider"))}
	if lib := b.text("library"); lib != "" {
		r.Library = b.path("library", lib)
	}
	return r
}

var runtimeSchema = &schema{
	kind: "runtime",
	doc:  "How the inference runtime, ONNX Runtime, is loaded.",
	attributes: []*attribute{{
		name: "library", form: aFile, example: `"lib/libonnxruntime.so.1"`,
		otherwise: "where `DELEN_ONNXRUNTIME` says, else where `make runtime` puts it",
		doc:       "The runtime's shared library. `delen check` needs it only to ask about a provider other than `cpu`.",
	}, {
		name: "threads", form: aCount, usual: "1", low: "1", high: "256",
		doc: "How many threads one run uses. Several runs at a time with a thread each use a machine better than one run with several.",
	}},
	blocks: []*schema{providerSchema},
}
