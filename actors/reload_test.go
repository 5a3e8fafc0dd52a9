package actors_test

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// reload makes a node take over other tenants, and gives its error.
func (c *child) reload(tenants string) string {
	c.t.Helper()
	o := c.options
	o.tenants = tenants
	if err := os.Rename(o.write(c.t), c.config); err != nil {
		c.t.Fatal(err)
	}
	return c.ask("reload").Text
}

func TestTenantsComeGoAndChangeWhileTheNodeRuns(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	if e := n.reload(`tenant "doorbell" {
  share     = 1
  exit_when = exit >= 2
  queue     = 7
  deadline  = "5s"
  overflow  = "drop-oldest"
}
tenant "gate" { share = 3 }`); e != "" {
		t.Fatal(e)
	}
	for i, c := range []struct {
		tenant string
		share  float64
		exit   int
	}{{"doorbell", 0.25, 2}, {"gate", 0.75, 4}} {
		info, err := cl.Tenant(patiently(t), c.tenant)
		if err != nil || math.Abs(info.GetShare()-c.share) > 1e-9 {
			t.Errorf("%s has share %g, %v", c.tenant, info.GetShare(), err)
		}
		a, err := cl.Infer(patiently(t), client.Request{Tenant: c.tenant, Inputs: inputs(pictures(t)[i])})
		if err != nil || a.Exit != c.exit {
			t.Errorf("%s gets %+v, %v", c.tenant, a, err)
		}
	}
	info, err := cl.Tenant(patiently(t), "doorbell")
	if err != nil || info.GetQueue() != 7 || info.GetDeadlineNs() != 5e9 || info.GetOverflow() != wire.Overflow_DROP_OLDEST || info.GetCriterionVersion() != 2 {
		t.Errorf("the doorbell's terms are %v, %v", info, err)
	}
	_, err = cl.Infer(patiently(t), client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[0])})
	want(t, err, wire.Code_NOT_FOUND, true, `no tenant "survey"`)
	all, err := cl.Tenants(patiently(t))
	if err != nil || len(all) != 2 {
		t.Errorf("the node describes %v, %v", all, err)
	}
	if e := n.reload(usual); e != "" { // the one that was removed comes back, with nothing of its past
		t.Fatal(e)
	}
	if info, err := cl.Tenant(patiently(t), "survey"); err != nil || info.GetCriterionVersion() != 1 {
		t.Errorf("the survey comes back as %v, %v", info, err)
	}
	healthy(t, cl)
}

// A criterion that an app has set is the app's: an operator who changes something else does not take it away.
func TestAReloadKeepsAnAppsCriterionUnlessItHasAnother(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	if _, err := cl.SetCriterion(patiently(t), "doorbell", "exit >= 3"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ edit, want string }{
		{strings.Replace(usual, "share     = 60", "share     = 50", 1), "exit >= 3"},
		{strings.Replace(usual, "confidence >= 0.9\n", "confidence >= 0.8\n", 1), "confidence >= 0.8"},
	} {
		if e := n.reload(c.edit); e != "" {
			t.Fatal(e)
		}
		if info, err := cl.Tenant(patiently(t), "doorbell"); err != nil || info.GetCriterion() != c.want {
			t.Errorf("the criterion is %q, %v, want %q", info.GetCriterion(), err, c.want)
		}
	}
}

func TestAReloadThatTheNodeCannotMakeChangesNothing(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	n.options.scheduler = "slots = 1"
	if e := n.reload(`tenant "other" {}`); !strings.Contains(e, "scheduler.slots changed") || !strings.Contains(e, "start the node anew") {
		t.Errorf("the error is %q", e)
	}
	healthy(t, cl)
}

// inferAdmitted sends a request again, when the node says, as long as the tenant sends more than the plan lets in.
func inferAdmitted(ctx context.Context, cl *client.Client, r client.Request) (*client.Answer, error) {
	for {
		a, err := cl.Infer(ctx, r)
		var no *client.Error
		if !errors.As(err, &no) || !no.Refused || no.Code != wire.Code_RESOURCE_EXHAUSTED {
			return a, err
		}
		<-time.After(no.RetryAfter)
	}
}

// Law 6: what waits ends, with its deepest answer if it has one; what runs ends at its next exit; nothing is lost and the
// others do not notice.
func TestATenantIsRemovedUnderLoad(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	without := usual[:strings.Index(usual, `tenant "survey"`)]
	var over atomic.Bool
	var wg sync.WaitGroup
	var removed, notFound atomic.Int64
	for worker := range 32 {
		wg.Go(func() {
			tenant := []string{"doorbell", "survey"}[worker%2]
			for i := 0; !over.Load(); i++ {
				a, err := inferAdmitted(context.Background(), cl, client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[i%300]), Criterion: "false"})
				e, _ := err.(*client.Error)
				switch {
				case err == nil && a.Reason == wire.Reason_LAST_EXIT:
				case tenant == "survey" && err == nil && a.Reason == wire.Reason_REMOVED:
					removed.Add(1)
				case tenant == "survey" && e != nil && e.Code == wire.Code_CANCELLED && strings.Contains(e.Message, "removed"):
					removed.Add(1)
				case tenant == "survey" && e != nil && e.Code == wire.Code_NOT_FOUND && e.Refused:
					notFound.Add(1)
				default:
					t.Errorf("a request of the %s ends with %v, %v", tenant, a, err)
				}
			}
		})
	}
	for range 5 {
		for _, tenants := range []string{without, usual} {
			if e := n.reload(tenants); e != "" {
				t.Error(e)
			}
			ctx := patiently(t)
			for range 20 { // some work of the one that stays
				if _, err := inferAdmitted(ctx, cl, client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])}); err != nil {
					t.Error(err)
				}
			}
		}
	}
	over.Store(true)
	wg.Wait()
	if removed.Load() == 0 || notFound.Load() == 0 {
		t.Errorf("%d requests met the removal, %d came after it", removed.Load(), notFound.Load())
	}
	healthy(t, cl)
}

// A run that does not come back keeps the tenant's memory, and its place, until it does.
func TestATenantIsRemovedBesideItsStuckRun(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	flying := begin(patiently(t), cl, at(t, 2, running))
	n.await("hanging")
	if e := n.reload(`tenant "survey" {}`); e != "" {
		t.Fatal(e)
	}
	_, err := cl.Infer(patiently(t), client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0])})
	want(t, err, wire.Code_NOT_FOUND, true)
	if e := n.reload(usual); e != "" { // the same name, at another place
		t.Fatal(e)
	}
	healthy(t, cl)
	n.order("release")
	if e := <-flying; e.err != nil || e.answer.Exit != 2 || e.answer.Reason != wire.Reason_REMOVED {
		t.Errorf("the request that ran gets %+v, %v", e.answer, e.err)
	}
	healthy(t, cl)
}
