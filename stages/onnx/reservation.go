package onnx

import (
	"sync"

	"github.com/delen-edge/delen/stages/graph"
)

// reservations are the bytes that the models take that are being loaded at the moment. The system does not count them yet.
type reservations struct {
	mu    sync.Mutex
	freed sync.Cond
	bytes int64
}

// loadings has the models of this process.
var loadings = newReservations()

func newReservations() *reservations {
	r := &reservations{}
	r.freed.L = &r.mu
	return r
}

// take reserves bytes as soon as the check passes, which is handed what is reserved already. It waits for others to be released
// while there are any; then the error of the check is the answer.
func (r *reservations) take(bytes int64, check func(reserved int64) error) (release func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if err = check(r.bytes); err == nil {
			break
		}
		if r.bytes == 0 {
			return nil, err
		}
		r.freed.Wait()
	}
	r.bytes += bytes
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bytes -= bytes
		r.freed.Broadcast()
	}, nil
}

// reserve takes the memory that a model needs while it is being loaded, of what is spare: two models that are loaded at the
// same time must not both count on the same memory.
func (m *Model) reserve(split *graph.Split, spare func() int64) (release func(), err error) {
	_, _, need := m.need(split)
	return loadings.take(need, func(reserved int64) error { return m.afford(split, max(0, spare()-reserved)) })
}
