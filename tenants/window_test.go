package tenants

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
)

// A watched window and the dumb books of what it should see.
type watched struct {
	window     *Window
	start      time.Duration
	want       Summary // but for what is made from the lists
	responses  []time.Duration
	queues     []time.Duration
	confidence []float64
}

func watch(tenant *Tenant, now time.Duration) *watched {
	return &watched{window: tenant.Watch(now), start: now, want: emptySummary()}
}

func emptySummary() Summary {
	none := make([]uint64, 2)
	return Summary{Exits: make([]uint64, 2), Audit: Audit{Exits: none, Agreed: none}}
}

func (o *watched) ended(now time.Duration, k *Ticket, r Reason) {
	o.want.Busy += k.Busy
	if k.Exit > 0 {
		o.want.Energy += k.Seen[criteria.Energy]
	}
	count := map[Reason]*uint64{
		ByDeadline: &o.want.CutShort, ByOverflow: &o.want.CutShort, ByRemoval: &o.want.CutShort,
		Expired: &o.want.Expired, Cancelled: &o.want.Cancelled, Shed: &o.want.Shed,
		Broken: &o.want.Failed, Removed: &o.want.Failed, Closed: &o.want.Failed,
	}
	if n := count[r]; n != nil {
		*n++
	}
	if r.Answered() {
		o.want.Exits[k.Exit-1]++
		o.responses = append(o.responses, now-k.Arrived)
		o.queues = append(o.queues, max(0, now-k.Arrived-k.Busy))
		o.confidence = append(o.confidence, k.Reading.Confidence)
	}
}

// take compares what the window says with the books and begins new ones.
func (o *watched) take(t *testing.T, tenant *Tenant, now time.Duration) {
	t.Helper()
	o.want.Span = now - o.start
	o.want.Confidence = mean(o.confidence, math.NaN())
	o.want.ResponseMean = time.Duration(mean(o.responses, 0))
	o.want.QueueMean = time.Duration(mean(o.queues, 0))
	slices.Sort(o.responses)
	o.want.ResponseP50, o.want.ResponseP95, o.want.ResponseMax = at(o.responses, 0.5), at(o.responses, 0.95), at(o.responses, 1)
	got := o.window.Take(now)
	exact := cmp.Options{
		cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9 }),
		cmp.FilterPath(func(p cmp.Path) bool {
			return p.Last().String() == ".ResponseP50" || p.Last().String() == ".ResponseP95"
		},
			cmp.Comparer(func(a, b time.Duration) bool {
				return math.Abs(float64(a-b)) <= 0.01*float64(max(a, b))+float64(time.Microsecond)
			})),
	}
	if d := cmp.Diff(o.want, got, exact); d != "" {
		t.Fatalf("the window differs (-want +got):\n%s", d)
	}
	*o = watched{window: o.window, start: now, want: emptySummary()}
}

func mean[T float64 | time.Duration](all []T, none float64) float64 {
	if len(all) == 0 {
		return none
	}
	sum := T(0)
	for _, x := range all {
		sum += x
	}
	return float64(sum) / float64(len(all))
}

// at is the quantile by the nearest rank.
func at(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(1, int(q*float64(len(sorted))+0.5))-1]
}

// Windows that open, are taken and close at any time see what a dumb list of everything sees.
func TestWindowsSeeWhatHappens(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 7))
		tenant := newTenant(t, func(c *Config) { c.Queue = 20 })
		var now time.Duration
		var house []*Ticket
		var all []*watched
		for range 1000 {
			now += time.Duration(rng.Int64N(int64(time.Minute >> rng.IntN(26))))
			switch what := rng.IntN(40); {
			case what == 0:
				all = append(all, watch(tenant, now))
			case what == 1 && len(all) > 0:
				tenant.Unwatch(all[0].window)
				all = all[1:]
			case what == 2 && len(all) > 0:
				all[rng.IntN(len(all))].take(t, tenant, now)
			case what == 3:
				tenant.Late(time.Millisecond)
				for _, o := range all {
					o.want.Busy += time.Millisecond
				}
			case what < 20 || len(house) == 0:
				if k := admitted(tenant, now, all); k != nil {
					house = append(house, k)
				}
			default:
				i := rng.IntN(len(house))
				end(tenant, now, house[i], rng, all)
				house = slices.Delete(house, i, i+1)
			}
		}
		for _, o := range all {
			o.take(t, tenant, now)
		}
	}
}

