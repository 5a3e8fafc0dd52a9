package actors_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

const token = "0123456789abcdef"

func TestAnAdministratorChangesAShareWhileTheNodeRuns(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	done, err := cl.Admin(token).SetShare(patiently(t), "doorbell", 10)
	if err != nil || done.GetTenant().GetName() != "doorbell" || done.GetTenant().GetWeight() != 10 || math.Abs(done.GetTenant().GetShare()-0.2) > 1e-9 {
		t.Errorf("the answer is %v, %v", done, err)
	}
	for name, share := range map[string]float64{"doorbell": 0.2, "survey": 0.8} {
		if info, err := cl.Tenant(patiently(t), name); err != nil || math.Abs(info.GetShare()-share) > 1e-9 {
			t.Errorf("%s has share %g, %v, want %g", name, info.GetShare(), err, share)
		}
	}
	healthy(t, cl)
}

func TestAnAdministratorAddsAndRemovesATenantWhileTheNodeRuns(t *testing.T) {
	if alone(t) {
		return
	}
	o := profiled(t, wanting)
	o.token = token
	n := start(t, o)
	cl := n.dial()
	a := cl.Admin(token)
	for range 2 { // the second has nothing of the first one's past
		done, err := a.AddTenant(patiently(t), `tenant "guest" {
  share     = 3
  exit_when = exit >= 2
  deadline  = "1us"
}`)
		if info := done.GetTenant(); err != nil || info.GetShare() != 0.5 || info.GetWeight() != 3 || info.GetCriterionVersion() != 1 || info.GetCriterion() != "exit >= 2" {
			t.Fatalf("the answer is %v, %v", done, err)
		}
		if w := done.GetWarnings(); len(w) != 1 || !strings.HasPrefix(w[0], "Deadline before the first exit: By the profile it takes ") {
			t.Errorf("the warnings are %q", w)
		}
		_, err = cl.Infer(context.Background(), client.Request{Tenant: "guest", Inputs: inputs(pictures(t)[0])})
		want(t, err, wire.Code_DEADLINE_EXCEEDED, true)
		if err := a.RemoveTenant(patiently(t), "guest"); err != nil {
			t.Fatal(err)
		}
		_, err = cl.Infer(patiently(t), client.Request{Tenant: "guest", Inputs: inputs(pictures(t)[0])})
		want(t, err, wire.Code_NOT_FOUND, true, `no tenant "guest"`)
	}
	done, err := a.AddTenant(patiently(t), "tenant \"seeker\" {\n objective {\n  maximize = accuracy\n  where = energy <= 15*mJ\n }\n}")
	if info := done.GetTenant(); err != nil || info.GetObjective() != "maximize accuracy where energy <= 15*mJ" || info.GetPoint() == nil {
		t.Errorf("the answer is %v, %v", done, err)
	}
	if r, err := cl.Infer(patiently(t), client.Request{Tenant: "seeker", Inputs: inputs(pictures(t)[0])}); err != nil || r.CriterionVersion == 0 {
		t.Errorf("a request gets %+v, %v", r, err)
	}
	healthy(t, cl)
}

func TestAnAdministratorChangesTheRulesWhileTheNodeRuns(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	a := cl.Admin(token)
	energy := 0.0
	for _, c := range []struct {
		rules client.Rules
		want  *wire.Rules
	}{
		{client.Rules{}, &wire.Rules{Policy: "cooperative", Fairness: 1}},
		{client.Rules{Policy: "non-cooperative"}, &wire.Rules{Policy: "non-cooperative", Fairness: 1}},
		{client.Rules{Fairness: &energy}, &wire.Rules{Policy: "non-cooperative"}},
		{client.Rules{Policy: "first-come", Fairness: proto.Float64(0.5)}, &wire.Rules{Policy: "first-come", Fairness: 0.5}},
		{client.Rules{Budget: proto.Float64(2.5)}, &wire.Rules{Policy: "first-come", Fairness: 0.5, Budget: 2.5}},
		{client.Rules{Policy: "cooperative"}, &wire.Rules{Policy: "cooperative", Fairness: 0.5, Budget: 2.5}},
		{client.Rules{Budget: proto.Float64(0)}, &wire.Rules{Policy: "cooperative", Fairness: 0.5}},
	} {
		now, err := a.SetRules(patiently(t), c.rules)
		if err != nil || !proto.Equal(now, c.want) {
			t.Errorf("%+v gives %v, %v", c.rules, now, err)
		}
		if d, err := cl.Describe(patiently(t)); err != nil || !proto.Equal(d.GetRules(), c.want) {
			t.Errorf("after %+v the node describes %v, %v", c.rules, d.GetRules(), err)
		}
		healthy(t, cl)
	}
}

