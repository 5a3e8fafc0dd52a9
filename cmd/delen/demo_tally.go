package main

import (
	"errors"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// demoTally counts what became of the requests that an app sent in a phase. It is safe for concurrent use.
type demoTally struct {
	mu       sync.Mutex
	counts   demoCounts
	deadline time.Duration           // 0: none
	response *hdrhistogram.Histogram // as the app sees it, in microseconds
	first    error                   // of those that count as failed or unanswered
}

// demoCounts are the ends of requests. What was sent is the sum of what follows unsent, or the books are wrong.
type demoCounts struct {
	Sent       int `json:"sent"`
	Unsent     int `json:"not_sent"` // because too many were in flight
	Answered   int `json:"answered"`
	Refused    int `json:"refused"`    // the queue was full
	Expired    int `json:"expired"`    // the deadline came before an answer
	Failed     int `json:"failed"`     // any other definite no
	Unanswered int `json:"unanswered"` // no end that anybody knows of

	Right   int           `json:"right"` // of those answered
	Exits   []int         `json:"exits"` // of those answered, the first exit first
	Late    int           `json:"late"`  // of those answered: the answer left the node after the deadline
	Busy    time.Duration `json:"-"`     // of those answered
	Slowest time.Duration `json:"-"`     // response of those answered, at the node
}

// demoFigures are what a tally comes to.
type demoFigures struct {
	demoCounts
	P50, P99 time.Duration
}

// demoMargin is how much later than its deadline an answer may leave the node: timers and the way out take time.
const demoMargin = 2 * time.Millisecond

func newDemoTally(t *wire.TenantInfo) *demoTally {
	const longest = int64(time.Minute / time.Microsecond)
	return &demoTally{
		counts:   demoCounts{Exits: make([]int, len(t.GetExits()))},
		deadline: time.Duration(t.GetDeadlineNs()),
		response: hdrhistogram.New(1, longest, 3),
	}
}

func (t *demoTally) sent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Sent++
}

func (t *demoTally) unsent() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Unsent++
}

// end books the end of a request.
func (t *demoTally) end(a *client.Answer, err error, took time.Duration, right bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := &t.counts
	var no *client.Error
	switch {
	case err == nil:
		c.Answered++
		t.answered(a, took, right)
		return
	case !errors.As(err, &no):
		c.Unanswered++
	case no.Code == wire.Code_DEADLINE_EXCEEDED:
		c.Expired++
		return
	case full(no):
		c.Refused++
		return
	default:
		c.Failed++
	}
	if t.first == nil {
		t.first = err
	}
}

func (t *demoTally) answered(a *client.Answer, took time.Duration, right bool) {
	c := &t.counts
	if a.Exit >= 1 && a.Exit <= len(c.Exits) {
		c.Exits[a.Exit-1]++
	}
	if right {
		c.Right++
	}
	if t.deadline > 0 && a.Response > t.deadline+demoMargin {
		c.Late++
	}
	c.Busy += a.Busy
	c.Slowest = max(c.Slowest, a.Response)
	t.response.RecordValue(min(max(took.Microseconds(), 1), t.response.HighestTrackableValue()))
}

// full reports whether a request was refused for lack of room.
func full(no *client.Error) bool { return no.Refused && no.Code == wire.Code_RESOURCE_EXHAUSTED }

func (t *demoTally) figures() demoFigures {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := demoFigures{demoCounts: t.counts}
	f.Exits = append([]int(nil), t.counts.Exits...)
	f.P50 = time.Duration(t.response.ValueAtPercentile(50)) * time.Microsecond
	f.P99 = time.Duration(t.response.ValueAtPercentile(99)) * time.Microsecond
	return f
}

// add sums counts up.
func (c *demoCounts) add(d demoCounts) {
	c.Sent += d.Sent
	c.Unsent += d.Unsent
	c.Answered += d.Answered
	c.Refused += d.Refused
	c.Expired += d.Expired
	c.Failed += d.Failed
	c.Unanswered += d.Unanswered
	c.Right += d.Right
	c.Late += d.Late
	c.Busy += d.Busy
	c.Slowest = max(c.Slowest, d.Slowest)
	if c.Exits == nil {
		c.Exits = make([]int, len(d.Exits))
	}
	for i := range min(len(c.Exits), len(d.Exits)) {
		c.Exits[i] += d.Exits[i]
	}
}

// ended is how many requests have an end of any kind.
func (c *demoCounts) ended() int {
	return c.Answered + c.Refused + c.Expired + c.Failed + c.Unanswered
}

// due is how many requests the load called for.
func (c *demoCounts) due() int { return c.Sent + c.Unsent }

// meanExit is the exit that answered, on average; 0 without an answer.
func (c *demoCounts) meanExit() float64 {
	sum := 0
	for i, n := range c.Exits {
		sum += (i + 1) * n
	}
	return ratio(sum, c.Answered)
}

// ratio is a/b, and 0 when b is.
func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}
