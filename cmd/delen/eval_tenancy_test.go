package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
)

// Every configuration that a play serves is one that delen check has no complaint about.
func TestConfigurationsOfScenesAreValid(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	unit := map[string]time.Duration{"glyphs": 3870 * time.Microsecond, "speech": 3553 * time.Microsecond}
	path := filepath.Join(t.TempDir(), "scene.hcl")
	for i := range scenes {
		s := &scenes[i]
		for k := range s.phases {
			for _, policy := range tenancyPolicies {
				if err := os.WriteFile(path, []byte(s.configuration(examples, policy, 1, k, unit)), 0o600); err != nil {
					t.Fatal(err)
				}
				c, diags := config.Load(path)
				if len(diags) > 0 {
					t.Fatalf("%s, %s, %s: %v", s.name, s.phases[k].name, policy, diags)
				}
				for g := range s.guests {
					guest := c.Tenant(s.guests[g].name)
					if there := s.phases[k].shares[g] > 0; there != (guest != nil) {
						t.Errorf("%s, %s: tenant %s is there: %v, want %v", s.name, s.phases[k].name, s.guests[g].name, !there, there)
					} else if there && math.Abs(c.Guarantee(guest)-s.phases[k].guarantee(g)) > 1e-12 {
						t.Errorf("%s, %s: %s has %g, want %g", s.name, s.phases[k].name, guest.Name, c.Guarantee(guest), s.phases[k].guarantee(g))
					}
				}
			}
		}
	}
}

// A scene is a story: in each of its phases there is one load and one share for each tenant, and who is not there asks for nothing.
func TestScenesAreWhole(t *testing.T) {
	for i := range scenes {
		s := &scenes[i]
		for _, p := range s.phases {
			if len(p.loads) != len(s.guests) || len(p.shares) != len(s.guests) {
				t.Fatalf("%s, %s: %d loads and %d shares of %d tenants", s.name, p.name, len(p.loads), len(p.shares), len(s.guests))
			}
			for k := range p.loads {
				if p.shares[k] == 0 && p.loads[k] > 0 {
					t.Errorf("%s, %s: %s sends, and is not there", s.name, p.name, s.guests[k].name)
				}
			}
		}
		if first, last := s.phases[0], s.phases[len(s.phases)-1]; !slices.Equal(first.shares, last.shares) || !slices.Equal(first.loads, last.loads) {
			t.Errorf("%s does not end as it has begun", s.name)
		}
	}
}

// Arrivals are a Poisson process of the phase's rate, in order, and the seed decides them.
func TestArrivals(t *testing.T) {
	const lead, phase, capacity = 50 * time.Second, 100 * time.Second, 300
	s := &scenes[0]
	for guest := range s.guests {
		all := s.arrivals(guest, lead, phase, capacity, 50, 1)
		for i, p := range s.phases {
			from, to := time.Duration(i)*phase, time.Duration(i+1)*phase
			if i == 0 {
				from = -lead
			}
			n, sum, squares := 0, 0.0, 0.0
			last := from
			for _, a := range all {
				if a.due < from || a.due >= to {
					continue
				}
				if a.due < last || a.sample < 0 || a.sample >= 50 {
					t.Fatalf("arrival %v behind one at %s", a, last)
				}
				gap := (a.due - last).Seconds()
				n, sum, squares, last = n+1, sum+gap, squares+gap*gap, a.due
			}
			want := p.loads[guest] * capacity * (to - from).Seconds()
			if i > 0 && s.phases[i-1].shares[guest] == 0 {
				want *= .95
			}
			if math.Abs(float64(n)-want) > 5*math.Sqrt(want) {
				t.Errorf("%s has %d arrivals in %s, want about %g", s.guests[guest].name, n, p.name, want)
			}
			if n < 1000 {
				continue
			}
			mean := sum / float64(n)
			if spread := math.Sqrt(squares/float64(n)-mean*mean) / mean; i < 5 && math.Abs(spread-1) > .1 {
				t.Errorf("%s, %s: gaps spread by %g of their mean, want 1", s.guests[guest].name, p.name, spread)
			}
		}
		if !slices.Equal(all, s.arrivals(guest, lead, phase, capacity, 50, 1)) || slices.Equal(all, s.arrivals(guest, lead, phase, capacity, 50, 2)) {
			t.Error("the same seed gives other arrivals, or another the same")
		}
	}
}

