package actors

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/zap"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/internal/ratio"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
)

// benchConfig is the configuration of one of the examples.
func benchConfig(b *testing.B, name string, slots int) *config.Config {
	b.Helper()
	c, diags := config.Load(filepath.Join("..", "examples", name, "delen.hcl"))
	if diags.HasErrors() {
		b.Fatal(diags)
	}
	c.Scheduler.Slots = slots
	return c
}

// benchHouse is a node without a door: what is measured is the way from the tenant's mailbox to its answer.
func benchHouse(b *testing.B, c *config.Config) *Node {
	b.Helper()
	n := benchNode(b, c, loadForBench, event.NewLog(zap.NewNop()))
	b.Cleanup(func() {
		if err := n.close(); err != nil {
			b.Error(err)
		}
	})
	return n
}

// benchNode is one that is loaded in some way and tells a log what happens. Who asks for it closes it.
func benchNode(b *testing.B, c *config.Config, load func(*config.Model) (stages.Backend, error), log *event.Log) *Node {
	b.Helper()
	library, err := onnx.Library("")
	if err != nil {
		b.Fatal(err)
	}
	if err := onnx.Open(library); err != nil {
		b.Fatal(err)
	}
	n := &Node{config: c, log: log, clock: clock{time.Now()}}
	n.options = Options{Load: load, Log: n.log}
	for _, m := range c.Models {
		l, err := n.load(m)
		if err != nil {
			b.Fatal(err)
		}
		n.models = append(n.models, l)
	}
	n.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return n.actorsLog() }))
	threads := runtime.GOMAXPROCS(runtime.NumCPU() + c.Scheduler.Slots) // as delen serve does
	b.Cleanup(func() { runtime.GOMAXPROCS(threads) })
	if err := n.populate(); err != nil {
		b.Fatal(err)
	}
	return n
}

func loadForBench(m *config.Model) (stages.Backend, error) {
	return onnx.Load(onnx.Config{Name: m.Name, Files: m.Files, Exits: m.Exits, Logits: true})
}

// app is an actor that keeps a number of requests in flight and counts answers.
type app struct {
	node    *Node
	tenant  int
	left    int // to send
	waiting int // to come
	done    chan struct{}
	id      uint64
	input   []*wire.Tensor
}

type burst struct{ requests, inFlight int }

func (a *app) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case burst:
		a.left, a.waiting = m.requests, m.requests
		for range m.inFlight {
			a.send(ctx)
		}
	case *wire.Inferred:
		if m.GetExit() != 4 {
			panic(fmt.Sprintf("an answer of exit %d", m.GetExit()))
		}
		a.waiting--
		a.send(ctx)
		if a.waiting == 0 {
			a.done <- struct{}{}
		}
	case *wire.Refused, *wire.Failed:
		panic(fmt.Sprint(m))
	}
}

func (a *app) send(ctx actor.Context) {
	if a.left == 0 {
		return
	}
	a.left--
	a.id++
	ctx.Request(a.node.seats.all()[a.tenant], &door.Arrival{At: time.Now(), Body: &wire.Infer{
		Version: wire.Version, Id: a.id, Inputs: a.input, Criterion: "false", TimeoutNs: int64(time.Hour),
	}})
}

func (n *Node) benchApp(tenant int) (*app, *actor.PID) {
	a := &app{node: n, tenant: tenant, done: make(chan struct{}, 1)}
	model := n.models[0].backend.Model()
	input := &model.Tensors[model.Inputs[0]]
	a.input = []*wire.Tensor{client.Float32s("", append([]int64{1}, input.Shape...), make([]float32, input.RowBytes/4))}
	return a, n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return a }))
}

// BenchmarkRequestAgainstSegments compares a request through tenant, scheduler and all stages, one client, with the bare
// segments back to back. The goal is a ratio of at most 1.05 at 2 ms of model, and at most 100 us added.
func BenchmarkRequestAgainstSegments(b *testing.B) {
	n := benchHouse(b, benchConfig(b, "glyphs", 1))
	a, pid := n.benchApp(0)
	const runs = 100
	request := func() time.Duration {
		start := time.Now()
		n.system.Root.Send(pid, burst{runs, 1})
		<-a.done
		return time.Since(start) / runs
	}
	chain, carry := bareChain(b, n.models[0])
	bare := func() time.Duration {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		start := time.Now()
		for range runs {
			runAll(b, chain, carry)
		}
		return time.Since(start) / runs
	}
	ratio.Report(b, request, bare)
}

// bareChain opens runners of its own on a loaded model.
func bareChain(b *testing.B, l *loaded) ([]stages.Runner, *stages.Carry) {
	b.Helper()
	var chain []stages.Runner
	for s := range l.runners {
		r, err := l.backend.Open(s, 1)
		if err != nil {
			b.Fatal(err)
		}
		chain = append(chain, r)
	}
	carry, err := l.backend.Alloc()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		l.backend.Free(carry)
		for _, r := range chain {
			r.Close()
		}
	})
	return chain, carry
}

func runAll(b *testing.B, chain []stages.Runner, carry *stages.Carry) {
	for _, r := range chain {
		if _, err := r.Run([]*stages.Carry{carry}); err != nil {
			b.Error(err)
			return
		}
	}
}
