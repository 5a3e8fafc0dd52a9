package main

import (
	"errors"
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages/onnx"
)

// providerOf is the configuration's provider as the runtime takes it.
func providerOf(c *config.Config) onnx.Provider {
	p := c.Runtime.Provider
	return onnx.Provider{
		Name: p.Name, Device: p.Device, Memory: p.Memory, FP16: p.FP16, Cache: p.Cache, Workspace: p.Workspace, Options: p.Options,
	}
}

// checkProvider asks the runtime whether it has the configuration's provider. The CPU needs no asking, and no runtime. Where
// there is no runtime to ask, that is a warning: the node may run elsewhere.
func checkProvider(c *config.Config) hcl.Diagnostics {
	if c.Runtime.Provider.Name == config.CPU {
		return nil
	}
	err := openLibrary(c.Runtime.Library)
	if errors.Is(err, onnx.ErrNoLibrary) {
		err = fmt.Errorf("whether the runtime has it is not known: %w; check again on the machine that the node runs on", err)
		d := c.ProviderError("Provider not checked", err)
		d.Severity = hcl.DiagWarning
		return hcl.Diagnostics{d}
	}
	if err == nil {
		err = onnx.Available(providerOf(c))
	}
	if err != nil {
		return hcl.Diagnostics{c.ProviderError("Provider not available", err)}
	}
	return nil
}
