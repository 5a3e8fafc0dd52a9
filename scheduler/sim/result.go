package sim

import (
	"math"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// Result is what came of a simulation. Times are in seconds, energies in joules; a figure that is not known is null.
type Result struct {
	Seed     uint64         `json:"seed"`
	Duration float64        `json:"duration_s"` // that requests came for
	Ended    float64        `json:"ended_s"`    // when the last of them was served
	Policy   string         `json:"policy"`     // at first
	Slots    int            `json:"slots"`
	Busy     float64        `json:"machine"` // the fraction of the slots' time that was taken
	Plans    int            `json:"plans"`   // that were made
	Tenants  []TenantResult `json:"tenants"`
}

// TenantResult is what came of a tenant's requests.
type TenantResult struct {
	Tenant string `json:"tenant"`
	Figures
	Changes []Change `json:"changes"`
	Windows []Window `json:"windows"`
}

// Change is another operating point of a tenant, but for those that a phase of its own asks for.
type Change struct {
	At        float64 `json:"at_s"`
	Why       string  `json:"why"`
	Criterion string  `json:"criterion"` // from now on
}

// Window is what came of those that came, or ended, in some time.
type Window struct {
	From float64 `json:"from_s"`
	To   float64 `json:"to_s"`
	Figures
}

// Figures sum up requests. Each was refused, or ended as one of the others that are counted.
type Figures struct {
	Requests uint64   `json:"requests"`
	Answered uint64   `json:"answered"`
	Refused  uint64   `json:"refused"`
	Shed     uint64   `json:"shed"`    // a newer one took its place
	Expired  uint64   `json:"expired"` // its deadline came before its first exit
	Removed  uint64   `json:"removed"` // its tenant left
	Failed   uint64   `json:"failed"`  // a run took too long
	Cut      uint64   `json:"cut"`     // of the answered: it could not go on, mostly for its deadline
	Exits    []uint64 `json:"exits"`   // of the answered

	Accuracy *float64 `json:"accuracy"`
	Mean     *float64 `json:"response_mean_s"`
	P50      *float64 `json:"response_p50_s"`
	P95      *float64 `json:"response_p95_s"`
	P99      *float64 `json:"response_p99_s"`
	Longest  *float64 `json:"response_max_s"`
	Busy     float64  `json:"busy_s"`   // that segments ran
	Energy   *float64 `json:"energy_j"` // that they took
}

// Missed is how many requests had no answer, or an earlier one than their criterion wanted, when their deadline or their
// tenant's end came or a newer one took their place.
func (f *Figures) Missed() uint64 { return f.Cut + f.Expired + f.Shed + f.Removed }

func (p *page) figures(known bool) Figures {
	f := Figures{
		Requests: p.requests, Refused: p.refused,
		Shed: p.ended[tenants.Shed], Expired: p.ended[tenants.Expired], Removed: p.ended[tenants.Removed],
		Failed: p.ended[tenants.Broken] + p.ended[tenants.Cancelled] + p.ended[tenants.Closed],
		Cut:    p.ended[tenants.ByDeadline] + p.ended[tenants.ByOverflow] + p.ended[tenants.ByRemoval],
		Exits:  append([]uint64(nil), p.exits...),
		Busy:   p.busy.Seconds(), Energy: number(p.energy),
	}
	for _, n := range p.exits {
		f.Answered += n
	}
	if f.Answered == 0 {
		return f
	}
	if known {
		f.Accuracy = number(float64(p.right) / float64(f.Answered))
	}
	f.Mean = number(p.response.Seconds() / float64(f.Answered))
	f.P50, f.P95, f.P99 = p.percentile(50), p.percentile(95), p.percentile(99)
	f.Longest = number(p.longest.Seconds())
	return f
}

func (p *page) percentile(of float64) *float64 {
	at := time.Duration(p.responses.ValueAtPercentile(of)) * time.Microsecond
	return number(min(at, p.longest).Seconds())
}

// number is a pointer to a figure, or nil when it is not known.
func number(f float64) *float64 {
	if math.IsNaN(f) {
		return nil
	}
	return &f
}

func (s *simulation) result() *Result {
	ended := max(s.now, s.end)
	r := &Result{
		Seed: s.config.Seed, Duration: s.end.Seconds(), Ended: ended.Seconds(), Policy: string(s.config.Scheduler.Policy), Slots: len(s.slots),
		Plans: s.plans,
		Busy:  s.busy.Seconds() / (ended.Seconds() * float64(len(s.slots))),
	}
	for _, g := range s.guests {
		if s.config.Window > 0 {
			g.books.turn(ended) // of what was in the house when the last request came
		}
		r.Tenants = append(r.Tenants, TenantResult{
			Tenant: g.Name, Figures: g.books.all.figures(g.books.known), Changes: g.books.changes, Windows: g.books.windows,
		})
	}
	return r
}
