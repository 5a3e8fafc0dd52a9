package config

import (
	"runtime"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Scheduler says how much runs at a time, and how long.
type Scheduler struct {
	// Slots is how many segments may run at a time, by default one per CPU.
	Slots int
	// RunLimit bounds one run of one segment, by default 10 s. A longer run is
	// asked to terminate and its tickets fail.
	RunLimit time.Duration
}

// scheduler decodes a scheduler block, which may be nil.
func (d *decoder) scheduler(h *hcl.Block) Scheduler {
	if h == nil {
		return Scheduler{Slots: runtime.NumCPU(), RunLimit: defaultRunLimit}
	}
	b := d.openBlock(h, schedulerSchema)
	return Scheduler{
		Slots:    b.count("slots", runtime.NumCPU(), 1, 1024),
		RunLimit: b.duration("run_limit", defaultRunLimit, time.Millisecond, time.Hour, "10s"),
	}
}

const defaultRunLimit = 10 * time.Second

var schedulerSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "slots"},
		{Name: "run_limit"},
	},
}
