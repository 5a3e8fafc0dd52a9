package actors

import (
	"strings"
	"testing"

	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/modelled"
	"github.com/delen-edge/delen/stages/profile"
)

// A file that leaves shapes open may be asked for FLOPs, but not when the runtime cannot tell the shapes either.
func TestCriteriaOfWhatCannotBeCounted(t *testing.T) {
	one := 1e-3
	for name, flops := range map[string]*float64{"counted": &one, "uncounted": nil} {
		p := &profile.Profile{Model: "m", Source: profile.Modelled, Exits: []profile.Exit{{Name: "a", ResponseTime: &one, FLOPs: flops}}}
		backend, err := modelled.Load(modelled.Config{Name: "m", Profile: p})
		if err != nil {
			t.Fatal(err)
		}
		m := &config.Model{Name: "m", Exits: []string{"a"}, Unresolved: []string{"h"}}
		n := &Node{models: []*loaded{{config: m, backend: backend}}}
		criterion, diags := criteria.Parse("flops > 1*MFLOPs", 1, m.Metrics())
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		c := &config.Config{Models: []*config.Model{m}, Tenants: []*config.Tenant{
			{Name: "plain", Model: m, Criterion: criteria.Never()}, {Name: "counting", Model: m, Criterion: criterion},
		}}
		err = n.checkCriteria(c)
		const want = "the criterion of tenant counting asks for flops, and the operations of model m cannot be counted: give the model a profile that states flops"
		if flops != nil && err != nil || flops == nil && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