// What is refused says why, and changes nothing.
func TestOrdersThatCannotBeCarriedOut(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	a := cl.Admin(token)
	before, err := cl.Describe(patiently(t))
	if err != nil {
		t.Fatal(err)
	}
	add := func(source string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := a.AddTenant(ctx, source); return err }
	}
	share := func(tenant string, share float64) func(context.Context) error {
		return func(ctx context.Context) error { _, err := a.SetShare(ctx, tenant, share); return err }
	}
	rules := func(r client.Rules) func(context.Context) error {
		return func(ctx context.Context) error { _, err := a.SetRules(ctx, r); return err }
	}
	for name, c := range map[string]struct {
		order func(context.Context) error
		code  wire.Code
		words string
	}{
		"a tenant that is there":    {add(`tenant "survey" {}`), wire.Code_ALREADY_EXISTS, "remove it first, or choose another name"},
		"nothing":                   {add(""), wire.Code_INVALID_ARGUMENT, "There is no tenant here"},
		"no HCL":                    {add(`}{ tenant "x"`), wire.Code_INVALID_ARGUMENT, "the tenant: "},
		"an unknown model":          {add(`tenant "x" { model = "glyph" }`), wire.Code_INVALID_ARGUMENT, `Did you mean "glyphs"?`},
		"a model of its own":        {add("tenant \"x\" {}\nmodel \"m\" { path = \"/dev/zero\" }"), wire.Code_INVALID_ARGUMENT, "One tenant is added, and nothing else"},
		"the environment":           {add(`tenant "x" { model = env.HOME }`), wire.Code_INVALID_ARGUMENT, "values that are written out"},
		"a number without end":      {add(`tenant "x" { share = 1e600000000 }`), wire.Code_INVALID_ARGUMENT, "beyond all measure"},
		"a digit bomb":              {add(`tenant "x" { exit_when = exit > "x${1e600000000}" }`), wire.Code_INVALID_ARGUMENT, "There are no strings here"},
		"too long a source":         {add("# " + strings.Repeat("x", 17_000)), wire.Code_INVALID_ARGUMENT, "at most 16 KiB"},
		"far too long a source":     {add(strings.Repeat("x", 1<<20)), wire.Code_INVALID_ARGUMENT, "reads at most"},
		"an objective in the dark":  {add("tenant \"x\" {\n objective {\n maximize = accuracy\n }\n}"), wire.Code_INVALID_ARGUMENT, "Objective without a profile"},
		"the removal of nobody":     {func(ctx context.Context) error { return a.RemoveTenant(ctx, "nobody") }, wire.Code_NOT_FOUND, `tenant "nobody"`},
		"nobody's share":            {share("nobody", 1), wire.Code_NOT_FOUND, `tenant "nobody"`},
		"no share":                  {share("survey", 0), wire.Code_INVALID_ARGUMENT, "share is a number from 0.001 to 1000000, not 0"},
		"a share that is no number": {share("survey", math.NaN()), wire.Code_INVALID_ARGUMENT, "not NaN"},
		"an unknown policy":         {rules(client.Rules{Policy: "cooperate"}), wire.Code_INVALID_ARGUMENT, `"non-cooperative"`},
		"an impossible fairness":    {rules(client.Rules{Fairness: proto.Float64(-1)}), wire.Code_INVALID_ARGUMENT, "from 0 to 1, not -1"},
	} {
		t.Run(name, func(t *testing.T) { want(t, c.order(patiently(t)), c.code, true, c.words) })
	}
	after, err := cl.Describe(patiently(t))
	if err != nil {
		t.Fatal(err)
	}
	if before.Id, before.NowNs = after.Id, after.NowNs; !proto.Equal(before, after) {
		t.Errorf("the node is not as it was: %v, %v", before, after)
	}
	if err := a.RemoveTenant(patiently(t), "survey"); err != nil {
		t.Error(err)
	}
	want(t, a.RemoveTenant(patiently(t), "doorbell"), wire.Code_FAILED_PRECONDITION, true, "the last tenant", "add another one first")
	_, err = a.AddTenant(patiently(t), `tenant "survey" {}`)
	if err != nil {
		t.Error(err)
	}
	healthy(t, cl)
}

