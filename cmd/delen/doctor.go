package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/power"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/onnx/cuda"
)

// newDoctor makes the command that says what this machine has and lacks.
func newDoctor() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor [CONFIG]",
		Short: "Say what this machine can run models on, and what is missing",
		Long: `Doctor looks at this machine: the inference runtime and its version, each execution
provider with what it lacks and what to install, the CUDA devices, the processor and
the memory, what limits both for this process, the meters of power that can be
read, and how hot the machine is. Nothing is changed, and no model is loaded.

A provider "works" when the runtime takes it: the libraries are there, and so is a
device. Of cpu, cuda, tensorrt and openvino the missing library is named. Those that
the runtime is built without are listed together; a build that has them is another
library, named by runtime.library in a configuration or by DELEN_ONNXRUNTIME.

With CONFIG, a file or a folder, the runtime and the options of the provider are
those of the configuration.

The exit status is 0 when the runtime works, and with CONFIG its provider, and else
1. Meters and other providers do not count.

With --json the result is one JSON object on standard output: "ok", "runtime" (with
library, version and error), "providers" (each with name, works and error), "cuda"
(library, versions and devices, or an error), "machine" (with "limits": the cores
that the host has and the affinity mask leaves, and quota and memory limit of the
control groups, each with the file that says so), "meters" (each with kind,
name, path and, when it cannot be read, error) and "heat" ("zones" with the trip
points from which the machine slows down, "brakes" that hold its processors back,
how often these were "throttled" since the start, and the mean "clock" as a fraction
of the highest). Memory is in bytes.`,
		Example: `  delen doctor
  delen doctor delen.hcl
  delen doctor --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := doctored(args, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			return untilInterrupted(cmd.Context(), func() error { return doctor(c, asJSON, cmd.OutOrStdout()) })
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// doctor examines the machine and prints what comes of it.
func doctor(c *config.Config, asJSON bool, stdout io.Writer) error {
	e := examine(c)
	print := e.print
	if asJSON {
		print = func(w io.Writer) error { return printJSON(w, e) }
	}
	if err := print(stdout); err != nil {
		return err
	}
	return e.verdict(c)
}

// doctored is the configuration that is named, or an empty one.
func doctored(args []string, stderr io.Writer) (*config.Config, error) {
	if len(args) == 0 {
		return &config.Config{}, nil
	}
	c, diags := config.Load(args[0])
	if err := config.Report(stderr, c.Files, diags, colorful(stderr)); err != nil {
		return nil, err
	}
	return c, failed(args[0], diags)
}

// examination is what doctor finds, and prints with --json. Its names are a promise to scripts.
type examination struct {
	OK        bool               `json:"ok"`
	Runtime   examinedRuntime    `json:"runtime"`
	Providers []examinedProvider `json:"providers"`
	CUDA      examinedCUDA       `json:"cuda"`
	Machine   machine            `json:"machine"`
	Meters    []examinedMeter    `json:"meters"`
	Heat      examinedHeat       `json:"heat"`
}

type examinedRuntime struct {
	Library string `json:"library,omitempty"`
	Version string `json:"version,omitempty"`
	Error   string `json:"error,omitempty"`
}

type examinedProvider struct {
	Name  string `json:"name"`
	Works bool   `json:"works"`
	Error string `json:"error,omitempty"`

	unbuilt bool // the runtime is made without it
}

type examinedCUDA struct {
	Library string           `json:"library,omitempty"`
	Runtime string           `json:"runtime,omitempty"`
	Driver  string           `json:"driver,omitempty"`
	Devices []examinedDevice `json:"devices"`
	Error   string           `json:"error,omitempty"`
}

type examinedDevice struct {
	Index  int    `json:"index"`
	Name   string `json:"name"`
	Memory int64  `json:"memory"`
}

type examinedMeter struct {
	Kind  power.Kind `json:"kind"`
	Name  string     `json:"name"`
	Path  string     `json:"path"`
	Error string     `json:"error,omitempty"`
}

type examinedHeat struct {
	Zones     []examinedZone  `json:"zones"`
	Brakes    []examinedBrake `json:"brakes"`
	Throttled int64           `json:"throttled"`
	Clock     *float64        `json:"clock"`
}

type examinedZone struct {
	Name    string         `json:"name"`
	Path    string         `json:"path"`
	Celsius *float64       `json:"celsius"`
	Trips   []examinedTrip `json:"trips"`
	Error   string         `json:"error,omitempty"`
}

type examinedTrip struct {
	Kind    string  `json:"kind"`
	Celsius float64 `json:"celsius"`
}

type examinedBrake struct {
	Name  string `json:"name"`
	Path  string `json:"path"`
	State int64  `json:"state"`
	Most  int64  `json:"most"`
}

// examineHeat takes what the machine says of its heat.
func examineHeat(t *power.Thermal) examinedHeat {
	h := examinedHeat{Zones: []examinedZone{}, Brakes: []examinedBrake{}, Throttled: t.Throttled, Clock: finite(t.Clock)}
	for _, z := range t.Zones {
		trips := []examinedTrip{}
		for _, trip := range z.Trips {
			trips = append(trips, examinedTrip(trip))
		}
		h.Zones = append(h.Zones, examinedZone{z.Name, z.Path, finite(z.Celsius), trips, said(z.Err)})
	}
	for _, b := range t.Brakes {
		h.Brakes = append(h.Brakes, examinedBrake(b))
	}
	return h
}

// examine looks at everything.
func examine(c *config.Config) *examination {
	e := &examination{Providers: []examinedProvider{}, Machine: machineBelow("/"), Meters: []examinedMeter{}}
	if err := openLibrary(c.Runtime.Library); err != nil {
		e.Runtime.Error = err.Error()
	} else {
		e.Runtime = examinedRuntime{Library: onnx.LibraryPath(), Version: onnx.LibraryVersion()}
		e.OK = true
		e.providers(c)
	}
	e.cuda()
	for _, s := range power.Find("/") {
		e.Meters = append(e.Meters, examinedMeter{s.Kind, s.Name, s.Path, said(s.Err)})
	}
	e.Heat = examineHeat(power.Thermals("/"))
	return e
}

// providers asks for every provider, and for the configuration's as it is configured.
func (e *examination) providers(c *config.Config) {
	names, own := slices.Clone(onnx.Providers), providerOf(c)
	if own.Name != "" && !slices.Contains(names, own.Name) {
		names = append(names, own.Name)
	}
	for _, name := range names {
		p := onnx.Provider{Name: name}
		if name == own.Name {
			p = own
		}
		err := onnx.Available(p)
		var lack *onnx.Unavailable
		if errors.As(err, &lack) {
			err = lack.Reason // the name stands before it
		}
		e.Providers = append(e.Providers, examinedProvider{Name: name, Works: err == nil, Error: said(err), unbuilt: errors.Is(err, onnx.ErrNotBuilt)})
		e.OK = e.OK && (err == nil || name != own.Name)
	}
}

// cuda lists the devices.
func (e *examination) cuda() {
	e.CUDA.Devices = []examinedDevice{}
	library, err := onnx.OpenCUDA()
	var devices []cuda.Device
	if err == nil {
		e.CUDA.Library = library.Path
		devices, err = library.Devices()
	}
	if err == nil {
		e.CUDA.Runtime, e.CUDA.Driver, err = library.Versions()
	}
	for _, d := range devices {
		e.CUDA.Devices = append(e.CUDA.Devices, examinedDevice{d.Index, d.Name, d.Memory})
	}
	e.CUDA.Error = said(err)
}

// verdict is an error unless what matters works.
func (e *examination) verdict(c *config.Config) error {
	switch {
	case e.OK:
		return nil
	case e.Runtime.Error != "":
		return errors.New("ONNX Runtime does not work here: see above")
	}
	return fmt.Errorf("the provider %s does not work here: see above", c.Runtime.Provider.Name)
}

// said is an error's text, or empty.
func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
