package main

import (
	"fmt"
	"io"
	"strings"
)

// print shows an examination to people.
func (e *examination) print(w io.Writer) error {
	t := newTable(w)
	if e.Runtime.Error != "" {
		t.line("runtime\tdoes not work: %s", e.Runtime.Error)
	} else {
		t.line("runtime\tONNX Runtime %s, %s", e.Runtime.Version, e.Runtime.Library)
	}
	m := &e.Machine
	processor := m.Processor
	if m.Name != "" {
		processor = m.Name + ", " + processor
	}
	t.line("machine\t%s, %s", processor, plural(m.Cores, "core"))
	t.line("memory\t%s available of %s", bytesOf(m.Available), bytesOf(m.Memory))
	m.Limits.print(t)
	e.printCUDA(t)
	t.line("")
	e.printProviders(t)
	t.line("")
	e.printMeters(t)
	t.line("")
	e.Heat.print(t)
	return t.flush()
}

func (e *examination) printCUDA(t *table) {
	if e.CUDA.Runtime != "" {
		t.line("CUDA\tlibrary %s, version %s; the driver knows %s", e.CUDA.Library, e.CUDA.Runtime, e.CUDA.Driver)
	}
	if e.CUDA.Error != "" {
		t.line("CUDA\tno device: %s", e.CUDA.Error)
	}
	for _, d := range e.CUDA.Devices {
		t.line("  device %d\t%s, %s", d.Index, d.Name, bytesOf(&d.Memory))
	}
}

func (e *examination) printProviders(t *table) {
	if len(e.Providers) == 0 {
		t.line("providers\tnot asked for: there is no runtime to ask")
		return
	}
	t.line("providers")
	var unbuilt []string
	for _, p := range e.Providers {
		switch {
		case p.Works:
			t.line("  %s\tworks", p.Name)
		case p.unbuilt:
			unbuilt = append(unbuilt, p.Name)
		default:
			t.line("  %s\tdoes not work: %s", p.Name, p.Error)
		}
	}
	if unbuilt != nil {
		t.line("  others\tnot in this build of ONNX Runtime: %s", strings.Join(unbuilt, ", "))
	}
}

func (e *examination) printMeters(t *table) {
	if len(e.Meters) == 0 {
		t.line("meters\tnone: this machine shows no rails, energy counters, batteries or adapters")
		return
	}
	t.line("meters")
	for _, m := range e.Meters {
		if m.Error != "" {
			t.line("  %s\t%s cannot be read: %s", m.Kind, m.Name, m.Error)
			continue
		}
		t.line("  %s\t%s, %s", m.Kind, m.Name, m.Path)
	}
}

func (h *examinedHeat) print(t *table) {
	if len(h.Zones) == 0 && len(h.Brakes) == 0 && h.Clock == nil {
		t.line("heat\tnot known: this machine shows no thermal zones")
		return
	}
	t.line("heat")
	for _, z := range h.Zones {
		if z.Error != "" {
			t.line("  %s\tcannot be read: %s", z.Name, z.Error)
			continue
		}
		says := fmt.Sprintf("%.1f °C", *z.Celsius)
		for _, trip := range z.Trips {
			says += fmt.Sprintf(", %s at %g °C", trip.Kind, trip.Celsius)
		}
		t.line("  %s\t%s", z.Name, says)
	}
	for _, b := range h.Brakes {
		if b.State > 0 {
			t.line("  %s\tholds the machine back: %d of %d", b.Name, b.State, b.Most)
		}
	}
	if h.Throttled > 0 {
		t.line("  throttled\t%d times since the start", h.Throttled)
	}
	if h.Clock != nil {
		t.line("  clock\t%.0f %% of the highest", 100**h.Clock)
	}
}
