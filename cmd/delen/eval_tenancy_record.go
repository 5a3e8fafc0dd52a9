package main

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// record is what became of one request.
type record struct {
	end      requestEnd
	exit     int
	right    bool
	cut      bool          // its deadline has ended it with the deepest answer so far
	late     bool          // it left the node after its deadline
	response time.Duration // at the node, of an answer
	energy   float64       // J; NaN: not known
	lag      time.Duration // by which it was sent later than it was due
	err      error         // of one that failed
}

// requestEnd is how a request has ended.
type requestEnd uint8

// The ends of requests.
const (
	endUnsent   requestEnd = iota // it was never sent: too many were on their way
	endNone                       // it has no end that anybody knows of
	endAnswered                   // with an exit's answer
	endRefused                    // it was not admitted
	endExpired                    // its deadline came before any exit
	endShed                       // it made room for a newer one
	endRemoved                    // its tenant left
	endFailed                     // any other definite no
)

// answer records an answer.
func (r *record) answer(a *client.Answer, right bool, deadline time.Duration) {
	r.end, r.exit, r.right, r.response, r.energy = endAnswered, a.Exit, right, a.Response, a.Energy
	r.cut = a.Reason == wire.Reason_DEADLINE
	r.late = deadline > 0 && a.Response > deadline+demoMargin
}

// fail records any other end.
func (r *record) fail(err error) {
	var no *client.Error
	switch {
	case !errors.As(err, &no):
		r.end, r.err = endNone, err
	case no.Code == wire.Code_DEADLINE_EXCEEDED:
		r.end = endExpired
	case no.Refused && (no.Code == wire.Code_RESOURCE_EXHAUSTED || no.Code == wire.Code_NOT_FOUND):
		r.end = endRefused // the queue is full, or the tenant is not there
	case no.Code == wire.Code_RESOURCE_EXHAUSTED:
		r.end = endShed
	case no.Code == wire.Code_CANCELLED:
		r.end = endRemoved // the app cancels nothing
	default:
		r.end, r.err = endFailed, err
	}
}

// tenancyFigures are what a tenant's requests of a time came to. Those that were sent are the sum of what follows them, up
// to unanswered.
type tenancyFigures struct {
	Tenant     string `json:"tenant"`
	Sent       int    `json:"sent"`
	Answered   int    `json:"answered"`
	Refused    int    `json:"refused"`
	Expired    int    `json:"expired"` // the deadline came before an answer
	Shed       int    `json:"shed"`    // they made room for newer ones
	Removed    int    `json:"removed"` // the tenant left
	Failed     int    `json:"failed"`
	Unanswered int    `json:"unanswered"` // no end that anybody knows of
	Unsent     int    `json:"not_sent"`   // because too many were on their way

	Right  int   `json:"right"`           // of those answered
	Late   int   `json:"late"`            // of those answered: after the deadline
	Cut    int   `json:"cut_by_deadline"` // of those answered: at the deadline, with the deepest answer so far
	Useful int   `json:"useful"`          // right and not late
	Exits  []int `json:"exits"`           // of those answered, the first exit first

	Mean   *float64 `json:"response_mean_s"` // at the node, of those answered; null: none was
	P50    *float64 `json:"response_p50_s"`
	P95    *float64 `json:"response_p95_s"`
	Energy *float64 `json:"energy_j"` // mean of those answered; null: not known

	Busy      float64 `json:"busy_s"`    // that segments ran, those of requests without an answer included
	Used      float64 `json:"used"`      // the same as a part of what all slots could have run
	Guarantee float64 `json:"guarantee"` // the part of the machine that is its own; 0: it is not there
}

// newTenancyFigures counts records.
func newTenancyFigures(tenant string, exits int, records []record) tenancyFigures {
	f := tenancyFigures{Tenant: tenant, Exits: make([]int, exits)}
	var responses []float64
	sum, energy := 0.0, 0.0
	for i := range records {
		r := &records[i]
		f.count(r)
		if r.end == endAnswered {
			responses = append(responses, r.response.Seconds())
			sum += r.response.Seconds()
			energy += r.energy
		}
	}
	if n := float64(len(responses)); n > 0 {
		f.Mean, f.P50, f.P95 = new(sum/n), new(median(responses)), new(p95(responses))
		if !math.IsNaN(energy) {
			f.Energy = new(energy / n)
		}
	}
	return f
}

// count counts one record.
func (f *tenancyFigures) count(r *record) {
	if r.end == endUnsent {
		f.Unsent++
		return
	}
	f.Sent++
	*map[requestEnd]*int{
		endNone: &f.Unanswered, endAnswered: &f.Answered, endRefused: &f.Refused, endExpired: &f.Expired,
		endShed: &f.Shed, endRemoved: &f.Removed, endFailed: &f.Failed,
	}[r.end]++
	if r.end != endAnswered {
		return
	}
	f.Right += one(r.right)
	f.Late += one(r.late)
	f.Cut += one(r.cut)
	f.Useful += one(r.right && !r.late)
	if r.exit >= 1 && r.exit <= len(f.Exits) {
		f.Exits[r.exit-1]++
	}
}

// one counts what is true.
func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// due is how many requests there were to be.
func (f *tenancyFigures) due() int { return f.Sent + f.Unsent }

// missed are the requests that got no answer in time.
func (f *tenancyFigures) missed() int { return f.due() - (f.Answered - f.Late) }

// ended is how many requests have an end of any kind.
func (f *tenancyFigures) ended() int {
	return f.Answered + f.Refused + f.Expired + f.Shed + f.Removed + f.Failed + f.Unanswered
}

// meanExit is the exit that answered, on average; nil without an answer.
func (f *tenancyFigures) meanExit() *float64 {
	if f.Answered == 0 {
		return nil
	}
	sum := 0
	for i, n := range f.Exits {
		sum += (i + 1) * n
	}
	return new(ratio(sum, f.Answered))
}

// partOf is a/b, or nil when b is 0.
func partOf(a, b int) *float64 {
	if b == 0 {
		return nil
	}
	return new(ratio(a, b))
}

// between are the records of the requests that were due in a time.
func (r *sceneRole) between(from, to time.Duration) []record {
	first := func(t time.Duration) int {
		return sort.Search(len(r.arrivals), func(i int) bool { return r.arrivals[i].due >= t })
	}
	return r.records[first(from):first(to)]
}

// busyCurve is the busy time of a tenant since the begin, as reports tell it: the time of a report, and the sum up to it.
// Between two reports it grows evenly. One goroutine at a time adds to it.
type busyCurve []busyMark

type busyMark struct{ at, sum time.Duration }

// begin says that reports come from now on, and that what is before has been told.
func (c *busyCurve) begin(at time.Duration) { c.add(at, 0) }

// add adds what a report tells.
func (c *busyCurve) add(at, busy time.Duration) {
	sum := busy
	if n := len(*c); n > 0 {
		sum += (*c)[n-1].sum
	}
	*c = append(*c, busyMark{at, sum})
}

// until is the busy time up to a moment.
func (c busyCurve) until(at time.Duration) float64 {
	i, found := slices.BinarySearchFunc(c, at, func(m busyMark, at time.Duration) int { return cmp.Compare(m.at, at) })
	switch {
	case len(c) == 0 || i == 0 && !found:
		return 0
	case found:
		return c[i].sum.Seconds()
	case i == len(c):
		return c[i-1].sum.Seconds()
	}
	a, b := c[i-1], c[i]
	return a.sum.Seconds() + (b.sum-a.sum).Seconds()*float64(at-a.at)/float64(b.at-a.at)
}