// Every tenant has room in the house for its messages: one for whom there is none does not come, by whatever way.
func TestThereAreNoMoreTenantsThanThereIsRoomFor(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token, inbound: "1MiB"})
	cl := n.dial()
	a := cl.Admin(token)
	_, err := a.AddTenant(patiently(t), `tenant "third" {}`)
	want(t, err, wire.Code_RESOURCE_EXHAUSTED, true, "no room for so many tenants", `inbound = "2MiB"`)
	if err := a.RemoveTenant(patiently(t), "survey"); err != nil {
		t.Error(err)
	}
	if _, err := a.AddTenant(patiently(t), `tenant "survey" {}`); err != nil {
		t.Error(err)
	}
	healthy(t, cl)
}

func TestANodeWithoutATokenTakesNoOrders(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	for _, given := range []string{"", token} {
		_, err := cl.Admin(given).SetShare(patiently(t), "doorbell", 2)
		want(t, err, wire.Code_PERMISSION_DENIED, true, "admin_token_file", "reload")
	}
	n.options.token = token // a reload turns administration on
	if e := n.reload(usual); e != "" {
		t.Fatal(e)
	}
	if _, err := cl.Admin(token).SetShare(patiently(t), "doorbell", 2); err != nil {
		t.Error(err)
	}
	n.options.token = "another-token-0123" // and takes a token away
	if e := n.reload(usual); e != "" {
		t.Fatal(e)
	}
	_, err := cl.Admin(token).SetShare(patiently(t), "doorbell", 2)
	want(t, err, wire.Code_UNAUTHENTICATED, true)
	if _, err := cl.Admin("another-token-0123").SetShare(patiently(t), "doorbell", 2); err != nil {
		t.Error(err)
	}
	healthy(t, cl)
}

// Who tries tokens is told to wait, and keeps nobody on the same machine out who has the right one.
func TestWhoTriesTokensIsSlowedDown(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	var wrong, late int
	for i := range 20 {
		_, err := cl.Admin(strings.Repeat("x", i+1)).SetShare(patiently(t), "doorbell", 2)
		var no *client.Error
		switch errors.As(err, &no); {
		case no == nil:
			t.Fatalf("a wrong token gets %v", err)
		case no.Code == wire.Code_UNAUTHENTICATED && no.RetryAfter == 0:
			wrong++
		case no.Code == wire.Code_RESOURCE_EXHAUSTED && no.RetryAfter > 0:
			late++
		default:
			t.Errorf("a wrong token gets %v", no)
		}
	}
	if wrong < 5 || late == 0 {
		t.Errorf("%d wrong tokens were told so, %d were told to wait", wrong, late)
	}
	// So is another connection of that host.
	p := newPeer(t, n.address)
	p.say(&wire.SetShare{Id: p.id(), Token: token + "x", Tenant: "doorbell", Share: 2})
	if r, ok := p.next().(*wire.Refused); !ok || r.GetCode() != wire.Code_RESOURCE_EXHAUSTED {
		t.Errorf("another peer of the host gets %v", r)
	}
	if _, err := cl.Admin(token).SetShare(patiently(t), "doorbell", 2); err != nil {
		t.Error(err)
	}
	healthy(t, cl)
	n.stop()
	if n.last.Logged["admin.refused"] == 0 {
		t.Error("the log does not tell of it")
	}
}

