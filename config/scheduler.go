package config

import (
	"strconv"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/scheduler"
)

// Scheduler says how much runs at a time, and how long.
type Scheduler struct {
	// Slots is how many segments may run at a time, by default one per CPU that
	// the process may use (limits.Cores), or one in all when something else than
	// the CPU executes them.
	Slots int
	// RunLimit bounds one run of one segment, by default 10 s. A longer run is
	// asked to terminate and its tickets fail.
	RunLimit time.Duration
	// Policy says who may have a slot that is free, by default scheduler.Cooperative.
	Policy scheduler.Policy
	// Fairness is what shares are parts of: time at 1 (the default), energy at 0,
	// and a mixture between them.
	Fairness float64
	// Budget is how many W beyond idle all tenants together may take by the plan, or
	// 0 for as much as they like.
	Budget float64
	// Batch is how many rows one run may have at the most, by default 8, where the
	// profile says that it pays.
	Batch int
}

// scheduler decodes a scheduler block.
func (d *decoder) scheduler(h *hclsyntax.Block, p Provider) Scheduler {
	b := d.openBlock(h, schedulerSchema)
	s := Scheduler{
		Slots: b.count("slots"), RunLimit: b.duration("run_limit"), Batch: b.count("batch"),
		Policy: scheduler.Policy(b.choice("policy")), Fairness: b.number("hybrid"), Budget: b.number("budget"),
	}
	b.fairness(&s)
	cores := limits.Cores()
	switch {
	case s.Slots == 0 && p.Name == CPU:
		s.Slots = cores
	case s.Slots == 0:
		s.Slots = 1
	}
	if s.Slots > 2*cores {
		b.warnAt("slots", "More slots than cores", "The cores that this process may use are %d, and slots is %s: segments that share a core only make each other wait. Write %d, or leave it out.",
			cores, b.tell("slots", strconv.Itoa(s.Slots)), cores)
	}
	return s
}

// fairness reads what shares are parts of, when it is said by a word.
func (b *block) fairness(s *Scheduler) {
	if !b.given("fairness") {
		return
	}
	if b.given("hybrid") {
		b.failAt("hybrid", "Fairness said twice", "fairness, at line %d, says what shares are parts of, and so does hybrid. Leave one of them out.", b.at("fairness").Start.Line)
	}
	s.Fairness = 1
	if b.choice("fairness") == "energy" {
		s.Fairness = 0
	}
}

var schedulerSchema = &schema{
	kind: "scheduler",
	doc:  "How much runs at a time, and how long.",
	attributes: []*attribute{{
		name: "slots", form: aCount, low: "1", high: "1024", otherwise: "one per CPU core that the node may use; 1 with a provider other than `cpu`", example: "2",
		doc: "How many segments may run at a time. More than there are cores only makes them wait for each other. A core counts when the affinity mask " +
			"and the CPU quota of the node's control groups leave it at the start; half a one counts as one. With `cuda` and `tensorrt` every " +
			"slot holds the weights of all models once more.",
	}, {
		name: "run_limit", form: aDuration, usual: `"10s"`, low: "1ms", high: "1h",
		doc: "How long one run of one segment may take. A longer one is asked to terminate, its request fails, and its slot is lost until the " +
			"runtime comes back.",
	}, {
		name: "policy", form: aChoice, words: []string{string(scheduler.Cooperative), string(scheduler.NonCooperative), string(scheduler.FirstCome)},
		doc: "Who may have a slot that is free. `\"cooperative\"` lends what a tenant does not use to the others and takes it back at the end of a segment, and " +
			"finds operating points for all tenants together. `\"non-cooperative\"` holds every tenant to its share, and each finds its own. `\"first-come\"` " +
			"serves requests in their order, whoever sends them: to compare with.",
	}, {
		name: "fairness", form: aChoice, words: []string{"time", "energy"},
		doc: "What shares are parts of: the time that segments run, or the energy that they take by the models' profiles.",
	}, {
		name: "hybrid", form: aNumber, usual: "1", low: "0", high: "1", example: "0.7", instead: "fairness",
		doc: "A mixture of both instead of `fairness`: the weight of the time, against that of the energy.",
	}, {
		name: "budget", form: aNumber, low: "0.001", high: "100000", otherwise: "no bound", example: "2.5",
		doc: "How many watts beyond those of the idle machine the requests of all tenants together may take in the mean, by the models' profiles. Operating points " +
			"are chosen within it, those of stated criteria stay as they are, and requests that it has no power for are refused.",
	}, {
		name: "batch", form: aCount, usual: "8", low: "1", high: "64",
		doc: "How many requests one run of a segment may be for at the most, when they wait anyhow. The model's profile says for which segments it pays; without one, " +
			"or with 1, every run is for one.",
	}},
}