// Every request that was sent counts once among the ends.
func TestEveryEndIsCountedOnce(t *testing.T) {
	no := func(code wire.Code, refused bool) *record {
		r := new(record)
		r.fail(&client.Error{Code: code, Refused: refused})
		return r
	}
	yes := func(exit int, reason wire.Reason, right bool, response time.Duration) *record {
		r := new(record)
		r.answer(&client.Answer{Exit: exit, Reason: reason, Response: response, Energy: .002}, right, 50*time.Millisecond)
		return r
	}
	lost := new(record)
	lost.fail(errors.New("the connection broke"))
	var records []record
	for _, r := range []*record{
		{}, yes(1, wire.Reason_CRITERION, true, 10*time.Millisecond), yes(2, wire.Reason_DEADLINE, false, 51*time.Millisecond),
		yes(2, wire.Reason_LAST_EXIT, true, 60*time.Millisecond), no(wire.Code_RESOURCE_EXHAUSTED, true), no(wire.Code_NOT_FOUND, true),
		no(wire.Code_DEADLINE_EXCEEDED, false), no(wire.Code_RESOURCE_EXHAUSTED, false), no(wire.Code_CANCELLED, false),
		no(wire.Code_INTERNAL, false), lost,
	} {
		records = append(records, *r)
	}
	f := newTenancyFigures("camera", 2, records)
	if f.Sent != 10 || f.ended() != 10 || f.Unsent != 1 {
		t.Errorf("%d were sent, %d have ended, %d were not sent: want 10, 10 and 1", f.Sent, f.ended(), f.Unsent)
	}
	if f.Answered != 3 || f.Refused != 2 || f.Expired != 1 || f.Shed != 1 || f.Removed != 1 || f.Failed != 1 || f.Unanswered != 1 {
		t.Errorf("the ends are %+v", f)
	}
	if f.Right != 2 || f.Late != 1 || f.Cut != 1 || f.Useful != 1 || !slices.Equal(f.Exits, []int{1, 2}) || f.missed() != 9 {
		t.Errorf("the answers are %+v", f)
	}
	if *f.P50 != .051 || *f.P95 != .06 || math.Abs(*f.Energy-.002) > 1e-12 || math.Abs(*f.meanExit()-5./3) > 1e-12 {
		t.Errorf("response times %g and %g, energy %g, exit %g", *f.P50, *f.P95, *f.Energy, *f.meanExit())
	}
	if f := newTenancyFigures("camera", 2, nil); f.P95 != nil || f.Energy != nil || f.meanExit() != nil {
		t.Error("figures of no answer")
	}
}

// Busy time that is told now and then is spread evenly over the time that it is about, and none of it is lost.
func TestBusyCurve(t *testing.T) {
	var c busyCurve
	if c.until(time.Second) != 0 {
		t.Error("busy time that nobody has told")
	}
	c.begin(time.Second)
	c.add(2*time.Second, 500*time.Millisecond)
	c.add(4*time.Second, time.Second)
	c.begin(6 * time.Second) // after it was away
	c.add(7*time.Second, 100*time.Millisecond)
	for at, want := range map[time.Duration]float64{
		0: 0, time.Second: 0, 1500 * time.Millisecond: .25, 2 * time.Second: .5, 3 * time.Second: 1, 4 * time.Second: 1.5,
		5 * time.Second: 1.5, 6500 * time.Millisecond: 1.55, 9 * time.Second: 1.6,
	} {
		if got := c.until(at); math.Abs(got-want) > 1e-12 {
			t.Errorf("%g s up to %s, want %g", got, at, want)
		}
	}
}