// Whatever an order looks like, it is answered, and nobody else notices.
func TestStrangeOrdersAreRefused(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	p := newPeer(t, n.address)
	unknown := func(m proto.Message) proto.Message {
		m.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, 99, protowire.BytesType), "later"))
		return m
	}
	for name, c := range map[string]struct {
		order proto.Message
		code  wire.Code // OK: it is carried out
	}{
		"empty":                 {&wire.AddTenant{Id: p.id()}, wire.Code_UNAUTHENTICATED},
		"a long token":          {&wire.SetShare{Id: p.id(), Token: strings.Repeat("x", 100_000)}, wire.Code_UNAUTHENTICATED},
		"an unknown field":      {unknown(&wire.SetShare{Id: p.id(), Token: token, Tenant: "doorbell", Share: 60}), wire.Code_OK},
		"larger than messages":  {&wire.AddTenant{Id: p.id(), Token: token, Source: strings.Repeat("x", 1<<20)}, wire.Code_INVALID_ARGUMENT},
		"a tenant's long name":  {&wire.RemoveTenant{Id: p.id(), Token: token, Tenant: strings.Repeat("x", 100_000)}, wire.Code_NOT_FOUND},
		"a policy's long name":  {&wire.SetRules{Id: p.id(), Token: token, Policy: strings.Repeat("x", 100_000)}, wire.Code_INVALID_ARGUMENT},
		"control characters":    {&wire.AddTenant{Id: p.id(), Token: token, Source: "\x1b[2J\x00"}, wire.Code_INVALID_ARGUMENT},
		"a deep nest":           {&wire.AddTenant{Id: p.id(), Token: token, Source: "tenant \"x\" { share = " + strings.Repeat("[", 60_000)}, wire.Code_INVALID_ARGUMENT},
		"a thousand mistakes":   {&wire.AddTenant{Id: p.id(), Token: token, Source: strings.Repeat("x = 1\n", 10_000)}, wire.Code_INVALID_ARGUMENT},
		"nothing but the token": {&wire.SetShare{Id: p.id(), Token: token}, wire.Code_NOT_FOUND},
	} {
		t.Run(name, func(t *testing.T) {
			p.say(c.order)
			switch a := p.next().(type) {
			case *wire.Administered:
				if c.code != wire.Code_OK || a.GetId() != c.order.(interface{ GetId() uint64 }).GetId() {
					t.Errorf("it is carried out: %v", a)
				}
			case *wire.Refused:
				if a.GetCode() != c.code || a.GetId() != c.order.(interface{ GetId() uint64 }).GetId() || len(a.GetMessage()) > 8<<10 {
					t.Errorf("it is refused with %.1000v", a)
				}
			default:
				t.Errorf("it is answered with %.1000v", a)
			}
		})
	}
	p.silent()
	healthy(t, cl)
}

// Orders are carried out one after the other: of many that add the same tenant one does, and the others are told so; and a share is
// what the last of them said.
func TestAdministratorsDoNotDisturbEachOther(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, options{token: token}).dial()
	var added, there, changed, again atomic.Int64
	// give gives an order again when too many wait, as it is told to.
	give := func(order func() error) error {
		for {
			err := order()
			var no *client.Error
			if !errors.As(err, &no) || no.Code != wire.Code_RESOURCE_EXHAUSTED || no.RetryAfter <= 0 {
				return err
			}
			again.Add(1)
			<-time.After(no.RetryAfter)
		}
	}
	const administrators, orders = 4, 6
	var wg sync.WaitGroup
	for i := range administrators {
		a := cl.Admin(token)
		for range orders {
			wg.Go(func() {
				err := give(func() error {
					_, err := a.AddTenant(patiently(t), `tenant "guest" { share = 100 }`)
					return err
				})
				var no *client.Error
				switch errors.As(err, &no); {
				case err == nil:
					added.Add(1)
				case no != nil && no.Code == wire.Code_ALREADY_EXISTS:
					there.Add(1)
				default:
					t.Error(err)
				}
			})
			wg.Go(func() {
				if err := give(func() error {
					_, err := a.SetShare(patiently(t), "doorbell", 10*float64(i+1))
					return err
				}); err != nil {
					t.Error(err)
				}
				changed.Add(1)
			})
		}
	}
	wg.Wait()
	t.Logf("%d added, %d came too late, %d shares changed, %d were given again", added.Load(), there.Load(), changed.Load(), again.Load())
	if added.Load() != 1 || there.Load() != administrators*orders-1 || changed.Load() != administrators*orders {
		t.Error("that is not one after the other")
	}
	healthy(t, cl)
}

