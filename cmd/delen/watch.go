package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
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
		Use:   "watch",
		Short: "Show live what the tenants of a running node get",
		Long: `Watch prints a line for each tenant of a running node at every interval, until
Ctrl-C. A line is about the time since the one before:

  asked, answered, refused   requests a second
  lost                       those a second that ended without an answer: too late,
                             taken back, dropped for newer ones, or failed
  exits                      the part of the answers that each exit gave
  p50, p95                   the median and the 95th percentile of response times
  used, own                  the part of the machine that the tenant used, and the
                             part that is its own whatever the others do
  in house                   requests that wait or run now
  criterion                  the version of the one in force

A tenant that is removed while it is watched is told on standard error; the others
go on.

With --json every line is a JSON object with time, tenant, sequence, window_s,
admitted, refused, exits, cut_short, expired, cancelled, shed, failed,
response_mean_s, response_p50_s, response_p95_s, response_max_s, queue_mean_s,
confidence_mean, busy_s, used, share, energy_j, energy_source, battery, in_house,
criterion and criterion_version. A figure that is not known is null. A gap in
sequence means that a report was lost.`,
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
	tenants, err := f.choose(ctx, c)
	if err != nil {
		return err
	}
	watches, leave := context.WithCancel(ctx)
	reports := watchAll(watches, c, tenants, f.every)
	defer func() {
		leave()
		for range reports { // until the last watch has ended
		}
	}()
	p := newWatchPrinter(stdout, tenants, f.json)
	left := len(tenants)
	for r := range reports {
		var no *client.Error
		switch {
		case ctx.Err() != nil:
			return nil // Ctrl-C is how it ends
		case r.err == nil:
			err = p.add(time.Now(), r.tenant, r.report)
		case left > 1 && errors.As(r.err, &no):
			left--
			fmt.Fprintf(stderr, "delen: tenant %s: %v\n", r.tenant, r.err)
			err = p.remove(r.tenant)
		default:
			return fmt.Errorf("tenant %s: %w", r.tenant, r.err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// choose asks the node for the tenants that are to be watched.
func (f *watching) choose(ctx context.Context, c *client.Client) ([]*wire.TenantInfo, error) {
	all, err := c.Tenants(ctx)
	if err != nil || len(f.tenants) == 0 {
		return all, err
	}
	var names []string
	for _, t := range all {
		names = append(names, t.GetName())
	}
	for _, name := range f.tenants {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("the node has no tenant %q; it serves %s", name, strings.Join(names, ", "))
		}
	}
	return slices.DeleteFunc(all, func(t *wire.TenantInfo) bool { return !slices.Contains(f.tenants, t.GetName()) }), nil
}

// tenantReport is a report on a tenant, or the error that ends its watch.
type tenantReport struct {
	tenant string
	report *wire.Watched
	err    error
}

// watchAll watches every tenant until the context is done. The channel is closed when all watches have ended.
func watchAll(ctx context.Context, c *client.Client, tenants []*wire.TenantInfo, every time.Duration) <-chan tenantReport {
	reports := make(chan tenantReport)
	var watches sync.WaitGroup
	for _, t := range tenants {
		watches.Go(func() {
			for report, err := range c.Watch(ctx, t.GetName(), every) {
				reports <- tenantReport{t.GetName(), report, err}
			}
		})
	}
	go func() {
		watches.Wait()
		close(reports)
	}()
	return reports
}
