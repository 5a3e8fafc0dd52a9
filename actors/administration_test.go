package actors_test

import (
	"math"
	"testing"

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
	_, err = cl.Admin("another-token-that-is-long").SetShare(patiently(t), "doorbell", 10)
	want(t, err, wire.Code_UNAUTHENTICATED, true, "admin_token_file")
	healthy(t, cl)
}