// Law 6, by order: whatever a tenant has in the house when it is removed ends, and the others do not notice.
func TestATenantIsRemovedByOrderUnderLoad(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	var over atomic.Bool
	var wg sync.WaitGroup
	var removed atomic.Int64
	for worker := range 32 {
		wg.Go(func() {
			tenant := []string{"doorbell", "guest"}[worker%2]
			for i := 0; !over.Load(); i++ {
				a, err := inferAdmitted(context.Background(), cl, client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[i%300]), Criterion: "false"})
				var no *client.Error
				switch errors.As(err, &no); {
				case err == nil && a.Reason == wire.Reason_LAST_EXIT:
				case no != nil && no.Code == wire.Code_RESOURCE_EXHAUSTED && no.RetryAfter > 0: // so many are more than the machine can answer
				case tenant == "guest" && err == nil && a.Reason == wire.Reason_REMOVED,
					tenant == "guest" && no != nil && no.Code == wire.Code_CANCELLED && strings.Contains(no.Message, "removed"):
					removed.Add(1)
				case tenant == "guest" && no != nil && no.Code == wire.Code_NOT_FOUND && no.Refused:
				default:
					t.Errorf("a request of the %s ends with %v, %v", tenant, a, err)
				}
			}
		})
	}
	a := cl.Admin(token)
	for range 3 {
		done, err := a.AddTenant(patiently(t), `tenant "guest" { queue = 1024 }`)
		if err != nil || done.GetTenant().GetName() != "guest" {
			t.Error(done, err)
		}
		for _, tenant := range []string{"guest", "doorbell"} {
			for range 5 {
				_, err := cl.Infer(patiently(t), client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[0])})
				if no, ok := err.(*client.Error); err != nil && !(ok && no.RetryAfter > 0) {
					t.Error(err)
				}
			}
		}
		if err := a.RemoveTenant(patiently(t), "guest"); err != nil {
			t.Error(err)
		}
		_, err = cl.Infer(patiently(t), client.Request{Tenant: "guest", Inputs: inputs(pictures(t)[0])})
		want(t, err, wire.Code_NOT_FOUND, true)
	}
	over.Store(true)
	wg.Wait()
	if removed.Load() == 0 {
		t.Error("no request met a removal")
	}
	healthy(t, cl)
}

// The file is what the operator has written down: a reload puts it in force, whatever was ordered since.
func TestAReloadUndoesOrders(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	a := cl.Admin(token)
	if _, err := a.AddTenant(patiently(t), `tenant "guest" {}`); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveTenant(patiently(t), "survey"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.SetRules(patiently(t), client.Rules{Policy: "non-cooperative"}); err != nil {
		t.Fatal(err)
	}
	if e := n.reload(usual); e != "" {
		t.Fatal(e)
	}
	d, err := cl.Describe(patiently(t))
	if err != nil || len(d.GetTenants()) != 2 || d.GetRules().GetPolicy() != "cooperative" {
		t.Errorf("the node is %v, %v", d, err)
	}
	healthy(t, cl)
}

// An order that comes while the node stops is answered like any other call.
func TestOrdersMeetTheEndOfTheNode(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{token: token})
	cl := n.dial()
	var wg sync.WaitGroup
	var begun sync.WaitGroup
	for i := range 4 {
		begun.Add(1)
		wg.Go(func() {
			a, told := cl.Admin(token), sync.OnceFunc(begun.Done)
			for {
				_, err := a.SetShare(patiently(t), "doorbell", float64(i+1))
				told()
				var no *client.Error
				switch errors.As(err, &no); {
				case err == nil, no != nil && no.Code == wire.Code_RESOURCE_EXHAUSTED:
				case no != nil && no.Code == wire.Code_UNAVAILABLE, errors.Is(err, client.ErrLost):
					return
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	begun.Wait()
	n.terminate()
	n.stopped()
	wg.Wait()
}
