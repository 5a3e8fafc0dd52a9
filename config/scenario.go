package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/sim"
)

// Scenario is a configuration with what is to be simulated of it. It is not
// changed after LoadScenario.
type Scenario struct {
	*Config
	// Simulation says for how long, and what is different from the machine.
	Simulation Simulation
	// Workloads are the requests of tenants, in the order of the file. A tenant
	// without one has none.
	Workloads []*Workload
}

// Simulation says what is simulated.
type Simulation struct {
	// Duration is for how long requests come.
	Duration time.Duration
	// Seed is where chance begins, by default 1.
	Seed uint64
	// Window is what figures over time are of, by default a twentieth of Duration.
	Window time.Duration
	// Slowdown is how many times longer a segment takes by how many run.
	Slowdown []float64
	// Rules are changes of the scheduler's policy and fairness, ascending in time.
	Rules []sim.Rule
}

// LoadScenario reads the scenario in the file at path, the configuration that it
// names, and every file that both name, as Load does.
func LoadScenario(path string) (*Scenario, hcl.Diagnostics) {
	d := newDecoder()
	d.scenario = true
	s := &Scenario{}
	all := d.openFiles(d.readSource(path))
	if named, ok := d.named(all); ok {
		more := d.openFiles(d.read(named))
		more.keepOut()
		all.blocks = append(all.blocks, more.blocks...)
	}
	s.Config = d.config(all)
	s.Simulation = d.simulation(all.one("simulation"), s.Scheduler)
	s.Workloads = d.workloads(all, s)
	if s.Config = d.done(s.Config); d.diags.HasErrors() {
		s = &Scenario{Config: s.Config}
	}
	return s, d.diags
}

// named is the path of the configuration that a scenario names, if it does.
func (d *decoder) named(scenario *block) (string, bool) {
	written := scenario.text("config")
	if written == "" {
		if scenario.given("config") {
			d.loseAll()
		}
		return "", false
	}
	p := scenario.path("config", written)
	if _, err := os.Stat(p); err != nil {
		scenario.failAt("config", "No such configuration", "There is no such file or folder: %s. %s", scenario.tell("config", p), aboutPaths(written))
		d.loseAll()
		return "", false
	}
	return p, true
}

// keepOut takes out, and reports, what belongs in a scenario and stands in a
// configuration. What is a scenario itself lacks nothing.
func (b *block) keepOut() {
	a, is := b.attrs["config"]
	if is {
		b.loseAll()
		b.fail(a.NameRange, "Scenario", "This is a scenario: delen simulate reads it. The configuration is what config names: give the path of that.")
	}
	kept := b.blocks[:0]
	for _, h := range b.blocks {
		switch {
		case !b.schema.block(h.Type).scenario:
			kept = append(kept, h)
		case !is:
			b.fail(h.TypeRange, "Part of a scenario", "A %s block says what delen simulate does. Move it to a file of its own, and name this one there: "+
				"write config = %q.", h.Type, filepath.Base(h.TypeRange.Filename))
		}
	}
	b.blocks = kept
}

// simulation decodes a simulation block.
func (d *decoder) simulation(h *hclsyntax.Block, as Scheduler) Simulation {
	b := d.openBlock(h, simulationSchema)
	s := Simulation{
		Duration: b.duration("duration"), Seed: uint64(b.count("seed")), Window: b.duration("window"), Slowdown: b.slowdown(),
	}
	if s.Window == 0 {
		s.Window = s.Duration / 20
	}
	b.checkWindow(&s)
	s.Rules = b.rules(&s, as)
	return s
}

// mostWindows is how many windows figures over time may be of: a result has all of them, for every tenant.
const mostWindows = 10000

// checkWindow reports windows that are too many, and warns of one that is longer than what is simulated.
func (b *block) checkWindow(s *Simulation) {
	switch hidden := b.variables("window", "duration"); {
	case s.Duration == 0: // it is wrong, or not there
	case s.Window > s.Duration:
		b.warnAt("window", "Window longer than the simulation", "A window of %s is longer than the duration of %s: the figures over time are those of all of it. Write a shorter window, or leave it out.",
			b.tell("window", s.Window.String()), b.tell("duration", s.Duration.String()))
	case s.Duration <= mostWindows*s.Window:
	case hidden != "":
		b.failAt("window", "Too many windows", "With the value of %s there are more than %d windows. Write a longer window, or leave it out.", hidden, mostWindows)
	default:
		const step = mostWindows * time.Millisecond
		b.failAt("window", "Too many windows", "A window of %s makes %d windows of %s: write at least window = %q, or leave it out.",
			s.Window, (s.Duration+s.Window-1)/s.Window, s.Duration, (s.Duration+step-1)/step*time.Millisecond)
	}
}

