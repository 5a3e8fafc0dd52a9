package sim

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// books are what came of a tenant's requests: in all, and in windows of time.
type books struct {
	all, window page
	known       bool // whether an answer is right
	turned      time.Duration
	windows     []Window
	changes     []Change
}

// page is books of some time.
type page struct {
	requests, refused uint64
	ended             [tenants.Closed + 1]uint64 // by reason
	exits             []uint64
	right             uint64
	response, longest time.Duration // of answers
	responses         *hdrhistogram.PackedHistogram
	busy              time.Duration
	energy            float64 // J, of all that ended
}

// longestResponse is the longest response time that is told from others.
const longestResponse = 24 * time.Hour

func newBooks(t *Tenant, m *model) *books {
	b := &books{known: len(m.samples) > 0, turned: t.Joins, windows: []Window{}, changes: []Change{}}
	for _, p := range []*page{&b.all, &b.window} {
		p.exits = make([]uint64, len(m.segments))
		p.responses = hdrhistogram.NewPacked(1, longestResponse.Microseconds(), 2)
	}
	return b
}

func (b *books) both(do func(*page)) {
	do(&b.all)
	do(&b.window)
}

// came books a request.
func (b *books) came(admitted bool) {
	b.both(func(p *page) {
		p.requests++
		if !admitted {
			p.refused++
		}
	})
}

// ended books the end of a ticket.
func (b *books) ended(now time.Duration, k *tenants.Ticket, r tenants.Reason, right bool) {
	b.both(func(p *page) {
		p.ended[r]++
		p.busy += k.Busy
		if k.Exit > 0 {
			p.energy += k.Seen[criteria.Energy]
		}
		if r.Answered() {
			p.answered(now-k.Arrived, k.Exit, right)
		}
	})
}

func (p *page) answered(response time.Duration, exit int, right bool) {
	p.exits[exit-1]++
	if right {
		p.right++
	}
	p.response += response
	p.longest = max(p.longest, response)
	// Between 0 and a day it cannot fail.
	_ = p.responses.RecordValue(min(response, longestResponse).Round(time.Microsecond).Microseconds())
}

// late books a run that came back after its ticket had ended.
func (b *books) late(busy time.Duration) {
	b.both(func(p *page) { p.busy += busy })
}

// turn ends a window and begins the next.
func (b *books) turn(now time.Duration) {
	if now <= b.turned {
		return // the tenant has not come yet
	}
	b.windows = append(b.windows, Window{From: b.turned.Seconds(), To: now.Seconds(), Figures: b.window.figures(b.known)})
	b.turned = now
	exits, responses := b.window.exits, b.window.responses
	clear(exits)
	responses.Reset()
	b.window = page{exits: exits, responses: responses}
}
