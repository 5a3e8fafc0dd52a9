package client

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/wire"
)

// waiter waits for what the node says to an id.
type waiter interface {
	// take hands over what has come, and says whether that was the last. It is called under the client's lock, does not
	// block, and is not called again after the last.
	take(reply) (over bool)
}

// reply is what has come for an id.
type reply struct {
	body proto.Message
	err  error
}

// receive is the inbox: it hands what the node says to those who wait for it.
func (cl *Client) receive(ctx actor.Context) {
	a, ok := ctx.Message().(*door.Arrival)
	if !ok {
		return
	}
	if m, ok := a.Body.(interface{ GetId() uint64 }); ok && cl.came(m.GetId(), reply{a.Body, a.Err}) {
		cl.heardFrom(a.From)
	}
	a.Done()
}

// enter gives an id to somebody who waits, and waits for a connection itself if that is wanted.
func (cl *Client) enter(ctx context.Context, w waiter) (uint64, error) {
	for {
		id, up, err := cl.tryEnter(w)
		if err == nil || up == nil {
			return id, err
		}
		select {
		case <-up:
		case <-ctx.Done():
			return 0, fmt.Errorf("%w; %w", ctx.Err(), err)
		}
	}
}

// tryEnter gives an id if there is a connection. If there is none, but it pays to wait for it, it gives a channel that is
// closed when that may have changed.
func (cl *Client) tryEnter(w waiter) (id uint64, up <-chan struct{}, err error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	switch {
	case cl.open.Err() != nil:
		return 0, nil, ErrClosed
	case cl.link.up:
		return cl.add(w), nil, nil
	case cl.config.Wait:
		return 0, cl.link.changed, cl.link.error()
	}
	return 0, nil, cl.link.error()
}

// add gives the next id. The client is locked.
func (cl *Client) add(w waiter) uint64 {
	cl.lastID++
	cl.waiting[cl.lastID] = w
	return cl.lastID
}

// leave forgets an id, and says whether something could still have come for it.
func (cl *Client) leave(id uint64) bool {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	_, open := cl.waiting[id]
	delete(cl.waiting, id)
	return open
}

// came hands a reply to the one who waits for it, and says whether there is one.
func (cl *Client) came(id uint64, r reply) bool {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	w := cl.waiting[id]
	if w != nil && w.take(r) {
		delete(cl.waiting, id)
	}
	return w != nil
}

// failAll ends whatever waits. The client is locked.
func (cl *Client) failAll(err error) {
	for _, w := range cl.waiting {
		w.take(reply{err: err})
	}
	clear(cl.waiting)
}

// send hands a message to the library, unless that is shut down.
func (cl *Client) send(m proto.Message) {
	cl.gate.RLock()
	defer cl.gate.RUnlock()
	if !cl.shut {
		cl.system.Root.RequestWithCustomSender(cl.node, m, cl.inbox)
	}
}

// result turns the messages that are errors into errors.
func result(r reply) (proto.Message, error) {
	if r.err != nil {
		return nil, r.err
	}
	switch m := r.body.(type) {
	case *wire.Refused:
		return nil, &Error{Code: m.GetCode(), Message: m.GetMessage(), Refused: true, RetryAfter: time.Duration(m.GetRetryAfterNs())}
	case *wire.Failed:
		return nil, &Error{Code: m.GetCode(), Message: m.GetMessage()}
	}
	return r.body, nil
}

func unexpected(m proto.Message) error {
	return fmt.Errorf("the node answered with %s, which does not answer this call", proto.MessageName(m))
}