// slowdown reads the factors by which segments are slower beside others.
func (b *block) slowdown() []float64 {
	items := b.numbers("slowdown")
	if items == nil {
		return DefaultSlowdown
	}
	var all []float64
	for i, f := range items {
		if !(f.value >= 1 && f.value <= mostSlowdown) || i > 0 && f.value < all[i-1] {
			b.fail(f.at, "Invalid slowdown", "A segment takes as long as alone or longer, up to %d times, and no shorter beside more others: not %s. Write for instance %s.",
				mostSlowdown, f.shown, b.schema.attribute("slowdown").instance())
			return DefaultSlowdown
		}
		all = append(all, f.value)
	}
	return all
}

// mostSlowdown is more than any machine has shown.
const mostSlowdown = 100

// DefaultSlowdown is Simulation.Slowdown of a scenario that does not say.
var DefaultSlowdown = []float64{1, 1.2}

// moment is a phase, open.
type moment struct {
	when time.Duration
	*block
}

// phases opens the phases of a block, ascending in time, and reports those that begin together, or change nothing.
func (b *block) phases(as *schema, s *Simulation) []moment {
	var all []moment
	begins := make(map[time.Duration]*hclsyntax.Block)
	for _, h := range b.of("phase") {
		p := b.openBlock(h, as)
		before := len(b.diags)
		m := moment{p.duration("at"), p}
		all = append(all, m)
		if len(b.diags) > before || !p.given("at") {
			continue
		}
		p.checkBefore(s, "at", m.when)
		if first := begins[m.when]; first != nil {
			p.failAt("at", "Two phases at a time", "The phase %s begins at %s, too. Join them.", from(h, first), p.tell("at", m.when.String()))
		} else {
			begins[m.when] = h
		}
		if len(h.Body.Attributes) == 1 && len(h.Body.Blocks) == 0 {
			p.warnAt("at", "Nothing changes", "This phase has nothing but the time when it begins. Write what is different then, for instance %s, or leave the phase out.", as.attributes[1].instance())
		}
	}
	slices.SortStableFunc(all, func(a, b moment) int { return cmp.Compare(a.when, b.when) })
	return all
}

// rules reads when slots begin to be given away in another way than before.
func (b *block) rules(s *Simulation, as Scheduler) []sim.Rule {
	var rules []sim.Rule
	for _, m := range b.phases(ruleSchema, s) {
		if m.given("policy") {
			as.Policy = scheduler.Policy(m.choice("policy"))
		}
		if m.given("hybrid") {
			as.Fairness = m.number("hybrid")
		}
		m.fairness(&as)
		rules = append(rules, sim.Rule{At: m.when, Rule: scheduler.Rule{Policy: as.Policy, Fairness: as.Fairness}})
	}
	return rules
}

// checkBefore warns of what does not happen, since the simulation is over.
func (b *block) checkBefore(s *Simulation, name string, at time.Duration) {
	if s.Duration > 0 && at >= s.Duration {
		b.warnAt(name, "After the end", "When it is %s, no requests come any more. Write an earlier time, or a longer duration of the simulation.", b.tell(name, at.String()))
	}
}

var simulationSchema = &schema{
	kind: "simulation", required: true, scenario: true,
	doc: "What `delen simulate` does with the configuration.",
	attributes: []*attribute{{
		name: "duration", form: aDuration, required: true, low: "1ms", high: "8784h", example: `"10m"`,
		doc: "For how long requests come. Those that are in the house then are served to their end.",
	}, {
		name: "seed", form: aCount, usual: "1", low: "0", high: "4294967295",
		doc: "Where chance begins: with the same scenario and seed the result is the same, to the byte.",
	}, {
		name: "window", form: aDuration, low: "1ms", high: "8784h", otherwise: "a twentieth of `duration`", example: `"30s"`,
		doc: "What the figures over time are of: at most 10000 windows.",
	}, {
		name: "slowdown", form: numberList, otherwise: fmt.Sprint("`[", DefaultSlowdown[0], ", ", DefaultSlowdown[1], "]`"), example: "[1, 1.2]",
		doc: "How many times longer a segment takes than the profile says, when one runs, two, and so on; the last is for more.",
	}},
	blocks: []*schema{ruleSchema},
}

var ruleSchema = &schema{
	kind: "phase", many: true, scenario: true,
	doc: "Another policy of the scheduler, from a time on.",
	attributes: []*attribute{
		phaseBegin,
		schedulerSchema.attribute("policy"), schedulerSchema.attribute("fairness"), schedulerSchema.attribute("hybrid"),
	},
}

var phaseBegin = &attribute{
	name: "at", form: aDuration, required: true, low: "0s", high: "8784h", example: `"5m"`,
	doc: "When it begins, counted from the start of the simulation.",
}
