package scheduler

import (
	"math"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// From the moment that shares count again, both have half: what one had more while requests were served as they came is not
// held against it, nor what another had while each was alone.
func TestNobodyOwesForAnotherRule(t *testing.T) {
	for _, policy := range []Policy{FirstCome, NonCooperative} {
		w := oneSegment(t, time.Millisecond, time.Millisecond, 1, 1)
		w.rule(Rule{policy, 1})
		for w.now < time.Second {
			w.hold(0, 20)
			w.hold(1, 2) // never asleep: its tag is not moved
			w.next(tenants.Never)
		}
		w.rule(Rule{Cooperative, 1})
		a, b, from := w.guests[0].busy, w.guests[1].busy, w.now
		for w.now < from+100*time.Millisecond {
			w.hold(0, 10)
			w.hold(1, 10)
			w.next(tenants.Never)
		}
		a, b = w.guests[0].busy-a, w.guests[1].busy-b
		if math.Abs((a - b).Seconds()) > 0.013 { // what was queued before goes on the account of either
			t.Errorf("after %s, the two had %s and %s", policy, a, b)
		}
	}
}

// What is queued under one rule is served by the next: the oldest first, whatever deadlines said before, and back.
func TestARuleHoldsForWhatIsQueued(t *testing.T) {
	w := oneSegment(t, time.Millisecond, time.Millisecond, 1, 1)
	w.offer(0, tenants.Never, criteria.Never())
	late := w.offer(0, tenants.Never, criteria.Never())
	urgent := w.offer(0, time.Hour, criteria.Never())
	first := func() *tenants.Ticket { return w.house.waiting.First().queue.First().ticket }
	for _, c := range []struct {
		policy Policy
		want   *tenants.Ticket
	}{{Cooperative, urgent}, {FirstCome, late}, {NonCooperative, urgent}, {FirstCome, late}, {"", urgent}} {
		if w.rule(Rule{c.policy, 1}); first() != c.want {
			t.Errorf("under %q ticket %d is next, want %d", c.policy, first().ID, c.want.ID)
		}
	}
}
