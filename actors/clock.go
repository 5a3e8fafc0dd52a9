package actors

import (
	"sync/atomic"
	"time"
)

// clock gives the time of the house: since the node's start, monotonic.
type clock struct{ start time.Time }

func (c clock) now() time.Duration           { return time.Since(c.start) }
func (c clock) at(t time.Time) time.Duration { return t.Sub(c.start) }

// numbers gives ticket ids that are unique in the house.
type numbers struct{ last atomic.Uint64 }

func (n *numbers) next() uint64 { return n.last.Add(1) }
