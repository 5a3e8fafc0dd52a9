package actors

import (
	"context"
	"fmt"
	"image"
	_ "image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/scheduler/sim"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// BenchmarkSimulationAgainstNode serves two tenants at half of the node's capacity and simulates the same arrivals: once by a
// profile that is measured before, with the factors that the node's scheduler has learnt of how segments slow each other down;
// once with the pace, too, that tenants' controllers measure, since a machine is not as fast now as it was a minute ago; and once
// with the times that the segments ran. What is reported is how far the simulation is off, of the tenant for which it is off
// by more: the exits' parts of the answers in points (the goal is 2), the mean response time in percent (15) and its 95th
// percentile (30); with the times themselves 5 percent each. What passing a
// request on takes is measured before, too, of requests that come one by one. A machine that stalls shows in a pace that is far from 1.
func BenchmarkSimulationAgainstNode(b *testing.B) {
	const validated = 20 * time.Second
	r := &recorder{open: map[*stages.Carry][]time.Duration{}, chains: map[time.Duration][]time.Duration{}}
	core, logged := observer.New(zap.InfoLevel)
	served := benchConfig(b, "glyphs", 2)
	served.Scheduler.Batch = 1
	n := benchNode(b, served, r.load, event.NewLog(zap.New(core)))
	rows := glyphRows(b, n.config.Models[0])
	c := sim.Config{Seed: 1, Duration: validated, Scheduler: n.schedulerConfig(), Models: []sim.Model{measuredApart(b, n, rows)}}
	c.Scheduler.Models = nil
	for _, t := range n.config.Tenants {
		c.Tenants = append(c.Tenants, sim.Tenant{Name: t.Name, Share: t.Share, Criterion: t.Criterion, Deadline: t.Deadline, Queue: t.Queue})
	}
	c.HandOff = passingOn(n.ask(rows, 5*time.Second, 10))
	asked := n.ask(rows, validated, halfLoad(b, c))
	n.drained(context.Background()) // also of runs that come back after a deadline
	if err := n.close(); err != nil {
		b.Fatal(err)
	}
	learnt := logged.FilterMessage("slowdown.learnt").All()[0].ContextMap()["slowdown"].([]any)
	for _, f := range learnt {
		c.Slowdown = append(c.Slowdown, f.(float64))
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(c.Slowdown[1], "slowdown")
	b.ReportMetric(float64(c.HandOff.Nanoseconds())/1e3, "handoff-us")
	first := simulate(b, c, asked, nil)
	compared(b, "", asked, first)
	pace := paceOf(c, asked) / simulatedPace(c, first)
	b.ReportMetric(paceOf(c, asked), "pace")
	for i := range c.Slowdown {
		c.Slowdown[i] *= pace
	}
	compared(b, "paced-", asked, simulate(b, c, asked, nil))
	compared(b, "replayed-", asked, simulate(b, c, asked, r.chains))
}

// recorder keeps what the segments of each request ran.
type recorder struct {
	mu     sync.Mutex
	open   map[*stages.Carry][]time.Duration
	chains map[time.Duration][]time.Duration // by their sum, which the answer says to the nanosecond
}

type recording struct {
	stages.Backend
	of *recorder
}

type recordingRunner struct {
	stages.Runner
	segment int
	of      *recorder
}

func (r *recorder) load(m *config.Model) (stages.Backend, error) {
	own, err := loadForBench(m)
	return recording{own, r}, err
}

func (r recording) Open(segment, rows int) (stages.Runner, error) {
	own, err := r.Backend.Open(segment, rows)
	return recordingRunner{own, segment, r.of}, err
}

func (r recordingRunner) Run(rows []*stages.Carry) (stages.Usage, error) {
	used, err := r.Runner.Run(rows)
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	chain := append(r.of.open[rows[0]][:r.segment:r.segment], used.Busy)
	r.of.open[rows[0]] = chain
	sum := time.Duration(0)
	for _, busy := range chain {
		sum += busy
	}
	r.of.chains[sum] = chain
	return used, err
}

// glyphRows are the shipped test pictures as rows of the model.
func glyphRows(b *testing.B, m *config.Model) (rows [][]float32) {
	b.Helper()
	for i := range 300 {
		f, err := os.Open(filepath.Join("..", "examples", "glyphs", "test", fmt.Sprintf("%03d.png", i)))
		if err != nil {
			b.Fatal(err)
		}
		img, _, err := image.Decode(f)
		f.Close()
		if err != nil {
			b.Fatal(err)
		}
		rows = append(rows, m.Input.Tensor(img))
	}
	return rows
}

// measuredApart runs the segments back to back, alone: what they take, and what the exits say of each picture.
func measuredApart(b *testing.B, n *Node, rows [][]float32) sim.Model {
	b.Helper()
	const rounds = 5
	l := n.models[0]
	chain := l.chain(0, len(l.runners)-1) // nothing else runs yet
	carry, err := l.backend.Alloc()
	if err != nil {
		b.Fatal(err)
	}
	defer l.backend.Free(carry)
	model := l.backend.Model()
	own := sim.Model{Name: model.Name, Profile: new(*l.config.Profile)}
	times, sums := make([][]float64, len(chain)), make([][]float64, len(chain))
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var values []float32
	for round := range rounds {
		for i, row := range rows {
			sum := 0.0
			copy(carry.Tensors[model.Inputs[0]].Floats(), row)
			for s, r := range chain {
				used, err := r.Run([]*stages.Carry{carry})
				if err != nil {
					b.Fatal(err)
				}
				sum += used.Busy.Seconds()
				times[s], sums[s] = append(times[s], used.Busy.Seconds()), append(sums[s], sum)
				if round > 0 {
					continue
				}
				said, err := model.Read(s, carry.Tensors[model.Segments[s].Exit].Values(&values))
				if err != nil {
					b.Fatal(err)
				}
				own.Outcomes = append(own.Outcomes, profile.Outcome{Sample: strconv.Itoa(i), Exit: s + 1, Predicted: said.Predicted, Confidence: said.Confidence})
			}
		}
	}
	own.Profile.Exits = slices.Clone(own.Profile.Exits)
	own.Profile.Segments = nil
	for s := range chain {
		own.Profile.Exits[s].ResponseTime = new(quantileOf(sums[s], 0.5))
		own.Profile.Segments = append(own.Profile.Segments, profile.Segment{Rows: map[int]profile.Cost{
			1: {Median: new(quantileOf(times[s], 0.5)), P95: new(quantileOf(times[s], 0.95))},
		}})
	}
	return own
}

func quantileOf(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// halfLoad is how many requests a second of each tenant keep the slots busy for half of the time, by simulation.
func halfLoad(b *testing.B, c sim.Config) float64 {
	b.Helper()
	const tried = 50
	c.Tenants = slices.Clone(c.Tenants)
	for i := range c.Tenants {
		c.Tenants[i].Arrivals = sim.Arrivals{Kind: sim.Poisson, Rate: tried}
	}
	r, err := sim.Run(context.Background(), c, nil)
	if err != nil {
		b.Fatal(err)
	}
	return tried * 0.5 / r.Busy
}

// asking is a request to the node and what came of it.
type asking struct {
	tenant, sample int
	at             time.Duration  // since the first could come
	answer         *wire.Inferred // nil: there is none
}

// listener is an actor that takes what comes of requests.
type listener struct {
	ends chan interface{ GetId() uint64 }
}

func (l *listener) Receive(ctx actor.Context) {
	if m, ok := ctx.Message().(interface{ GetId() uint64 }); ok {
		l.ends <- m
	}
}

// ask sends each tenant requests at a rate, independently of each other, and waits for the answers.
func (n *Node) ask(rows [][]float32, lasts time.Duration, rate float64) []asking {
	var inputs [][]*wire.Tensor
	for _, row := range rows {
		inputs = append(inputs, []*wire.Tensor{client.Float32s("", []int64{1, 1, 32, 32}, row)})
	}
	l := &listener{ends: make(chan interface{ GetId() uint64 }, 1<<16)}
	app := n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return l }))
	pick := rand.New(rand.NewPCG(1, 1))
	var all []asking
	tenants, start := n.seats.all(), time.Now()
	for at := time.Duration(0); ; {
		at += time.Duration(pick.ExpFloat64() / (rate * float64(len(tenants))) * float64(time.Second))
		if at > lasts {
			break
		}
		time.Sleep(time.Until(start.Add(at)))
		now := time.Now()
		a := asking{tenant: pick.IntN(len(tenants)), sample: pick.IntN(len(rows)), at: now.Sub(start)}
		all = append(all, a)
		n.system.Root.RequestWithCustomSender(tenants[a.tenant], &door.Arrival{At: now, Body: &wire.Infer{
			Version: wire.Version, Id: uint64(len(all)), Inputs: inputs[a.sample],
		}}, app)
	}
	for range all {
		m := <-l.ends
		all[m.GetId()-1].answer, _ = m.(*wire.Inferred)
	}
	return all
}

