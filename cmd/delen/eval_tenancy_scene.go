package main

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"

	"github.com/delen-edge/delen/scheduler"
)

// scene is what the tenancy experiment plays under every policy: the same tenants, phases and requests.
type scene struct {
	name   string
	guests []sceneGuest
	phases []scenePhase
}

// sceneGuest is a tenant. Times are in units of what a request to the last exit of its model takes on this machine, so that
// they ask the same of a slow machine as of a fast one.
type sceneGuest struct {
	name, model string
	goal, where string
	response    float64 // bound on the 95th percentile; 0: none
	deadline    float64 // 0: none
}

// scenePhase is a time of constant load.
type scenePhase struct {
	name   string
	loads  []float64 // of each tenant, as a part of what the machine can do when all requests run to their last exit
	shares []float64 // of each tenant; 0: it is not there
}

// scenes are the experiment's. Every scene has a normal load, one tenant that asks for so much that its share does not do even
// when all of it leaves at the first exit (which takes a quarter of the whole), shares that change meanwhile, tenants that
// fall silent, one that leaves, and all of them back.
var scenes = []scene{{
	name: "two",
	guests: []sceneGuest{
		{name: "camera", model: "glyphs", goal: "maximize = accuracy", response: 8, deadline: 16},
		{name: "microphone", model: "speech", goal: "maximize = accuracy", response: 8, deadline: 16},
	},
	phases: []scenePhase{
		{"normal", []float64{.35, .35}, []float64{50, 50}},
		{"burst", []float64{4.5, .35}, []float64{50, 50}},
		{"shares", []float64{4.5, .35}, []float64{80, 20}},
		{"silence", []float64{4.5, 0}, []float64{80, 20}},
		{"leaving", []float64{4.5, 0}, []float64{80, 0}},
		{"back", []float64{.35, .35}, []float64{50, 50}},
	},
}, {
	name: "four",
	guests: []sceneGuest{
		{name: "camera", model: "glyphs", goal: "maximize = accuracy", response: 8, deadline: 16},
		{name: "survey", model: "glyphs", goal: "minimize = energy", where: "accuracy >= 0.9"},
		{name: "remote", model: "speech", goal: "maximize = accuracy", response: 8, deadline: 16},
		{name: "protocol", model: "speech", goal: "minimize = energy", where: "accuracy >= 0.84", deadline: 40},
	},
	phases: []scenePhase{
		{"normal", []float64{.25, .1, .2, .15}, []float64{40, 10, 30, 20}},
		{"burst", []float64{3.6, .1, .2, .15}, []float64{40, 10, 30, 20}},
		{"shares", []float64{3.6, .1, .2, .15}, []float64{20, 10, 50, 20}},
		{"silence", []float64{3.6, .1, 0, 0}, []float64{20, 10, 50, 20}},
		{"leaving", []float64{3.6, 0, .2, .15}, []float64{20, 0, 50, 20}},
		{"back", []float64{.25, .1, .2, .15}, []float64{40, 10, 30, 20}},
	},
}}

// tenancyPolicies are compared, the baseline last.
var tenancyPolicies = []scheduler.Policy{scheduler.Cooperative, scheduler.NonCooperative, scheduler.FirstCome}

// sceneInputs say how a sample becomes the input of a model.
var sceneInputs = map[string]string{
	"glyphs": "input {\n    layout = \"NCHW\"\n    color  = \"gray\"\n    size   = [32, 32]\n    mean   = [0.5]\n    std    = [0.5]\n  }",
	"speech": "audio {\n    rate   = 16000\n    length = \"1s\"\n  }",
}

// modelBlocks are the model blocks of a configuration, for the examples in a folder.
func modelBlocks(examples string) string {
	var b strings.Builder
	for _, name := range []string{"glyphs", "speech"} {
		at := func(file string) string { return filepath.Join(examples, name, file) }
		fmt.Fprintf(&b, "\nmodel %q {\n  path    = %q\n  profile = %q\n  labels  = %q\n\n  %s\n}\n",
			name, at("model.onnx"), at("profile.json"), at("labels.txt"), sceneInputs[name])
	}
	return b.String()
}

