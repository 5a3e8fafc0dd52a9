package actors_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/proc"
)

// floodable are the options of a node with a large input and two tenants: one that will be flooded and a calm one.
func floodable(t testing.TB, inbound, flooded string) options {
	return options{model: bigModel(t), inbound: inbound, tenants: "tenant \"flooded\" {\n" + flooded + "\n}\ntenant \"calm\" {}"}
}

// calmRequest is one for the calm tenant.
func calmRequest() client.Request {
	return client.Request{Tenant: "calm", Inputs: []*wire.Tensor{bigPicture(17)}}
}

// Five thousand requests, 750 MB, come at once to a tenant that has a queue for all of them and hardly a share, while the
// other tenant keeps the machine busy. Each has one end, and the node holds no more of them than it says it will. The race
// detector is too slow for so many, and has memory of its own.
func TestAFloodLeavesMemoryBounded(t *testing.T) {
	if alone(t) {
		return
	}
	requests, each := 5000, 25
	if testing.Short() || proc.Raced() {
		requests, each = 300, 2
	}
	const (
		workers = 32 // of the other tenant
		inbound = 4 << 20
		batches = 2 * 8 * (256<<10 + 2<<10) // the largest that the node reads, on two streams
		slack   = 64 << 20
	)
	n := start(t, floodable(t, fmt.Sprintf("%dMiB", inbound>>20), fmt.Sprintf("share = 0.01\nqueue = %d\nexit_when = exit >= 1", requests)))
	cl := n.dial()
	before := n.memory().Anonymous
	f := newFlooder(t, n.address, "flooded", bigPicture(31))
	f.run(requests, 8, f.without())
	var calm sync.WaitGroup
	for range workers {
		calm.Go(func() {
			for range each {
				if _, err := cl.Infer(patiently(t), calmRequest()); err != nil {
					t.Errorf("a request of the calm tenant gets %v", err)
				}
			}
		})
	}
	calm.Wait()
	e := f.settle()
	if e.Sent != requests || e.Answered+e.Refused != requests || e.Strange > 0 || e.Answered == 0 {
		t.Errorf("%d requests have the ends %+v", requests, e)
	}
	// Twice: the garbage collector lets as much again lie about.
	most := before + 2*(inbound+batches) + slack
	if peak := n.memory().Peak; peak > most && !proc.Raced() {
		t.Errorf("the node has grown from %.0f to %.0f MB, more than %.0f", megabytes(before), megabytes(peak), megabytes(most))
	}
}

// The loads under which the calm tenant's requests are timed.
var loads = []struct{ name, order string }{
	{"alone", ""},
	{"fair", orderFair + " 64"}, // the other tenant has its queue full, and sends what is answered
	{"flood", orderFlood},
}

// BenchmarkFlood times the requests of a calm tenant, forty a second, while nothing else comes, while the other tenant is
// busy, and while it is flooded. The three alternate. The goal: the calm tenant's p95 in the flood is at most 1.5 times
// what it is alone, and the node's memory does not grow. A machine that the flooder must share with the node makes a part
// of that up; the ratio to the busy tenant says what the flood adds to a load that is allowed.
//
// What stops the flood is the tenant's queue, beyond which it is refused, or the node's inbound, beyond which it waits.
func BenchmarkFlood(b *testing.B) {
	b.Run("refused", func(b *testing.B) { floodAndTime(b, "256MiB") })
	b.Run("waiting", func(b *testing.B) { floodAndTime(b, "8MiB") })
}

