package scheduler

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/tenants"
)

// Where more come than the plan lets in, the newest are kept. One slot never gets free: whatever is queued is what was kept, and
// a dumb list says what that is.
func TestTheNewestAreKept(t *testing.T) {
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 51))
		s, err := New(Config{
			Slots: 1, Models: []Model{{Warm: [][]time.Duration{{time.Hour}}, Exits: []Figures{{}}}}, RunLimit: 24 * time.Hour,
			Tenants: []Tenant{{Weight: 1, Room: 1 + rng.IntN(6)}},
		})
		if err != nil {
			t.Fatal(err)
		}
		room := s.tenants[0].Room
		var kept, want []uint64
		ended := map[uint64]tenants.Reason{}
		for id := range uint64(40) {
			k := &tenants.Ticket{ID: id + 1, Deadline: tenants.Never, Criterion: criteria.Never(), Displaces: tenants.Displacement(rng.IntN(3))}
			if id == 0 { // it runs, and stays
				k.Displaces = tenants.NoTicket
			}
			for _, x := range s.Step(time.Duration(id), Offer{Ticket: k}) {
				if e, ok := x.(*End); ok {
					ended[e.Ticket.ID] = e.Reason
				}
			}
			if id == 0 {
				continue
			}
			want = append(want, k.ID)
			switch {
			case len(want)+1 > room && len(want) > 0, k.Displaces == tenants.OldestOrItself, k.Displaces == tenants.OldestQueued && len(want) > 1:
				want = want[1:]
			}
		}
		for id := range uint64(40) {
			if _, over := ended[id+1]; !over && id > 0 {
				kept = append(kept, id+1)
			}
		}
		if !slices.Equal(kept, want) {
			t.Errorf("seed %d, room for %d: %v are kept, want %v", seed, room, kept, want)
		}
		for id, r := range ended {
			if r != tenants.Shed {
				t.Errorf("seed %d: %d ends as %s", seed, id, r)
			}
		}
	}
}
