package tenants

import (
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// strict is a tenant that has no answer rather than one that is wrong too often.
func strict(t *testing.T, where string) *driven {
	t.Helper()
	d := drive(t, objective(t, "", "energy", where))
	g := *d.config.Goal
	g.Strict = true
	d.Pursue(&g)
	return d
}

func TestNoAnswerIsBetterThanAWrongOne(t *testing.T) {
	for where, refuses := range map[string]bool{
		"accuracy >= 0.999":                           true,
		"accuracy >= 0.5":                             false,
		"response_time <= 1*ms":                       false, // unmet, and a cost
		"accuracy >= 0.5 && response_time <= 1*ms":    false,
		"accuracy >= 0.999 && response_time <= 100*s": true,
	} {
		d := strict(t, where)
		_, refusal := d.Admit(0, Request{})
		if (refusal != nil) != refuses {
			t.Errorf("%s: %+v", where, refusal)
			continue
		}
		if refuses && (refusal.Code != Precondition || !strings.Contains(refusal.Message, "accuracy >= 0.999") || !strings.Contains(refusal.Message, "certain of an accuracy of 0.")) {
			t.Errorf("%s: %+v", where, refusal)
		}
		if _, refusal := d.Admit(0, Request{Criterion: criteria.Never()}); refusal != nil {
			t.Errorf("%s: a request with a criterion of its own is refused: %+v", where, refusal)
		}
		if a := d.Account(); a.Admitted+a.Refused != 2 {
			t.Errorf("the account is %+v", a)
		}
	}
	if _, refusal := drive(t, objective(t, "", "energy", "accuracy >= 0.999")).Admit(0, Request{}); refusal != nil {
		t.Errorf("a bound that is a wish refuses: %+v", refusal)
	}
}

// What kept the bound from being kept passes, and a tenant that refuses all requests finds out.
func TestARefusalPassesWithItsReason(t *testing.T) {
	d := strict(t, "accuracy >= 0.7")
	d.Allow(0, Grant{Allowance: profile.Allowance{Busy: 1e-6}})
	if d.Unkept() == nil {
		t.Fatal("a plan that allows nothing keeps the bound")
	}
	d.Allow(time.Second, Grant{})
	for now := time.Second; d.Unkept() != nil; now += LongestRound {
		if now > time.Hour {
			t.Fatal("requests are refused for ever")
		}
		d.Look(now)
	}
}

// A tenant that drops the oldest refuses nobody whom the plan has no time for, and lets the scheduler make room.
func TestWhoDropsTheOldestRefusesNoNewcomer(t *testing.T) {
	for _, crowd := range []bool{true, false} {
		tenant := newTenant(t, func(c *Config) { c.Queue, c.Overflow = 100, DropOldest })
		tenant.Allow(0, Grant{Rate: 4, Crowd: crowd})
		refused, displacing := 0, map[Displacement]int{}
		for range 50 {
			k, refusal := tenant.Admit(0, Request{Inputs: sound()})
			if refusal != nil {
				refused++
				continue
			}
			displacing[k.Displaces]++
		}
		want := map[bool]Displacement{true: OldestQueued, false: OldestOrItself}[crowd]
		if refused > 0 || displacing[want] < 45 || displacing[NoTicket]+displacing[want] != 50 {
			t.Errorf("crowd %v: %d are refused, and displaced is %v", crowd, refused, displacing)
		}
	}
}

// What nobody asks for comes to rest: then nothing needs to look at it.
func TestATenantSettles(t *testing.T) {
	for name, d := range map[string]*driven{"with a goal": drive(t, objective(t, "", "energy", "accuracy >= 0.5")), "without": {Tenant: newTenant(t, nil)}} {
		if !d.Settled(0) {
			t.Errorf("%s: a tenant that was never asked is not settled", name)
		}
		for i := range 2000 {
			now := time.Duration(i) * 10 * time.Millisecond
			k, refusal := d.Admit(now, Request{Inputs: sound()[:len(d.config.Model.Inputs)], Arrived: now})
			if refusal != nil {
				t.Fatal(refusal.Message)
			}
			k.Exit = 1
			d.Ended(now+time.Millisecond, k, ByCriterion)
			d.Look(now)
			d.Moved(now)
			if d.Settled(now) {
				t.Fatalf("%s: a tenant that is asked is settled", name)
			}
		}
		now := 20 * time.Second
		for !d.Settled(now) {
			if now += LongestRound; now > time.Hour {
				t.Fatalf("%s: it does not settle", name)
			}
			d.Look(now)
			d.Moved(now)
		}
		if now < time.Minute || d.demands.arrivals.told != 0 {
			t.Errorf("%s: it has settled after %s, asked %g times a second", name, now, d.demands.arrivals.told)
		}
	}
}
