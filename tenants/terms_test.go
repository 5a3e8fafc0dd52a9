package tenants

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

func TestAClosedTenantAdmitsNobody(t *testing.T) {
	tenant := newTenant(t, nil)
	k, _ := tenant.Admit(0, Request{Inputs: sound()})
	tenant.Close()
	if _, r := tenant.Admit(0, Request{Inputs: sound()}); r == nil || r.Code != Unavailable || r.RetryAfter <= 0 {
		t.Errorf("got %+v", r)
	}
	tenant.Ended(0, k, Closed)
	if a := tenant.Account(); a.InHouse() != 0 || a.Ended[Closed] != 1 {
		t.Errorf("the account is %+v", a)
	}
}

// A node that stops while a tenant is being removed still says that the tenant is.
func TestARemovedTenantIsNotFound(t *testing.T) {
	tenant := newTenant(t, nil)
	tenant.Leave()
	tenant.Close()
	_, r := tenant.Admit(0, Request{Inputs: sound()})
	if r == nil || r.Code != NotFound || r.RetryAfter != 0 || !strings.Contains(r.Message, "tenant t has been removed") {
		t.Errorf("got %+v", r)
	}
}

// A request that was delayed on its way does not run when nobody waits for it any more; a clock that is ahead, or a node
// that started in between, change nothing.
func TestTheTimeoutCountsFromWhenTheRequestWasSent(t *testing.T) {
	const at = time.Minute
	for _, c := range []struct {
		name          string
		sent, timeout time.Duration
		want          time.Duration // 0: refused
	}{
		{"at once", at, time.Second, at + time.Second},
		{"delayed", at - 300*time.Millisecond, time.Second, at + 700*time.Millisecond},
		{"delayed for too long", at - time.Second, time.Second, 0},
		{"before the node's start", -time.Hour, time.Hour + 2*time.Minute, 2 * time.Minute},
		{"long before the node's start", -time.Hour, time.Hour, 0},
		{"at the beginning of time", math.MinInt64, math.MaxInt64, 0},
		{"by a clock that is ahead", at + time.Hour, time.Second, at + time.Second},
		{"at the end of time", math.MaxInt64, math.MaxInt64, Never},
		{"long ago, without a timeout", math.MinInt64, 0, Never},
	} {
		k, r := newTenant(t, nil).Admit(at, Request{Arrived: at, Sent: c.sent, Timeout: c.timeout, Inputs: sound()})
		switch {
		case c.want == 0 && (r == nil || r.Code != DeadlineExceeded):
			t.Errorf("sent %s: got %+v, want it refused", c.name, k)
		case c.want != 0 && (r != nil || k.Deadline != c.want || k.Arrived != at):
			t.Errorf("sent %s: got %+v and %+v, want the deadline %s", c.name, k, r, c.want)
		}
	}
}

func TestTermsChangeWhileTheTenantRuns(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Queue = 1 })
	before, _ := tenant.Admit(0, Request{Inputs: sound()})
	next := tenant.Config()
	next.Queue, next.Deadline, next.Criterion = 2, time.Second, criteria.Thresholds([]float64{0.5})
	if err := tenant.Apply(next); err != nil {
		t.Fatal(err)
	}
	after, r := tenant.Admit(0, Request{Inputs: sound()})
	if r != nil {
		t.Fatalf("refused: %s", r.Message)
	}
	if before.Deadline != Never || before.Version != 1 || after.Deadline != time.Second || after.Version != 2 || after.Criterion != next.Criterion {
		t.Errorf("tickets before and after the change are %+v and %+v", before, after)
	}
	if err := tenant.Apply(next); err != nil || tenant.Version() != 2 {
		t.Errorf("the same terms again: %v, version %d", err, tenant.Version())
	}
	next.Overflow = DropOldest
	if _, r := tenant.Admit(0, Request{Inputs: sound()}); r == nil {
		t.Error("a full house admits")
	}
	if err := tenant.Apply(next); err != nil {
		t.Fatal(err)
	}
	if _, r := tenant.Admit(0, Request{Inputs: sound()}); r != nil {
		t.Errorf("a house that drops the oldest refuses: %s", r.Message)
	}
}

func TestTermsThatCannotBeAppliedChangeNothing(t *testing.T) {
	tenant := newTenant(t, nil)
	for words, change := range map[string]func(*Config){
		"queue":     func(c *Config) { c.Queue = 0 },
		"deadline":  func(c *Config) { c.Deadline = -1 },
		"criterion": func(c *Config) { c.Criterion = nil },
		"its name":  func(c *Config) { c.Name = "u" },
		"its index": func(c *Config) { c.Index++ },
		"its model": func(c *Config) { c.Model = &stages.Model{Name: "m"} },
	} {
		old := tenant.Config()
		next := old
		next.Deadline = time.Hour
		change(&next)
		if err := tenant.Apply(next); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("another %s gives %v", words, err)
		}
		if tenant.Config() != old || tenant.Version() != 1 {
			t.Errorf("another %s is refused and has changed the tenant", words)
		}
	}
}

func TestTheHintFollowsThePaceAtWhichPlacesComeFree(t *testing.T) {
	for _, c := range []struct{ interval, want time.Duration }{
		{time.Microsecond, time.Millisecond}, {50 * time.Millisecond, 50 * time.Millisecond}, {time.Hour, time.Second},
	} {
		tenant := newTenant(t, func(c *Config) { c.Queue = 1 })
		now := time.Second
		for range 200 {
			k, _ := tenant.Admit(now, Request{Inputs: sound()})
			now += c.interval
			k.Exit = 2
			tenant.Ended(now, k, ByLastExit)
			tenant.Recycle(k)
		}
		tenant.Admit(now, Request{Inputs: sound()})
		_, r := tenant.Admit(now, Request{Inputs: sound()})
		if r == nil || math.Abs(float64(r.RetryAfter-c.want)) > 0.01*float64(c.want) {
			t.Errorf("places come free every %s, the refusal is %+v", c.interval, r)
		}
	}
}

// Those who are refused at once are told to come back one after the other.
func TestTheHintSpreadsThoseWhoAreRefusedAtOnce(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Queue = 1 })
	now := time.Second
	k, _ := tenant.Admit(now, Request{Inputs: sound()})
	turn := func() {
		now += 20 * time.Millisecond
		k.Exit = 2
		tenant.Ended(now, k, ByLastExit)
		tenant.Recycle(k)
		k, _ = tenant.Admit(now, Request{Inputs: sound()})
	}
	for range 200 {
		turn()
	}
	for round := range 3 {
		for i := range 100 {
			_, r := tenant.Admit(now, Request{Inputs: sound()})
			want := min(time.Duration(i+1)*20*time.Millisecond, time.Second)
			if r == nil || math.Abs(float64(r.RetryAfter-want)) > 0.01*float64(want) {
				t.Fatalf("round %d: the refusal %d is %+v, want about %s", round, i+1, r, want)
			}
		}
		turn()
	}
}