func admitted(tenant *Tenant, now time.Duration, all []*watched) *Ticket {
	k, _ := tenant.Admit(now, Request{Arrived: now, Sent: now, Inputs: sound()})
	for _, o := range all {
		if k == nil {
			o.want.Refused++
		} else {
			o.want.Admitted++
		}
	}
	return k
}

// end ends a ticket somehow; one in fifty has used an energy that is not known.
func end(tenant *Tenant, now time.Duration, k *Ticket, rng *rand.Rand, all []*watched) {
	r := Reason(1 + rng.IntN(int(Closed)))
	k.Exit, k.Busy = rng.IntN(3), time.Duration(rng.IntN(int(time.Second)))
	if r.Answered() {
		k.Exit = 1 + rng.IntN(2)
	}
	if k.Exit > 0 {
		k.Reading.Confidence, k.Seen[criteria.Energy] = rng.Float64(), rng.Float64()
		if rng.IntN(50) == 0 {
			k.Seen[criteria.Energy] = math.NaN()
		}
	}
	tenant.Ended(now, k, r)
	for _, o := range all {
		o.ended(now, k, r)
	}
	tenant.Recycle(k)
}

func TestAWindowIsSmallAndRecordsWithoutAllocating(t *testing.T) {
	tenant := newTenant(t, nil)
	window := tenant.Watch(0)
	rng := rand.New(rand.NewPCG(1, 1))
	inputs := sound()
	now := time.Hour
	answer := func() {
		k, _ := tenant.Admit(now, Request{Arrived: now - time.Duration(1e6*math.Exp(2*rng.NormFloat64())), Sent: now, Inputs: inputs})
		k.Exit = 2
		tenant.Ended(now, k, ByLastExit)
		tenant.Recycle(k)
	}
	for range 20_000 {
		answer()
	}
	t.Logf("20,000 response times around a millisecond take %d bytes", window.responses.GetMemorySize())
	if size := window.responses.GetMemorySize(); size > 16<<10 {
		t.Errorf("a window takes %d bytes", size)
	}
	window.Take(now)
	if n := testing.AllocsPerRun(1000, answer); n > 1 { // the list of rows
		t.Errorf("an answer allocates %v times while the tenant is watched", n)
	}
}

// Response times outside of what a histogram holds do not disturb it.
func TestAWindowTakesAnyResponseTime(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Queue = 10 })
	window := tenant.Watch(0)
	const now = 1000 * time.Hour
	for _, response := range []time.Duration{0, 1, time.Hour, time.Hour + 1, now} {
		k, _ := tenant.Admit(now, Request{Arrived: now - response, Sent: now, Inputs: sound()})
		k.Exit = 1
		tenant.Ended(now, k, ByCriterion)
	}
	s := window.Take(now)
	if s.ResponseMax != now || s.ResponseP95 < time.Hour || s.ResponseP95 > 61*time.Minute || s.Exits[0] != 5 {
		t.Errorf("got %+v", s)
	}
}

// What watching costs for each request.
func BenchmarkEnded(b *testing.B) {
	for _, c := range []struct {
		name    string
		windows int
	}{{"unwatched", 0}, {"watched", 1}, {"watched by 16", 16}} {
		b.Run(c.name, func(b *testing.B) {
			tenant := newTenant(b, nil)
			for range c.windows {
				tenant.Watch(0)
			}
			rng := rand.New(rand.NewPCG(1, 1))
			k := &Ticket{Exit: 2}
			b.ReportAllocs()
			for i := range b.N {
				k.Arrived = time.Duration(i) - time.Duration(1e6*(1+rng.Float64()))
				tenant.Ended(time.Duration(i), k, ByLastExit)
			}
		})
	}
}
