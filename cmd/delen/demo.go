package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/config"
)

// demonstration is the command line of demo.
type demonstration struct {
	config, samples string
	length          time.Duration
	json            bool
}

// newDemo makes the command that shows a node at work.
func newDemo() *cobra.Command {
	var d demonstration
	cmd := &cobra.Command{
		Use:   "demo CONFIG",
		Short: "Serve a configuration and send it more and more requests",
		Long: `Demo serves a configuration with a node of its own on a free port of this machine,
whatever node.listen says, and has one app for each tenant send it labelled
samples over actor remoting. It first measures how many requests a second the
node answers, which is its capacity. Then it sends 25, 50, 100, 150 and 200 % of
that, as much to each tenant, without waiting for answers: that is how load
arrives, and past 100 % something must give. For the last part it changes the
criterion of the tenant that the configuration names last.

What to look at, in a table with a line for each tenant:

  sent, answered  requests a second
  exits taken     how many percent of the answers came from exit 1, 2, ...
  right           how many percent of the answers had the sample's label
  p50, p99        response time at the app, half and 99 % of the answers
  busy            how many percent of the time that the node ran segments for
                  answers went to this tenant; with all tenants short, its share
  refused         how many percent were refused because the queue was full
  expired         how many percent came to their deadline without an answer

On a terminal the table lives; elsewhere each part is printed when it is over.
With --json there is one JSON object at the end: config, capacity_per_s, slots,
length_s, tenants, criterion_change, phases, interrupted and faults. Times are in
seconds, and every phase counts for each tenant what was sent, not_sent, answered,
refused, expired, failed and unanswered.

The samples are pictures or recordings in a folder with a labels.csv, as for delen
infer: the folder test beside the model of each tenant, or --samples for all.

The exit status is 0 when every request had a definite end and nothing failed;
answers that are wrong, refusals and deadlines are part of the show. Otherwise it
is 1, and the node's log is kept. An interrupt ends the demo early, with a summary
of what was so far, and the status 130.`,
		Example: `  delen demo examples/glyphs/delen.hcl
  delen demo --for 10s --json examples/glyphs/delen.hcl`,
		Args: argument("CONFIG", "the configuration, such as delen.hcl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d.config = args[0]
			if d.length < time.Second {
				return usageError{fmt.Errorf("--for %s is too short: at least 1s shows anything", d.length)}
			}
			return d.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().DurationVar(&d.length, "for", 40*time.Second, "how long to send requests, after the capacity is known")
	cmd.Flags().StringVar(&d.samples, "samples", "", "the `folder` of samples (default: test beside each model)")
	cmd.Flags().BoolVar(&d.json, "json", false, "print one JSON object at the end instead of the table")
	return cmd
}

// run starts a node, shows it and stops it.
func (d *demonstration) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	// The node does not get the terminal's signals, so it must not outlive a terminal that closes.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
	defer stop()
	c, diags := config.Load(d.config)
	if err := config.Report(stderr, c.Files, diags, colorful(stderr)); err != nil {
		return err
	}
	if diags.HasErrors() {
		return failed(d.config, diags)
	}
	samples, err := d.find(c)
	if err != nil {
		return err
	}
	node, err := startOwnNode(ctx, d.config)
	if err != nil {
		return interruption(ctx, err)
	}
	defer func() { err = node.stop(err) }()
	apps, err := openApps(ctx, node.address, c.Tenants, samples)
	defer closeApps(apps)
	if err != nil {
		return interruption(ctx, err)
	}
	return d.show(ctx, node, apps, c, stdout)
}

// find lists the samples of each tenant.
func (d *demonstration) find(c *config.Config) ([][]sample, error) {
	var all [][]sample
	for _, t := range c.Tenants {
		folder := cmp.Or(d.samples, filepath.Join(filepath.Dir(t.Model.Files[0]), "test"))
		samples, err := readLabels(folder)
		if err != nil {
			return nil, err
		}
		all = append(all, samples)
	}
	return all, nil
}

// interruption makes one error of whatever fails because the user has ended the demo.
func interruption(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	return err
}

// show runs the phases and sums them up.
func (d *demonstration) show(ctx context.Context, node *ownNode, apps []*demoApp, c *config.Config, stdout io.Writer) error {
	// Requests outlive an interrupt, so that each still has its end, but not the node.
	requests, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-node.ended:
			cancel()
			abandon()
		case <-requests.Done():
		}
	}()
	l := &demoLoad{apps: apps, requests: requests, abandon: abandon, slots: c.Scheduler.Slots, length: d.length}
	if !d.json {
		l.screen = newDemoScreen(stdout, apps)
		l.screen.welcome(d, node.address, apps)
	}
	err := l.run(ctx)
	select {
	case <-node.ended:
		return errors.New("the node ended while the apps were sending")
	default:
	}
	if ctx.Err() != nil {
		l.interrupted, err = true, nil
	}
	if err != nil {
		return err
	}
	if d.json {
		err = printJSON(stdout, newDemoReport(d.config, l))
	} else {
		err = l.screen.summary(l)
	}
	if faults := l.faults(); err == nil && len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	if err == nil && l.interrupted {
		return errInterrupted
	}
	return err
}

// liveTerminal reports whether what w shows can be written over.
func liveTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
