package config

import (
	"runtime"
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Scheduler says how much runs at a time, and how long.
type Scheduler struct {
	// Slots is how many segments may run at a time, by default one per CPU, or one
	// in all when something else than the CPU executes them.
	Slots int
	// RunLimit bounds one run of one segment, by default 10 s. A longer run is
	// asked to terminate and its tickets fail.
	RunLimit time.Duration
}

// scheduler decodes a scheduler block.
func (d *decoder) scheduler(h *hclsyntax.Block, p Provider) Scheduler {
	b := d.openBlock(h, schedulerSchema)
	s := Scheduler{Slots: b.count("slots"), RunLimit: b.duration("run_limit")}
	cores := runtime.NumCPU()
	switch {
	case s.Slots == 0 && p.Name == CPU:
		s.Slots = cores
	case s.Slots == 0:
		s.Slots = 1
	}
	if s.Slots > 2*cores {
		b.warnAt("slots", "More slots than cores", "This machine has %d cores, and slots is %s: segments that share a core only make each other wait. Write %d, or leave it out.",
			cores, b.tell("slots", strconv.Itoa(s.Slots)), cores)
	}
	return s
}

var schedulerSchema = &schema{
	kind: "scheduler",
	doc:  "How much runs at a time, and how long.",
	attributes: []*attribute{{
		name: "slots", form: aCount, low: "1", high: "1024", otherwise: "one per CPU core; 1 with a provider other than `cpu`", example: "2",
		doc: "How many segments may run at a time. More than the machine has cores only makes them wait for each other. With `cuda` and `tensorrt` every " +
			"slot holds the weights of all models once more.",
	}, {
		name: "run_limit", form: aDuration, usual: `"10s"`, low: "1ms", high: "1h",
		doc: "How long one run of one segment may take. A longer one is asked to terminate, its request fails, and its slot is lost until the " +
			"runtime comes back.",
	}},
}