// configuration is the file of the scene in a phase. unit is how long a request to the last exit takes, by its model.
func (s *scene) configuration(examples string, policy scheduler.Policy, slots, phase int, unit map[string]time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "node \"tenancy\" {}\n%s\nscheduler {\n  slots  = %d\n  policy = %q\n}\n", modelBlocks(examples), slots, policy)
	for i, share := range s.phases[phase].shares {
		if share == 0 {
			continue
		}
		g := &s.guests[i]
		fmt.Fprintf(&b, "\ntenant %q {\n  model = %q\n  share = %g\n", g.name, g.model, share)
		if g.deadline > 0 {
			fmt.Fprintf(&b, "  deadline = %q\n", g.limit(unit))
		}
		fmt.Fprintf(&b, "\n  objective {\n    %s\n", g.goal)
		if where := g.bounds(unit); where != "" {
			fmt.Fprintf(&b, "    where = %s\n", where)
		}
		b.WriteString("  }\n}\n")
	}
	return b.String()
}

// limit is the tenant's deadline; 0: it has none.
func (g *sceneGuest) limit(unit map[string]time.Duration) time.Duration {
	return scaledTime(unit[g.model], g.deadline)
}

// bounds are those of its objective.
func (g *sceneGuest) bounds(unit map[string]time.Duration) string {
	if g.response == 0 {
		return g.where
	}
	bound := fmt.Sprintf("response_time <= %g*ms", float64(scaledTime(unit[g.model], g.response).Microseconds())/1e3)
	if g.where == "" {
		return bound
	}
	return g.where + " && " + bound
}

// scaledTime is a multiple of a time, in whole tenths of a millisecond, so that people can read it.
func scaledTime(unit time.Duration, times float64) time.Duration {
	return time.Duration(float64(unit) * times).Round(100 * time.Microsecond)
}

// goalText is what the tenant wants, for people.
func (g *sceneGuest) goalText(unit map[string]time.Duration) string {
	text := strings.Replace(g.goal, " = ", " ", 1)
	if where := g.bounds(unit); where != "" {
		text += " where " + where
	}
	return text
}

// guarantee is the part of the machine that is a tenant's own in a phase, 0 to 1.
func (p *scenePhase) guarantee(guest int) float64 {
	sum := 0.0
	for _, share := range p.shares {
		sum += share
	}
	return p.shares[guest] / sum
}

// arrival is a request that is to be sent.
type arrival struct {
	due    time.Duration // from the scene's begin; before it: while the node finds its operating points
	sample int
}

// arrivals are a tenant's requests in all phases and in a lead before the first: a Poisson process of the rate that each phase
// has, the same whenever the seed is. A tenant that comes back begins a twentieth of the phase later, for it has to be there
// first.
func (s *scene) arrivals(guest int, lead, phase time.Duration, capacity float64, samples int, seed uint64) []arrival {
	var all []arrival
	order := rand.New(rand.NewPCG(seed, uint64(guest)))
	for i, p := range s.phases {
		rate := p.loads[guest] * capacity
		if rate == 0 {
			continue
		}
		random := rand.New(rand.NewPCG(seed, uint64(guest)<<32|uint64(i+1)))
		from, to := float64(i)*phase.Seconds(), float64(i+1)*phase.Seconds()
		if i == 0 {
			from = -lead.Seconds()
		} else if s.phases[i-1].shares[guest] == 0 {
			from += phase.Seconds() / 20
		}
		for at := from + random.ExpFloat64()/rate; at < to; at += random.ExpFloat64() / rate {
			all = append(all, arrival{time.Duration(at * float64(time.Second)), order.IntN(samples)})
		}
	}
	return all
}
