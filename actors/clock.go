package actors

import (
	"sync/atomic"
	"time"
)

// clock gives the time of the house: since the node's start, monotonic.
type clock struct{ start time.Time }

func (c clock) now() time.Duration           { return time.Since(c.start) }
func (c clock) at(t time.Time) time.Duration { return t.Sub(c.start) }

// wall is the node's clock as apps are told it, in nanoseconds: at the node's start it stood as the wall clock did, and from
// then on it runs evenly.
func (c clock) wall() int64 { return c.start.UnixNano() + int64(c.now()) }

// house is a positive time of wall's clock as a time of the house, which may be before the node's start.
func (c clock) house(wall int64) time.Duration { return time.Duration(wall - c.start.UnixNano()) }

// numbers gives ticket ids that are unique in the house.
type numbers struct{ last atomic.Uint64 }

func (n *numbers) next() uint64 { return n.last.Add(1) }
