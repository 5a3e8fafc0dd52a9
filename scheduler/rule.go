package scheduler

import "math"

// leastPrice keeps a segment that draws next to nothing from being free: its tenant would never have had its share.
const leastPrice = 0.01

// price finds what a second of each segment costs: 1 when it is charged by time, and the part that it draws of the most that
// any does when by energy.
func (s *Scheduler) price() {
	most := 0.0
	for _, m := range s.config.Models {
		for _, power := range m.Power {
			if power > most { // not NaN
				most = power
			}
		}
	}
	for i := range s.models {
		power := s.config.Models[i].Power
		for j := range s.models[i].segments {
			part := 1.0
			if power != nil && !math.IsNaN(power[j]) && most > 0 {
				part = power[j] / most
			}
			s.models[i].segments[j].price = max(s.config.Fairness+(1-s.config.Fairness)*part, leastPrice)
		}
	}
}

// rule changes how slots are given away. What a tenant owes, or is owed, stays, but for what is more than line allows: where
// requests were served as they came nobody had a share. Every bucket begins full.
func (s *Scheduler) rule(x Rule) {
	if x.Validate() != nil {
		return
	}
	s.config.Fairness = x.Fairness
	s.price()
	policy := x.Policy.orDefault()
	if policy == s.config.Policy {
		return
	}
	for s.waiting.Len() > 0 {
		s.unwait(s.waiting.First())
	}
	for s.parked.Len() > 0 {
		s.parked.Remove(s.parked.First().parked)
	}
	s.config.Policy = policy
	for _, t := range s.tenants {
		if t == nil {
			continue
		}
		t.queue.Order()
		for i := range t.lanes {
			t.lanes[i].queue.Order()
		}
		s.fillUp(t)
	}
	for i := range s.models {
		for j := range s.models[i].segments {
			s.models[i].segments[j].lanes.Order()
		}
	}
	for _, t := range s.tenants {
		if t != nil && t.queue.Len() > 0 {
			s.line(t)
		}
	}
}

func (p Policy) orDefault() Policy {
	if p == "" {
		return Cooperative
	}
	return p
}
