package actors

import (
	"slices"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// seats are the places of tenants in the house. A place is a small number, the tenant's index; that of a tenant that is
// gone is given away again.
type seats struct {
	mu    sync.Mutex
	taken []*actor.PID // by index; nil: free
}

// reserved has a place taken whose tenant has no actor yet.
var reserved = &actor.PID{}

// take reserves a free place.
func (s *seats) take() (index int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	index = slices.Index(s.taken, nil)
	if index < 0 {
		index = len(s.taken)
		s.taken = append(s.taken, nil)
	}
	s.taken[index] = reserved
	return index
}

// sit gives a place to a tenant's actor; nil frees it.
func (s *seats) sit(index int, pid *actor.PID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken[index] = pid
}

// all are the tenants' actors, those of tenants that are leaving included.
func (s *seats) all() []*actor.PID {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*actor.PID
	for _, pid := range s.taken {
		if pid != nil && pid != reserved {
			all = append(all, pid)
		}
	}
	return all
}
