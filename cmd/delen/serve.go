package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
)

// newServe makes the command that serves a configuration.
func newServe() *cobra.Command {
	var grace time.Duration
	var listen string
	cmd := &cobra.Command{
		Use:   "serve CONFIG",
		Short: "Serve a configuration until a signal",
		Long: `Serve loads the models of a configuration, warms them, and serves its tenants over
actor remoting. It logs to standard error, one event a line, in the form that the
log block asks for; the event "node.ready" says that requests are as fast as they
will be.

SIGHUP reads the configuration anew, as soon as the node is ready. Tenants come, go
and change without touching the others' requests; anything else needs a restart. A
configuration with an error changes nothing.

SIGINT or SIGTERM ends admission, lets the requests that are in the house end for
--grace, and stops. A second signal stops at once: what is in the house fails with
UNAVAILABLE. While the models are loaded, the first ends the process at once.

CONFIG is a file, or a folder: then all files in it whose names end in .hcl are one
configuration.

With --listen the node listens on another address than the configuration says, and
is reached there: two nodes can run with the same configuration. On every address of
the machine (0.0.0.0 or [::]) it is reached under the host that the configuration
advertises, which must be there then, and the port of --listen.

Without slots in the configuration there is one for each core that the affinity
mask and the CPU quota of the control groups leave. When these change, the threads
of Go follow within ten seconds, or at SIGHUP; slots follow at the next start. The
event "machine.changed" says so.

ONNX Runtime is looked for where runtime.library says, else where the variable
DELEN_ONNXRUNTIME says, else where "make runtime" puts it. The CPU executes the
models, unless a provider block names something else; delen doctor says what works.`,
		Example: `  delen serve delen.hcl`,
		Args:    argument("CONFIG", "the configuration, such as delen.hcl, or its folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if grace < 0 {
				return usageError{fmt.Errorf("--grace %s: write a time from 0", grace)}
			}
			return serve(cmd.Context(), args[0], listen, grace, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().DurationVar(&grace, "grace", 10*time.Second, "how long requests in the house may take to end")
	cmd.Flags().StringVar(&listen, "listen", "", "the host:port to listen on, instead of node.listen")
	return cmd
}

// overtime is what stopping may take beyond the grace and the time that a run may take. Then the process ends whatever hangs.
const overtime = 5 * time.Second

func serve(ctx context.Context, path, listen string, grace time.Duration, stderr io.Writer) error {
	// First of all: a SIGHUP that comes while the models are loaded waits until they are.
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again)
	signal.Ignore(syscall.SIGPIPE) // who reads the log may go away, and the node stays
	var report strings.Builder
	c, diags := load(path, listen, &report, colorful(stderr))
	if diags.HasErrors() {
		io.WriteString(stderr, report.String()) // where nobody can read it, the exit status still tells
		return failed(path, diags)
	}
	log := newLog(c.Log, stderr)
	defer log.close()
	if report.Len() > 0 {
		io.WriteString(log.text(), report.String())
	}
	// From the signal on the process has so much time, whatever hangs.
	context.AfterFunc(ctx, func() {
		time.AfterFunc(grace+c.Scheduler.RunLimit+overtime, func() { os.Exit(statusFailure) })
	})
	limit := newFollower(c.Scheduler.Slots, limits.Own, log.Log)
	node, err := startUnless(ctx, c, log)
	if err != nil {
		event.Emit(log.Log, event.NodeFailed{Error: err})
		return err
	}
	if node == nil {
		return nil
	}
	limit.tell()
	looks := time.NewTicker(betweenLimits)
	defer looks.Stop()
	for {
		select {
		case <-looks.C:
			limit.look()
		case <-again:
			limit.look()
			reload(node, path, listen, log)
		case <-ctx.Done():
			return stopNode(node, grace)
		}
	}
}

// load reads a configuration and reports what is wrong with it. An address to listen on replaces the configuration's.
func load(path, listen string, stderr io.Writer, colored bool) (*config.Config, hcl.Diagnostics) {
	c, diags := config.Load(path)
	if listen != "" && !diags.HasErrors() {
		if err := c.Node.ListenOn(listen); err != nil {
			diags = append(diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: "Invalid --listen", Detail: "--listen " + err.Error() + "."})
		}
	}
	// Where nobody can read the report, the exit status and the log still tell.
	_ = config.Report(stderr, c.Files, diags, colored)
	return c, diags
}

