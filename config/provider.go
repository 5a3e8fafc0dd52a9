package config

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Provider says what executes the models' operators.
type Provider struct {
	// Name is that of one of the runtime's execution providers in lower case, by
	// default CPU. Whether the runtime has it is not checked here.
	Name string
	// Device is the index of the device, for cuda and tensorrt.
	Device int
	// Memory is how many bytes of the device each session may take for its
	// tensors, for cuda. 0: any.
	Memory int64
	// FP16 lets tensorrt calculate with half precision.
	FP16 bool
	// Cache is the folder in which tensorrt keeps its engines, or empty.
	Cache string
	// Workspace is how many bytes tensorrt may use to build an engine. 0: as the
	// runtime sees fit.
	Workspace int64
	// Options are handed to any other provider as they are.
	Options map[string]string
}

// CPU is the name of the provider that every runtime has.
const CPU = "cpu"

// provider decodes the provider block of a runtime block.
func (d *decoder) provider(h *hclsyntax.Block) Provider {
	if h == nil {
		return Provider{Name: CPU}
	}
	b := d.openBlock(h, providerSchema)
	d.executes = b.header
	b.label = strings.ToLower(b.label)
	p := Provider{
		Name: cmp.Or(b.label, CPU), Device: b.count("device"), Memory: b.size("memory"), FP16: b.flag("fp16"),
		Workspace: b.size("workspace"), Options: b.textsByName("options"),
	}
	if cache := b.text("cache"); cache != "" {
		p.Cache = b.path("cache", cache)
	}
	return p
}

// ProviderError makes a diagnostic of what is wrong with the provider on this
// machine. It points at the provider block. The error may quote values of that
// block and the one around it: when one of them may be secret, little is said.
func (c *Config) ProviderError(summary string, err error) *hcl.Diagnostic {
	detail := sentence(err.Error())
	for key, source := range c.hidden {
		if key.kind == providerSchema.kind || key.kind == runtimeSchema.kind {
			detail = fmt.Sprintf("This machine has not got the provider with the value of %s, so details are not shown. Write the value itself to see them, "+
				"or ask delen doctor what works here.", source)
		}
	}
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: &c.executes}
}

var providerSchema = &schema{
	kind: "provider", label: "cuda",
	doc: "What executes the models' operators, by its name: `cpu`, `cuda`, `tensorrt`, or another execution provider that ONNX Runtime has, such as `openvino`, " +
		"`webgpu`, `xnnpack` or `qnn`. Upper and lower case mean the same. What the provider cannot execute, the CPU does. Without the block it is `cpu`. " +
		"[accelerators.md](accelerators.md) says what each needs to be installed; `delen doctor` says what works on a machine.",
	attributes: []*attribute{{
		name: "device", form: aCount, usual: "0", low: "0", high: "63",
		doc: "The index of the device, as `delen doctor` lists them.",
	}, {
		name: "memory", form: aSize, low: "16MiB", high: "1024GiB", otherwise: "no limit", example: `"512MiB"`,
		doc: "How much of the device's memory each session may take for its tensors. There is a session for each segment and slot.",
	}, {
		name: "fp16", form: aFlag, usual: "false",
		doc: "Whether to calculate with half precision: faster, and less exact.",
	}, {
		name: "cache", form: aFile, otherwise: "engines are built at every start", example: `"engines"`,
		doc: "The folder in which engines are kept, for building one takes long. It is made when it is missing.",
	}, {
		name: "workspace", form: aSize, low: "1MiB", high: "1024GiB", otherwise: "as the runtime sees fit", example: `"1GiB"`,
		doc: "How much of the device's memory building an engine may take.",
	}, {
		name: "options", form: textMap, otherwise: "none", example: `{ device_type = "CPU" }`,
		doc: "Handed to the provider as they are. ONNX Runtime's documentation lists them. Some providers refuse an option that they do not know when a model is loaded, others say nothing.",
	}},
	variants: []variant{
		{CPU, nil},
		{"cuda", []string{"device", "memory"}},
		{"tensorrt", []string{"device", "fp16", "cache", "workspace"}},
		{"openvino", []string{"options"}},
	},
}
