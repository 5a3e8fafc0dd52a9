package actors_test

import (
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/scheduler"
)

// crowded are a tenant that wants the best answers and has a twentieth of the machine, and one that has the rest.
const crowded = `
tenant "eager" {
  share = 5
  queue = 1024
  objective {
    maximize = accuracy
  }
}

tenant "owner" {
  share = 95
}
`

// asking sends requests at an interval until the test ends.
func asking(t *testing.T, cl *client.Client, tenant string, every time.Duration) {
	ctx := patiently(t)
	go func() {
		for tick := time.Tick(every); ctx.Err() == nil; {
			select {
			case <-tick:
				go cl.Infer(ctx, client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[0])})
			case <-ctx.Done():
			}
		}
	}()
}

// A tenant that asks for more than its share has to make do with cheaper answers when nothing is lent, gets the best when the
// machine is idle and lends, and falls back: the plan follows the rate, the policy and the shares.
func TestThePlanFollowsRatePolicyAndShares(t *testing.T) {
	if alone(t) {
		return
	}
	o := profiled(t, crowded)
	o.scheduler, o.token = "slots = 1\npolicy = \"non-cooperative\"", token
	n := start(t, o)
	cl := n.dial()
	admin := cl.Admin(token)
	best, err := cl.Tenant(patiently(t), "eager")
	if err != nil {
		t.Fatal(err)
	}
	most := best.GetPoint().GetEnergyJ()
	asking(t, cl, "eager", 25*time.Millisecond)
	n.until(cl, "eager", "cheaper answers by itself", func(j float64) bool { return j < 0.75*most })
	if _, err := admin.SetRules(patiently(t), client.Rules{Policy: string(scheduler.Cooperative)}); err != nil {
		t.Fatal(err)
	}
	n.until(cl, "eager", "better answers when idle time is lent", func(j float64) bool { return j > 0.75*most })
	if _, err := admin.SetRules(patiently(t), client.Rules{Policy: string(scheduler.NonCooperative)}); err != nil {
		t.Fatal(err)
	}
	n.until(cl, "eager", "cheaper answers again", func(j float64) bool { return j < 0.75*most })
	if _, err := admin.SetShare(patiently(t), "eager", 1000); err != nil {
		t.Fatal(err)
	}
	n.until(cl, "eager", "better answers with a larger share", func(j float64) bool { return j > 0.75*most })
}

// until watches a tenant until the joules that its operating point takes in the mean are what is waited for.
func (c *child) until(cl *client.Client, tenant, what string, arrived func(joules float64) bool) {
	c.t.Helper()
	last := 0.0
	for r, err := range cl.Watch(patiently(c.t), tenant, 20*time.Millisecond) {
		if err != nil {
			c.t.Fatalf("waiting for %s, the point takes %g J: %v", what, last, err)
		}
		if last = r.GetPoint().GetEnergyJ(); arrived(last) {
			return
		}
	}
}
