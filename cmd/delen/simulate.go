package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/sim"
	"github.com/delen-edge/delen/stages/profile"
	"github.com/delen-edge/delen/tenants"
)

// simulating is the command line of simulate.
type simulating struct {
	seed   int64
	seeded bool // it is given: the scenario's does not count
	json   bool
}

// newSimulate makes the command that simulates a node.
func newSimulate() *cobra.Command {
	s := simulating{}
	cmd := &cobra.Command{
		Use:   "simulate SCENARIO",
		Short: "Simulate hours of requests to a configuration in seconds",
		Long: `Simulate tells what a node would do with requests that come for minutes or hours,
without running a network: the scheduler and the tenants are the very code that
serves, on a virtual clock; how long segments run and what the exits say is drawn
from the models' profiles. So every model needs a profile, and for accuracies and
criteria that depend on the exits, outcomes.

SCENARIO is a file that names a configuration, or has its blocks, and says what
requests come:

  config = "edge.hcl"
  simulation {
    duration = "10m"
    seed     = 1
  }
  workload "camera" {
    arrivals = "poisson"    # or "constant", "bursty", "trace"
    rate     = 20           # requests a second
    phase {
      at   = "5m"
      rate = 60             # or another share, criterion or objective
    }
  }

Tenants may join and leave, and the policy of the scheduler may change. All of it
is described in docs/configuration.md.

For each tenant the result has a row:

  requests   how many came
  answered   and got an answer, in percent
  refused    for lack of room in the tenant's queue; shed: displaced by a newer one
  missed     whose deadline cut them short, or came before there was an answer
  right      how many of the answers were right, in percent
  mean, p50  response times in milliseconds, from the door on
  busy       the tenant's part of the time that segments ran
  energy     of all its requests, by the profile
  points     how often the node has given it another operating point, beside those
             that the scenario asks for
  exits      how many of a hundred answers came from exit 1, 2, ...

Segments that run at the same time slow each other down by the scenario's slowdown;
a node says in its last log lines (slowdown.learnt) what that was on its machine.

On a terminal a line shows how much of the scenario's time has been simulated. When
Ctrl-C ends the command, its last words are that, and nothing else is printed.

The same scenario and seed give the same result, to the byte. With --json it is one
JSON object: each of "tenants" has the same figures, "changes" of its operating
point, beside those that the scenario asks for, with when and why, and "windows"
with the figures over time. Times are in seconds, energies in joules; a figure that
is not known is null.`,
		Example: `  delen simulate examples/simulate/burst.hcl
  delen simulate --json --seed 7 examples/simulate/burst.hcl`,
		Args: argument("SCENARIO", "the scenario, such as examples/simulate/burst.hcl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			s.seeded = cmd.Flags().Changed("seed")
			return s.run(ctx, args[0], cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().BoolVar(&s.json, "json", false, "print JSON")
	cmd.Flags().Int64Var(&s.seed, "seed", 0, "where chance begins, `N` from 0, instead of what the scenario says")
	return cmd
}

func (s *simulating) run(ctx context.Context, path string, stdout, stderr io.Writer) error {
	if s.seed < 0 || s.seed > math.MaxUint32 {
		return usageError{fmt.Errorf("--seed %d: write a whole number from 0 to %d", s.seed, math.MaxUint32)}
	}
	scenario, diags := config.LoadScenario(path)
	if err := reportAbove(stderr, path, scenario.Files, diags); err != nil {
		return err
	}
	c, err := simulated(scenario)
	if err != nil {
		return err
	}
	if s.seeded {
		c.Seed = uint64(s.seed)
	}
	bar := newProgress(stderr)
	var reached time.Duration
	r, err := sim.Run(ctx, c, func(now time.Duration) {
		reached = now
		bar.show("simulated", fmt.Sprintf(" %s of %s", plainly(now.Round(time.Second)), plainly(c.Duration)), now.Seconds()/c.Duration.Seconds())
	})
	bar.clear()
	if ctx.Err() != nil && err != nil {
		return interruptedAfter(reached, c.Duration)
	}
	if err != nil {
		return err
	}
	if s.json {
		return printJSON(stdout, r)
	}
	return printSimulation(stdout, r)
}

// interruptedAfter is the error of a simulation that a signal has ended: how far it was in its own time.
func interruptedAfter(reached, duration time.Duration) error {
	unit := time.Second
	if duration >= 100*time.Hour {
		unit = time.Hour
	}
	return fmt.Errorf("%w after %s of %s of simulated time", errInterrupted, plainly(reached.Round(unit)), plainly(duration))
}

// plainly writes a time without the minutes and seconds that it has none of.
func plainly(t time.Duration) string {
	text := t.String()
	for _, none := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, none) {
			text = text[:len(text)-len("0s")]
		}
	}
	return text
}

// What a node has by itself.
const (
	simulatedHandOff = 30 * time.Microsecond // to pass a ticket from one stage to the next, measured at 20 to 40 us
	simulatedClones  = 16                    // answered requests that may wait for the last exit
)

// simulated is a scenario as the simulation takes it.
func simulated(s *config.Scenario) (sim.Config, error) {
	c := sim.Config{
		Seed: s.Simulation.Seed, Duration: s.Simulation.Duration, Window: s.Simulation.Window, Slowdown: s.Simulation.Slowdown, Rules: s.Simulation.Rules,
		HandOff: simulatedHandOff,
		Scheduler: scheduler.Config{
			Slots: s.Scheduler.Slots, HandOff: simulatedHandOff, RunLimit: s.Scheduler.RunLimit, Policy: s.Scheduler.Policy, Fairness: s.Scheduler.Fairness,
			Clones: simulatedClones,
		},
		Budget: s.Scheduler.Budget,
	}
	places := map[string]int{}
	for i, m := range s.Models {
		own, err := simulatedModel(m)
		if err != nil {
			return c, err
		}
		own.Batch = s.Batches(m)
		c.Models = append(c.Models, own)
		places[m.Name] = i
	}
	for _, t := range s.Tenants {
		own := sim.Tenant{
			Name: t.Name, Model: places[t.Model.Name], Share: t.Share, Criterion: t.Criterion, Objective: t.Objective, Adapt: t.Adapt, Strict: t.Unmet == config.RefuseUnmet,
			Deadline: t.Deadline, Queue: t.Queue, Audit: t.Audit,
		}
		if t.Objective != nil {
			own.Criterion = nil
		}
		if t.Overflow == config.DropOldest {
			own.Overflow = tenants.DropOldest
		}
		if w := s.Workload(t); w != nil {
			own.Joins, own.Leaves, own.Arrivals, own.Phases = w.Joins, w.Leaves, w.Arrivals, w.Phases
		}
		c.Tenants = append(c.Tenants, own)
	}
	return c, nil
}

func simulatedModel(m *config.Model) (sim.Model, error) {
	if m.Profile == nil {
		return sim.Model{}, fmt.Errorf("model %s has no profile, by which it is simulated: measure it with delen profile and name the file in the model's block", m.Name)
	}
	own := sim.Model{Name: m.Name, Profile: m.Profile, Evidence: m.Evidence}
	if m.Outcomes == "" {
		return own, nil
	}
	var err error
	own.Outcomes, _, err = profile.ReadOutcomes(m.Outcomes)
	return own, err
}
