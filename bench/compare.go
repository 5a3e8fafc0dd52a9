package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/bench/bare"
	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/profile"
)

// comparison is what a run needs and has to give back: servers, connections, sessions.
type comparison struct {
	settings
	samples    []sample
	contenders []*contender
	verdicts   []verdict
	flops      []float64 // of the network up to each exit
	cleanup    []func()
}

// compare runs the whole benchmark.
func compare(ctx context.Context, s settings) (*result, error) {
	c := &comparison{settings: s}
	defer c.close()
	criterion, err := c.addDelen(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.judge(ctx, 0); err != nil {
		return nil, err
	}
	exit := nearest(c.flops, c.verdicts[0].mean(c.flops))
	if err := c.addWithoutExits(ctx, exit); err != nil {
		return nil, err
	}
	for i := 1; i < len(c.contenders); i++ {
		if err := c.judge(ctx, i); err != nil {
			return nil, err
		}
	}
	turns, err := c.rounds(ctx)
	if err != nil {
		return nil, err
	}
	return c.result(criterion, exit, turns), nil
}

func (c *comparison) close() {
	for i := len(c.cleanup) - 1; i >= 0; i-- {
		c.cleanup[i]()
	}
}

// start starts a server that says when it is ready.
func (c *comparison) start(ctx context.Context, mark, program string, args ...string) (*process, error) {
	p, err := start(ctx, mark, program, args...)
	if err == nil {
		c.cleanup = append(c.cleanup, p.stop)
	}
	return p, err
}

// addDelen serves the network by Dělen, for one tenant that uses exits and one that does not. It tells the first one's
// criterion.
func (c *comparison) addDelen(ctx context.Context) (criterion string, err error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	address := net.JoinHostPort("127.0.0.1", port)
	p, err := c.start(ctx, `"node.ready"`, c.delen, "serve", "--listen", address, configuration)
	if err != nil {
		return "", err
	}
	var clients []*client.Client
	for range c.Connections {
		cl, err := client.Dial(ctx, client.Config{Node: address})
		if err != nil {
			return "", err
		}
		c.cleanup = append(c.cleanup, cl.Close)
		clients = append(clients, cl)
	}
	for _, tenant := range []string{"exits", "whole"} {
		c.contenders = append(c.contenders, &contender{"Dělen", tenant, delenAsk(clients, tenant), p.cpu})
	}
	info, err := clients[0].Tenant(ctx, "exits")
	if err != nil {
		return "", err
	}
	return info.GetCriterion(), c.read(info)
}

// read reads the samples and what the exits cost.
func (c *comparison) read(info *wire.TenantInfo) error {
	spec, err := client.PictureSpec(info)
	if err != nil {
		return err
	}
	if c.samples, err = readSamples(filepath.Join(example, "test"), info.GetLabels(), spec); err != nil {
		return err
	}
	p, err := profile.Read(filepath.Join(example, "profile.json"))
	if err != nil {
		return err
	}
	for _, e := range p.Exits {
		c.flops = append(c.flops, *e.FLOPs)
	}
	return nil
}

// delenAsk sends inputs to a tenant of a node.
func delenAsk(clients []*client.Client, tenant string) asker {
	return func(ctx context.Context, connection int, s *sample) (int, int, error) {
		a, err := clients[connection].Infer(ctx, client.Request{Tenant: tenant, Inputs: []*wire.Tensor{s.tensor}})
		if err != nil {
			return 0, 0, err
		}
		return a.Predicted, a.Exit, nil
	}
}

// addWithoutExits serves the network by Node and by Go, whole and up to an exit, and has the bare runtime beside them.
func (c *comparison) addWithoutExits(ctx context.Context, exit int) error {
	folder, err := os.MkdirTemp("", "bench-servers-")
	if err != nil {
		return err
	}
	c.cleanup = append(c.cleanup, func() { os.RemoveAll(folder) })
	self, err := os.Executable()
	if err != nil {
		return err
	}
	last := len(c.flops)
	for _, network := range []struct {
		name string
		exit int
	}{{"whole", last}, {fmt.Sprintf("to exit %d", exit), exit}} {
		model := filepath.Join(folder, fmt.Sprintf("exit%d.onnx", network.exit))
		if err := truncate(filepath.Join(example, "model.onnx"), network.exit, model); err != nil {
			return err
		}
		err := errors.Join(
			c.addHTTP(ctx, "Node", network.name, "node", nodeServer, model),
			c.addHTTP(ctx, "Go", network.name, self, "serve", model),
		)
		if err != nil {
			return err
		}
	}
	return c.addRuntime(filepath.Join(folder, fmt.Sprintf("exit%d.onnx", last)))
}

// addHTTP starts an HTTP server, which gets its port and the number of threads as its last arguments.
func (c *comparison) addHTTP(ctx context.Context, server, network, program string, args ...string) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	p, err := c.start(ctx, "ready", program, append(args, port, strconv.Itoa(threads))...)
	if err != nil {
		return err
	}
	ask := httpAsk("http://"+net.JoinHostPort("127.0.0.1", port)+"/", c.Connections)
	c.contenders = append(c.contenders, &contender{server, network, ask, p.cpu})
	return nil
}

