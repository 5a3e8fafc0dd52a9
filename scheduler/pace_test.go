package scheduler

import (
	"math"
	"testing"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// The pace is that of what has run lately, the least of it.
func TestThePaceIsTheLeastOfWhatHasRun(t *testing.T) {
	nan := math.NaN()
	warm := [][]time.Duration{{10 * time.Millisecond}, {20 * time.Millisecond}}
	s, err := New(Config{
		Slots: 1, Fairness: 1, Models: []Model{{Warm: warm, Exits: []Figures{{nan, nan, nan}, {nan, nan, nan}}}}, Tenants: []Tenant{{Weight: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Pace(); !math.IsNaN(p.Least) || p.Busy != 0 {
		t.Errorf("before anything has run: %+v", p)
	}
	now := time.Duration(0)
	id := uint64(0)
	serve := func(paces ...float64) {
		id++
		effects := s.Step(now, Offer{&tenants.Ticket{ID: id, Arrived: now, Deadline: tenants.Never}})
		for i, pace := range paces {
			var run uint64
			for _, e := range effects {
				if r, ok := e.(*Run); ok {
					run = r.Run
				}
			}
			x := Exited{Run: run, Rows: make([]Row, 1)}
			x.Usage.Busy = time.Duration(pace * float64(warm[i][0]))
			now += x.Usage.Busy
			effects = s.Step(now, x)
		}
	}
	for range 200 {
		serve(1.5, 2)
	}
	if p := s.Pace(); math.Abs(p.Least-1.5) > 0.01 || math.Abs(p.Busy-1) > 1e-9 {
		t.Errorf("after 1.5 and 2: %+v", p)
	}
	for range 200 {
		now += time.Second
		serve(1, 1.2)
	}
	if p := s.Pace(); math.Abs(p.Least-1) > 0.01 || p.Busy > 0.04 {
		t.Errorf("after 1 and 1.2, with pauses: %+v", p)
	}
	if p := s.Pace(); !math.IsNaN(p.Least) || p.Busy != 0 {
		t.Errorf("when nothing has run since: %+v", p)
	}
}
