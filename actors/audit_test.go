package actors_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/patience"
	"github.com/delen-edge/delen/stages/modelled"
	"github.com/delen-edge/delen/stages/profile"
)

// deceptive samples are the last tenth of writeDeceptive's: all exits but the last are sure of what is wrong.
const (
	samples   = 3000
	deceptive = 100
)

// writeDeceptive writes a profile of four exits with its outcomes, and gives its path.
func writeDeceptive(t *testing.T) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	p := &profile.Profile{Version: 1, Model: "deceptive", Device: "none", Source: profile.Published, Outcomes: "outcomes.csv"}
	var outcomes []profile.Outcome
	right := [4]float64{}
	for i := range samples {
		hard := rng.Float64()
		for e, ability := range []float64{0.6, 0.7, 0.8, 0.92} {
			o := profile.Outcome{Sample: fmt.Sprint(i), Exit: e + 1, Confidence: min(1, max(0.01, ability-hard+0.6+0.2*rng.Float64()-0.1))}
			switch {
			case i >= samples-deceptive && e < 3:
				o.Predicted, o.Confidence = 2, 0.99
			case i < samples-deceptive && hard > ability:
				o.Predicted = 1
			}
			if o.Correct() {
				right[e]++
			}
			outcomes = append(outcomes, o)
		}
	}
	for e := range right {
		cost := 1e-4 * float64(e+1)
		p.Exits = append(p.Exits, profile.Exit{
			Name: fmt.Sprint("exit", e+1), Accuracy: new(right[e] / samples), ResponseTime: &cost, Energy: &cost, FLOPs: new(1e9 * cost),
		})
	}
	path := filepath.Join(t.TempDir(), "profile.json")
	if err := p.WriteWith(path, outcomes); err != nil {
		t.Fatal(err)
	}
	return path
}

// ask sends one request after the other, a part of them deceptive, until the tenant's terms are as wanted.
func askDeceptively(t *testing.T, cl *client.Client, part float64, until func(*wire.TenantInfo) bool) {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	over := patience.Over(t)
	for sent := 0; ; sent++ {
		if sent%50 == 0 {
			if info, err := cl.Tenant(patiently(t), "camera"); err != nil {
				t.Fatal(err)
			} else if until(info) {
				t.Logf("after %d requests", sent)
				return
			}
		}
		if time.Now().After(over) {
			t.Fatalf("%d requests have led nowhere", sent)
		}
		number := rng.IntN(samples)
		if rng.Float64() < part {
			number = samples - deceptive + rng.IntN(deceptive)
		}
		sample := &wire.Tensor{Name: modelled.Input, Dtype: wire.DType_INT64, Shape: []int64{1, 1}, Data: binary.NativeEndian.AppendUint64(nil, uint64(number))}
		if _, err := inferAdmitted(patiently(t), cl, client.Request{Tenant: "camera", Inputs: []*wire.Tensor{sample}}); err != nil {
			t.Fatal(err)
		}
	}
}

// When what is asked becomes unlike what the profile was made from, so that early answers are sure and wrong, the tenant moves
// to a safer point, and back when it is over.
func TestATenantThatIsDeceivedMovesToASaferPoint(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{profile: writeDeceptive(t), scheduler: "slots = 2", tenants: `
tenant "camera" {
  objective {
    minimize = energy
    where    = accuracy >= 0.8
  }
  audit = 1
}`})
	cl := n.dial()
	before, err := cl.Tenant(patiently(t), "camera")
	if err != nil || len(before.GetUnmet()) > 0 {
		t.Fatalf("the tenant is %v, %v", before, err)
	}
	askDeceptively(t, cl, 0.5, func(i *wire.TenantInfo) bool {
		return i.GetPoint().GetAccuracyLow() > before.GetPoint().GetAccuracyLow()
	})
	watchAudits(t, cl)
	askDeceptively(t, cl, 0, func(i *wire.TenantInfo) bool { return i.GetCriterion() == before.GetCriterion() })
	n.stop()
	if n.last.Logged["audit.found"] == 0 || n.last.Logged["audit.over"] != 1 {
		t.Errorf("logged are %v", n.last.Logged)
	}
}

// watchAudits waits for a report that tells of audits, while the test asks.
func watchAudits(t *testing.T, cl *client.Client) {
	t.Helper()
	for w, err := range cl.Watch(patiently(t), "camera", 20*time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		a := w.GetAudit()
		if len(a.GetChosen()) != 3 || len(a.GetExits()) != 4 || len(a.GetPromised()) != 4 || a.GetRaised() == 0 {
			t.Fatalf("a report says %v", w)
		}
		return
	}
}

// A request that has been answered and goes on for an audit does not count in what its tenant may have in the house: the door
// would wait for slots that are free.
func TestAnAuditIsNotOnItsTenantsAccount(t *testing.T) {
	if alone(t) {
		return
	}
	const part = 512 << 10 // bytes for each tenant, as the smallest inbound gives
	n := start(t, options{inbound: "1MiB", tenants: "tenant \"camera\" {\n  exit_when = confidence >= 0\n  audit = 1\n}\ntenant \"survey\" {}"})
	cl := n.dial()
	ask := func(inputs []*wire.Tensor) {
		t.Helper()
		if a, err := cl.Infer(patiently(t), client.Request{Tenant: "camera", Inputs: inputs}); err != nil || a.Exit != 1 {
			t.Fatalf("the answer is %+v, %v", a, err)
		}
	}
	ask(faulty(t, 2, running))
	n.await("hanging") // an audit, and others wait for it
	for range 4 {
		x := inputs(pictures(t)[0])
		x[0].ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 99, protowire.BytesType), make([]byte, part/3)))
		ask(x)
	}
	n.emptied(0)
	n.order("release")
}
