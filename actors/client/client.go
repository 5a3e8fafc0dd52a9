// Package client is the Go library for apps: it connects to a node over actor remoting, sends requests to tenants and
// hands back their answers.
//
//	c, err := client.Dial(ctx, client.Config{Node: "127.0.0.1:8090"})
//	if err != nil { ... }
//	defer c.Close()
//	answer, err := c.Infer(ctx, client.Request{Tenant: "doorbell", Inputs: []*wire.Tensor{client.Float32s("", shape, values)}})
//
// A client has any number of calls in flight, from any number of goroutines. Every call ends: with an answer, with an
// [Error] of the node, or with the context's error, upon which the request is cancelled.
//
// The node answers over a connection of its own, so a client listens: on a free port of the loopback interface unless
// Config says otherwise.
package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/eventstream"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/wire"
)

// Config says whom to connect to and how to be reached.
type Config struct {
	Node      string       // host:port of the node
	Listen    string       // host:port that the client listens on; empty: a free port on 127.0.0.1
	Advertise string       // host:port under which the node reaches the client; empty: what it listens on
	Log       *slog.Logger // of the actor library; nil: none
}

// Client is a connection to a node. It is safe for concurrent use.
type Client struct {
	node    *actor.PID
	inbox   *actor.PID
	system  *actor.ActorSystem
	remote  *remote.Remote
	events  *eventstream.Subscription
	largest uint64 // bytes of a message that the node reads

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]waiter
	closed  bool

	gate sync.RWMutex // read by those who send: the library must not be shut down under them
	shut bool
}

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

// ErrClosed is the error of calls on a client that is closed.
var ErrClosed = errors.New("the client is closed")

// ErrLost is the error of calls in flight when the connection to the node breaks: whether they ran is not known.
var ErrLost = errors.New("the connection to the node is lost")

const inboxName = "delen-app"

// Dial connects to a node and waits until it has answered, or the context is done. The caller closes the client.
func Dial(ctx context.Context, c Config) (*Client, error) {
	if err := reach(ctx, c.Node); err != nil {
		return nil, fmt.Errorf("connecting to the node at %s: %w; is delen serve running there?", c.Node, err)
	}
	cl, err := start(c)
	if err != nil {
		return nil, err
	}
	d, err := cl.describe(ctx, "")
	if err != nil {
		cl.Close()
		if errors.Is(err, ErrLost) {
			err = errors.New("what listens there is no node")
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("%w: no answer; the node must be up and able to dial back to %s", err, cl.system.Address())
		}
		return nil, fmt.Errorf("connecting to the node at %s: %w", c.Node, err)
	}
	cl.largest = d.GetMaxMessageBytes()
	return cl, nil
}

// reach opens and closes a plain connection: its error says what is wrong (a name, a route, nobody there), while the actor
// library says after two seconds that the peer is gone.
func reach(ctx context.Context, node string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", node)
	if err != nil {
		return err
	}
	return conn.Close()
}

func start(c Config) (*Client, error) {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cl := &Client{
		node:    actor.NewPID(c.Node, wire.Root),
		system:  actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return log })),
		waiting: map[uint64]waiter{},
	}
	if _, err := cl.system.Root.SpawnNamed(actor.PropsFromFunc(cl.receive), inboxName); err != nil {
		return nil, err
	}
	guard := &door.Config{
		Messages: []proto.Message{&wire.Inferred{}, &wire.Refused{}, &wire.Failed{}, &wire.Description{}, &wire.CriterionSet{}, &wire.Watched{}},
		Target:   inboxName, Self: cl.system.Address, Anonymous: true, MaxMessage: maxAnswer, Report: func(door.Incident) {},
	}
	var err error
	if cl.remote, err = guard.Open(cl.system, cmp.Or(c.Listen, "127.0.0.1:0"), c.Advertise); err != nil {
		return nil, err
	}
	// After the library's own subscription: once lost ends the calls, no later one meets the connection that is gone.
	cl.events = cl.system.EventStream.Subscribe(cl.lost)
	cl.inbox = actor.NewPID(cl.system.Address(), inboxName)
	return cl, nil
}

// maxAnswer bounds one answer from the node, which may carry an exit's output.
const maxAnswer = 4 << 20

// receive is the inbox: it hands what the node says to those who wait for it.
func (cl *Client) receive(ctx actor.Context) {
	a, ok := ctx.Message().(*door.Arrival)
	if !ok {
		return
	}
	if m, ok := a.Body.(interface{ GetId() uint64 }); ok {
		cl.came(m.GetId(), reply{a.Body, a.Err})
	}
}

// lost ends the calls in flight when the connection breaks.
func (cl *Client) lost(event any) {
	e, ok := event.(*remote.EndpointTerminatedEvent)
	if !ok || e.Address != cl.node.Address {
		return
	}
	cl.failAll(ErrLost)
}

// enter gives an id to somebody who waits.
func (cl *Client) enter(w waiter) (uint64, error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if cl.closed {
		return 0, ErrClosed
	}
	cl.lastID++
	cl.waiting[cl.lastID] = w
	return cl.lastID, nil
}

// leave forgets an id. Nothing comes for it any more.
func (cl *Client) leave(id uint64) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	delete(cl.waiting, id)
}

// came hands a reply to the one who waits for it, if there is one.
func (cl *Client) came(id uint64, r reply) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	if w := cl.waiting[id]; w != nil && w.take(r) {
		delete(cl.waiting, id)
	}
}

// failAll ends whatever waits.
func (cl *Client) failAll(err error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
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

// Error is a definite no of the node.
type Error struct {
	Code       wire.Code
	Message    string
	Refused    bool          // not admitted: nothing ran
	RetryAfter time.Duration // of a refusal: when to ask again; 0: as it stands, never
}

// Error implements error.
func (e *Error) Error() string {
	word := "failed"
	if e.Refused {
		word = "refused"
	}
	s := fmt.Sprintf("%s (%s): %s", word, e.Code, e.Message)
	if e.RetryAfter > 0 {
		s += fmt.Sprintf("; try again after %s", e.RetryAfter.Round(time.Microsecond))
	}
	return s
}

// Close ends all calls with ErrClosed and the connection.
func (cl *Client) Close() {
	cl.mu.Lock()
	was := cl.closed
	cl.closed = true
	cl.mu.Unlock()
	if was {
		return
	}
	cl.gate.Lock()
	cl.shut = true
	cl.gate.Unlock()
	cl.failAll(ErrClosed)
	cl.system.EventStream.Unsubscribe(cl.events)
	door.Shutdown(cl.remote)
	cl.system.Shutdown()
}