// passingOn is what it takes to pass a request on to the next segment when hardly any comes: half of the answers took less.
func passingOn(asked []asking) time.Duration {
	var all []float64
	for _, a := range asked {
		if a.answer != nil {
			all = append(all, float64(a.answer.GetQueueNs())/float64(a.answer.GetExit()))
		}
	}
	return time.Duration(quantileOf(all, 0.5))
}

// simulate has the same requests come to a simulation: of any samples, or of the same ones when it is told what their segments
// ran.
func simulate(b *testing.B, c sim.Config, asked []asking, chains map[time.Duration][]time.Duration) *sim.Result {
	b.Helper()
	c.Tenants = slices.Clone(c.Tenants)
	for i := range c.Tenants {
		c.Tenants[i].Arrivals = sim.Arrivals{Kind: sim.Trace}
	}
	for _, a := range asked {
		r := sim.Request{At: a.at, Sample: -1}
		if chains != nil {
			r.Sample, r.Takes = a.sample, chains[time.Duration(a.answer.GetBusyNs())] // none without an answer: as the profile says
		}
		own := &c.Tenants[a.tenant].Arrivals
		own.Trace = append(own.Trace, r)
	}
	result, err := sim.Run(context.Background(), c, nil)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// paceOf is how many times longer the segments ran for the answers than the profile says.
func paceOf(c sim.Config, asked []asking) float64 {
	busy, profiled := 0.0, 0.0
	for _, a := range asked {
		if a.answer != nil {
			busy += float64(a.answer.GetBusyNs()) / 1e9
			profiled += *c.Models[0].Profile.Exits[a.answer.GetExit()-1].ResponseTime
		}
	}
	return busy / profiled
}

func simulatedPace(c sim.Config, r *sim.Result) float64 {
	busy, profiled := 0.0, 0.0
	for i := range r.Tenants {
		busy += r.Tenants[i].Busy
		for k, n := range r.Tenants[i].Exits {
			profiled += float64(n) * *c.Models[0].Profile.Exits[k].ResponseTime
		}
	}
	return busy / profiled
}

// compared reports how far a simulation is off.
func compared(b *testing.B, what string, asked []asking, r *sim.Result) {
	b.Helper()
	var share, mean, late float64
	for i := range r.Tenants {
		own := &r.Tenants[i]
		exits, responses, sum := make([]float64, len(own.Exits)), []float64{}, 0.0
		for _, a := range asked {
			if a.tenant == i && a.answer != nil {
				exits[a.answer.GetExit()-1]++
				responses = append(responses, float64(a.answer.GetResponseNs())/1e9)
				sum += float64(a.answer.GetResponseNs()) / 1e9
			}
		}
		for k, n := range exits {
			share = max(share, 100*math.Abs(float64(own.Exits[k])/float64(own.Answered)-n/float64(len(responses))))
		}
		served, p95 := sum/float64(len(responses)), quantileOf(responses, 0.95)
		b.Logf("%stenant %s: exits %v and %v, mean %.3f and %.3f ms, p95 %.3f and %.3f ms", what, own.Tenant, exits, own.Exits, 1e3*served, 1e3**own.Mean, 1e3*p95, 1e3**own.P95)
		mean = max(mean, 100*math.Abs(*own.Mean/served-1))
		late = max(late, 100*math.Abs(*own.P95/p95-1))
	}
	b.ReportMetric(share, what+"share-points")
	b.ReportMetric(mean, what+"mean-%")
	b.ReportMetric(late, what+"p95-%")
}
