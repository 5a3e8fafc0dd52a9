package tenants

import (
	"math"
	"slices"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/delen-edge/delen/criteria"
)

// Window is what one watcher sees of a tenant: what has happened since it was last taken. The tenant feeds it; it is used
// by the tenant's goroutine. Its memory grows with the range of the response times: 10 KiB when they spread over three
// decades, and never more than 80.
type Window struct {
	tenant *Tenant
	start  time.Duration
	before Account // at the start: the counts are those that came on top of it
	sums
	responses *hdrhistogram.PackedHistogram // of the answers, in microseconds
}

// sums are over the answers, but for the energy.
type sums struct {
	response, queue, longest time.Duration
	confidence               float64
	energy                   float64 // of all tickets that ended
}

// Summary is what a Window has seen.
type Summary struct {
	Span time.Duration // that it is about

	Admitted uint64
	Refused  uint64
	Exits    []uint64 // answers by exit; Exits[0] counts exit 1

	CutShort  uint64 // answers that a deadline, a newer ticket or the tenant's removal cut short; they are in Exits, too
	Expired   uint64 // by Reason, without an answer
	Cancelled uint64
	Shed      uint64
	Failed    uint64 // for all other reasons

	// Of the answers; 0 when there were none. Percentiles are exact to 1 % or a microsecond.
	ResponseMean, ResponseP50, ResponseP95, ResponseMax time.Duration // from the door on
	QueueMean                                           time.Duration // the part of it that no segment ran

	Confidence float64       // mean of the answers'; NaN when there were none
	Busy       time.Duration // booked for segments that ran, also for those whose ticket had ended
	Energy     float64       // J, of the tickets that ended, up to their deepest exit; NaN when it is not known of one of them
	Audit      Audit
}

// maxResponse is the longest response time that a window tells from others.
const maxResponse = time.Hour

// Watch opens a window on the tenant. Unwatch closes it.
func (t *Tenant) Watch(now time.Duration) *Window {
	w := &Window{
		tenant: t, start: now, before: t.Account(),
		responses: hdrhistogram.NewPacked(1, maxResponse.Microseconds(), 2),
	}
	t.windows = append(t.windows, w)
	return w
}

// Unwatch stops feeding a window. One that is none of the tenant's is left alone.
func (t *Tenant) Unwatch(w *Window) {
	t.windows = slices.DeleteFunc(t.windows, func(o *Window) bool { return o == w })
}

// ended adds a ticket that has just been booked.
func (w *Window) ended(now time.Duration, k *Ticket, r Reason) {
	if k.Exit > 0 {
		w.energy += k.Seen[criteria.Energy]
	}
	if !r.Answered() {
		return
	}
	response := now - k.Arrived
	w.response += response
	w.queue += max(0, response-k.Busy)
	w.longest = max(w.longest, response)
	w.confidence += k.Reading.Confidence
	// Between 0 and an hour it cannot fail.
	_ = w.responses.RecordValue(min(max(response, 0), maxResponse).Round(time.Microsecond).Microseconds())
}

// Take sums up what has happened since the window was opened or last taken, and starts anew. The caller owns the summary.
func (w *Window) Take(now time.Duration) Summary {
	a, b := w.tenant.Account(), &w.before
	s := Summary{
		Span: now - w.start, Admitted: a.Admitted - b.Admitted, Refused: a.Refused - b.Refused,
		Exits: make([]uint64, len(a.Exits)), Busy: a.Busy - b.Busy, Energy: w.energy, Confidence: math.NaN(),
		Audit: a.Audit.since(&b.Audit),
	}
	answers := uint64(0)
	for i := range a.Exits {
		s.Exits[i] = a.Exits[i] - b.Exits[i]
		answers += s.Exits[i]
	}
	s.ends(&a, b)
	if answers > 0 {
		s.times(w, answers)
	}
	w.start, w.before, w.sums = now, a, sums{}
	w.responses.Reset()
	return s
}

// ends counts the ends between two accounts.
func (s *Summary) ends(a, b *Account) {
	for i := range a.Ended {
		n := a.Ended[i] - b.Ended[i]
		switch r := Reason(i); r {
		case ByCriterion, ByLastExit: // in Exits
		case ByDeadline, ByOverflow, ByRemoval:
			s.CutShort += n
		case Expired:
			s.Expired += n
		case Cancelled:
			s.Cancelled += n
		case Shed:
			s.Shed += n
		default:
			s.Failed += n
		}
	}
}

// times sums up a number of answers.
func (s *Summary) times(w *Window, answers uint64) {
	s.ResponseMean, s.QueueMean = w.response/time.Duration(answers), w.queue/time.Duration(answers)
	s.ResponseMax = w.longest
	s.ResponseP50 = min(w.percentile(50), s.ResponseMax)
	s.ResponseP95 = min(w.percentile(95), s.ResponseMax)
	s.Confidence = w.confidence / float64(answers)
}

func (w *Window) percentile(p float64) time.Duration {
	return time.Duration(w.responses.ValueAtPercentile(p)) * time.Microsecond
}