// reload has a node take over a configuration that has changed. One that it cannot take over changes nothing.
func reload(node *actors.Node, path, listen string, log *nodeLog) {
	var report strings.Builder
	c, diags := load(path, listen, &report, false)
	if report.Len() > 0 {
		io.WriteString(log.text(), report.String())
	}
	if diags.HasErrors() {
		wrong := diags.Errs()
		if d := wrong[0].(*hcl.Diagnostic); d.Subject == nil { // it is about no place, which hcl calls <nil>
			wrong[0] = fmt.Errorf("%s; %s", d.Summary, d.Detail)
		}
		event.Emit(log.Log, event.ConfigRejected{Path: path, By: "SIGHUP", Errors: len(wrong), Error: wrong[0]})
		return
	}
	if err := node.Reload(c); err != nil {
		event.Emit(log.Log, event.ConfigRejected{Path: path, By: "SIGHUP", Errors: 1, Error: err})
	}
}

// startUnless starts a node, and gives up when the context is done: then there is neither a node nor an error. What is being
// loaded, which the runtime does not interrupt, ends with the process.
func startUnless(ctx context.Context, c *config.Config, log *nodeLog) (*actors.Node, error) {
	type started struct {
		node *actors.Node
		err  error
	}
	over := make(chan started, 1)
	go func() {
		node, err := start(c, log)
		over <- started{node, err}
	}()
	select {
	case s := <-over:
		return s.node, s.err
	case <-ctx.Done():
		return nil, nil
	}
}

// start loads the runtime and brings a node up.
func start(c *config.Config, log *nodeLog) (*actors.Node, error) {
	if err := openRuntime(c, log.Log); err != nil {
		return nil, err
	}
	return actors.Start(c, actors.Options{
		Load:    loader(c),
		Log:     log.Log,
		Level:   log.setLevel,
		Actors:  slog.New(log.library),
		Version: versionOr(version),
	})
}

// stopNode drains a node. The signal that ended the context is the first; another one ends the draining.
func stopNode(node *actors.Node, grace time.Duration) error {
	limit, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	limit, stop := signal.NotifyContext(limit, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return node.Stop(limit)
}

// openRuntime finds and loads ONNX Runtime, and makes sure that it has the provider.
func openRuntime(c *config.Config, log *event.Log) error {
	if err := openLibrary(c.Runtime.Library); err != nil {
		return err
	}
	if err := onnx.Available(providerOf(c)); err != nil {
		return err
	}
	event.Emit(log, event.RuntimeLoaded{Library: onnx.LibraryPath(), Version: onnx.LibraryVersion(), Provider: c.Runtime.Provider.Name})
	for _, m := range c.Models {
		if d := foreign(c, m, runtimeName()); len(d) > 0 {
			event.Emit(log, event.ProfileForeign{Model: m.Name, Differences: d})
		}
	}
	return nil
}

// loader loads the configuration's models on ONNX Runtime.
func loader(c *config.Config) func(*config.Model) (stages.Backend, error) {
	return func(m *config.Model) (stages.Backend, error) {
		return onnx.Load(onnx.Config{
			Name: m.Name, Files: m.Files, Exits: m.Named, Logits: m.Activation == config.Softmax, Threads: c.Runtime.Threads,
			Carries: c.Scheduler.Slots, Provider: providerOf(c), Temperatures: m.Temperatures(),
		})
	}
}
