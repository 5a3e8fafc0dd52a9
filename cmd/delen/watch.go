package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/wire"
)

// watching is the command line of watch.
type watching struct {
	connection
	tenants []string
	every   time.Duration
	json    bool
}

// shortestWatch is the shortest interval at which a node reports.
const shortestWatch = 10 * time.Millisecond

// newWatch makes the command that shows what a running node does.
func newWatch() *cobra.Command {
	var f watching
	cmd := &cobra.Command{
		SuggestFor: []string{"status", "top", "stats", "ps"},
		Use:        "watch",
		Short:      "Show live what the tenants of a running node get",
		Long: `Watch shows a line for each tenant of a running node, until Ctrl-C. On a terminal
the lines stay in place; elsewhere, and where a terminal has no room for all, there
are new ones at every interval. A line is about the time since the one before:

  asked, answered, refused   requests a second
  lost                       those a second that ended without an answer: too late,
                             taken back, dropped for newer ones, or failed
  exits                      the part of the answers that each exit gave
  audited                    answers that the last exit agrees with, of those that
                             were audited, of those that were chosen to be, with *
                             while the tenant keeps to a safer point; there only
                             when a tenant is audited
  p50, p95                   the median and the 95th percentile of response times
  plan                       the 95th percentile that the operating point promises,
                             with * when bounds of the objective are unmet; there
                             only when a tenant has an objective
  used, own                  the part of the machine that the tenant used, and the
                             part that is its own whatever the others do
  in house                   requests that wait or run now
  version                    of the criterion in force

Where lines are too narrow for all of that, version, own, audited, house, lost and
exits are left out, in this order, and long names are cut; --json has everything.

A tenant that is removed while it is watched is told on standard error, and one that
is added, or comes back, has lines from then on. When the connection is lost, watch
says so and waits for the node. It ends when none of those that --tenant names is
left.

With --json every line is a JSON object with time, tenant, sequence, window_s,
admitted, refused, exits, cut_short, expired, cancelled, shed, failed,
response_mean_s, response_p50_s, response_p95_s, response_max_s, queue_mean_s,
confidence_mean, busy_s, used, guarantee, energy_j, energy_source, battery,
in_house, criterion, criterion_version and, with an objective, point (as delen
objective has it: what was promised of what is measured) and unmet, and audit where
there are audits: chosen and complete by how long the requests had waited, calm for
less than a tenth of their time, brisk for less than half, and crowded. A figure
that is not known is null. A gap in sequence means that a report was lost.`,
		Example: `  delen watch
  delen watch --tenant doorbell --every 5s --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("watch takes no arguments, but there is %q: name a tenant with --tenant", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.every < shortestWatch {
				return usageError{fmt.Errorf("--every %s: a node reports at most every %s", f.every, shortestWatch)}
			}
			return f.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f.flags(cmd)
	cmd.Flags().StringSliceVar(&f.tenants, "tenant", nil, "a tenant to watch; may be given again (default all)")
	cmd.Flags().DurationVar(&f.every, "every", time.Second, "the interval")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object a line")
	return cmd
}

func (f *watching) run(ctx context.Context, stdout, stderr io.Writer) error {
	c, err := f.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	all, err := c.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, name := range f.tenants {
		if !slices.ContainsFunc(all, func(t *wire.TenantInfo) bool { return t.GetName() == name }) {
			return noTenant(name, all)
		}
	}
	ctx, leave := context.WithCancel(ctx)
	w := &watcher{
		watching: f, client: c, stderr: stderr, print: newWatchPrinter(stdout, nil, f.json),
		reports: make(chan tenantReport), lists: make(chan tenantList), watched: map[string]bool{}, told: map[string]string{},
	}
	defer w.ends.Wait()
	defer leave()
	return w.run(ctx, all)
}

// noTenant says that the node does not serve a tenant, and whom it does.
func noTenant(name string, all []*wire.TenantInfo) error {
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.GetName()
	}
	return fmt.Errorf("the node has no tenant %q; it serves %s", name, strings.Join(names, ", "))
}
