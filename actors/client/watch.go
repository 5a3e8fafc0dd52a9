package client

import (
	"context"
	"iter"
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// Watch asks for a report on a tenant at every interval, at least 10 ms; 0 asks for one each second. The reports come until
// the loop over them is left, which tells the node, or with an error as the last: an [Error] of the node, [ErrLost],
// [ErrClosed] or the context's own. Each loop over the sequence is a watch of its own.
//
// Reports wait for a loop that is busy. When too many wait, the oldest are lost, which shows as a gap in their sequence.
//
//	for report, err := range c.Watch(ctx, "doorbell", time.Second) {
//		if err != nil { ... }
//		...
//	}
func (cl *Client) Watch(ctx context.Context, tenant string, every time.Duration) iter.Seq2[*wire.Watched, error] {
	return func(yield func(*wire.Watched, error) bool) {
		if ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		m := &wire.Watch{Tenant: tenant, EveryNs: int64(every)}
		if err := sendable(m, 0); err != nil {
			yield(nil, err)
			return
		}
		w := make(watch, maxReports)
		id, err := cl.enter(ctx, w)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { // also when the loop panics
			if cl.leave(id) {
				cl.send(&wire.Cancel{Id: id, Tenant: tenant})
			}
		}()
		m.Id = id
		cl.send(m)
		w.run(ctx, yield)
	}
}

// maxReports is how many reports wait for a loop: a minute of them at the usual interval.
const maxReports = 64

// watch is a loop over reports that waits for the next.
type watch chan reply

// take implements waiter.
func (w watch) take(r reply) (over bool) {
	_, report := r.body.(*wire.Watched)
	for {
		select {
		case w <- r:
			return !report
		default:
		}
		select {
		case <-w: // the oldest makes room
		default:
		}
	}
}

// run hands reports to the loop until that is left.
func (w watch) run(ctx context.Context, yield func(*wire.Watched, error) bool) {
	for {
		select {
		case <-ctx.Done():
			yield(nil, ctx.Err())
			return
		case r := <-w:
			report, ok := r.body.(*wire.Watched)
			m, err := result(r)
			if err == nil && !ok {
				err = unexpected(m)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(report, nil) {
				return
			}
		}
	}
}