// addRuntime has the whole network in this process, with no socket between.
func (c *comparison) addRuntime(model string) error {
	network, err := bare.Open(model, threads)
	if err != nil {
		return err
	}
	c.cleanup = append(c.cleanup, func() { network.Close() })
	c.contenders = append(c.contenders, &contender{server: "no server", network: "whole",
		ask: func(_ context.Context, _ int, s *sample) (int, int, error) {
			a, err := network.Run(func(input []float32) { copy(input, s.values) })
			return a.Class, 0, err
		}})
	return nil
}

// truncate writes the part of a model that one of its exits needs, counted from 1.
func truncate(model string, exit int, to string) error {
	_, all, err := graph.Cut([]string{model}, nil)
	if err != nil {
		return err
	}
	_, part, err := graph.Cut([]string{model}, all.Exits[exit-1:exit])
	if err != nil {
		return err
	}
	data, err := part.Model(1)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}

// judge asks a contender for every sample.
func (c *comparison) judge(ctx context.Context, i int) error {
	who := c.contenders[i]
	v, err := who.judge(ctx, c.Connections, c.samples)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", who.server, who.network, err)
	}
	c.verdicts = append(c.verdicts, v)
	return nil
}

// rounds gives every contender a turn in every round, one after the other: a slow minute hits all alike.
func (c *comparison) rounds(ctx context.Context) ([][]turn, error) {
	turns := make([][]turn, len(c.contenders))
	for round := range c.Rounds {
		for i, who := range c.contenders {
			t, err := who.take(ctx, c.Connections, c.samples, c.Round)
			if err != nil {
				return nil, fmt.Errorf("%s, %s: %w", who.server, who.network, err)
			}
			turns[i] = append(turns[i], t)
		}
		fmt.Fprintf(os.Stderr, "round %d of %d, %s left\n", round+1, c.Rounds,
			c.Round*time.Duration(len(c.contenders)*(c.Rounds-round-1)))
	}
	return turns, nil
}

// mean is the mean cost of what a contender's requests stopped at.
func (v verdict) mean(costs []float64) float64 {
	sum, n := 0.0, 0
	for exit, count := range v.exits {
		sum += costs[exit-1] * float64(count)
		n += count
	}
	return sum / float64(n)
}

// nearest is the exit, counted from 1, whose cost is nearest.
func nearest(costs []float64, cost float64) int {
	best := 0
	for i, c := range costs {
		if math.Abs(c-cost) < math.Abs(costs[best]-cost) {
			best = i
		}
	}
	return best + 1
}