func floodAndTime(b *testing.B, inbound string) {
	const rounds = 5
	n := start(b, floodable(b, inbound, ""))
	cl, flooder := n.dial(), launchFlooder(b, n.address, floodBig, "")
	phases := make([][]*phase, len(loads))
	for round := range rounds {
		for i := range loads {
			at := (round + i) % len(loads)
			p := &phase{b: b, node: n}
			if order := loads[at].order; order != "" {
				flooder.order(order)
			}
			p.measure(cl)
			if loads[at].order != "" {
				p.ends = *flooder.ask(orderRest).Ends
			}
			phases[at] = append(phases[at], p)
		}
	}
	for i, l := range loads {
		var all []time.Duration
		for _, p := range phases[i] {
			all = append(all, p.responses...)
		}
		b.ReportMetric(milliseconds(quantile(all, 0.5)), l.name+"-p50-ms")
		b.ReportMetric(milliseconds(quantile(all, 0.95)), l.name+"-p95-ms")
	}
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	alone, fair, flood := phases[0], phases[1], phases[2]
	b.ReportMetric(median(flood, func(i int, p *phase) float64 { return p.tail() / alone[i].tail() }), "flood/alone-p95")
	b.ReportMetric(median(flood, func(i int, p *phase) float64 { return p.tail() / fair[i].tail() }), "flood/fair-p95")
	b.ReportMetric(median(fair, func(_ int, p *phase) float64 { return p.goodput() }), "fair-answers/s")
	b.ReportMetric(median(flood, func(_ int, p *phase) float64 { return p.goodput() }), "flood-answers/s")
	b.ReportMetric(median(flood, func(_ int, p *phase) float64 { return p.arriving() }), "flood-MB/s")
	b.ReportMetric(flood[0].memory[0], "anon-first-MB")
	b.ReportMetric(flood[rounds-1].memory[len(flood[rounds-1].memory)-1], "anon-last-MB")
	b.ReportMetric(megabytes(n.memory().Peak), "anon-peak-MB")
	b.ReportMetric(median(flood, func(_ int, p *phase) float64 { return p.growth() }), "anon-growth-MB/s")
}

// phase is a time under one load.
type phase struct {
	b         *testing.B
	node      *child
	responses []time.Duration // of the calm tenant's requests, as its client sees them
	memory    []float64       // anonymous, in MB, at regular times
	ends      ends            // of the other tenant's requests
}

// The times of a phase.
const (
	settling  = 300 * time.Millisecond // until the load is what it is to be
	measuring = 2500 * time.Millisecond
	calmly    = 25 * time.Millisecond // between requests, on average
	sampling  = 50 * time.Millisecond // between looks at the memory
)

// measure sends the calm tenant's requests and looks at the node's memory.
func (p *phase) measure(cl *client.Client) {
	time.Sleep(settling)
	over := time.Now().Add(measuring)
	var watching sync.WaitGroup
	watching.Go(func() {
		for time.Now().Before(over) {
			p.memory = append(p.memory, megabytes(p.node.memory().Anonymous))
			time.Sleep(sampling)
		}
	})
	rng := rand.New(rand.NewPCG(1, uint64(len(p.responses))))
	request := calmRequest()
	for next := time.Now(); next.Before(over); {
		time.Sleep(time.Until(next))
		start := time.Now()
		if _, err := cl.Infer(patiently(p.b), request); err != nil {
			p.b.Errorf("a request of the calm tenant gets %v", err)
		}
		p.responses = append(p.responses, time.Since(start))
		next = next.Add(calmly/2 + time.Duration(rng.Int64N(int64(calmly))))
		if now := time.Now(); next.Before(now) {
			next = now
		}
	}
	watching.Wait()
}

func (p *phase) tail() float64 { return milliseconds(quantile(p.responses, 0.95)) }

// goodput is how many of the other tenant's requests were answered a second.
func (p *phase) goodput() float64 { return float64(p.ends.Answered) / (settling + measuring).Seconds() }

// arriving is how much of the other tenant's requests was taken in a second, in MB.
func (p *phase) arriving() float64 { return megabytes(p.ends.Sent*pixelBytes) / p.ends.Seconds }

// growth is the slope of the memory in MB a second, by least squares.
func (p *phase) growth() float64 {
	n := float64(len(p.memory))
	var sx, sy, sxx, sxy float64
	for i, y := range p.memory {
		x := float64(i) * sampling.Seconds()
		sx, sy, sxx, sxy = sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func quantile(all []time.Duration, q float64) time.Duration {
	all = slices.Clone(all)
	slices.Sort(all)
	return all[int(q*float64(len(all)-1))]
}

// median is that of a figure of all phases.
func median(phases []*phase, figure func(int, *phase) float64) float64 {
	var all []float64
	for i, p := range phases {
		all = append(all, figure(i, p))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
