// Package client is the Go library for apps: it connects to a node over actor remoting, sends requests to tenants and
// hands back their answers.
//
//	c, err := client.Dial(ctx, client.Config{Node: "127.0.0.1:8090"})
//	if err != nil { ... }
//	defer c.Close()
//	answer, err := c.Infer(ctx, client.Request{Tenant: "doorbell", Inputs: []*wire.Tensor{client.Float32s("", shape, values)}})
//
// A client has any number of calls in flight, from any number of goroutines. Every call ends: with an answer, with an
// [Error] of the node, with [ErrLost] when the connection breaks, or with the context's error, upon which the request is
// cancelled. No call is ever sent twice.
//
// When the connection is lost, in either direction, the client connects again by itself, until it is closed. Calls that are
// made meanwhile fail at once, or wait if Config says so: a camera has a newer picture when the node is back, a batch job
// has not.
//
// A node reads no more from an app while too much that it has sent for one tenant waits in the house; whatever it sends
// after that waits behind it, messages for other tenants and changes of a criterion included. An app that floods a tenant,
// and wants to be heard all the same, dials once more.
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
	"math/rand/v2"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/wire"
)

// Config says whom to connect to and how to be reached.
type Config struct {
	Node      string       // host:port of the node
	Listen    string       // host:port that the client listens on; empty: a free port on 127.0.0.1
	Advertise string       // host:port under which the node reaches the client; empty: what it listens on
	Wait      bool         // calls made while the connection is lost wait for it, until their context ends; false: they fail
	Log       *slog.Logger // of the actor library; nil: none
}

// Client is a connection to a node. It is safe for concurrent use.
type Client struct {
	config Config
	node   *actor.PID
	inbox  *actor.PID
	system *actor.ActorSystem
	door   *door.Door

	mu      sync.Mutex
	lastID  uint64
	waiting map[uint64]waiter
	link    link

	gate sync.RWMutex // read by those who send: the library must not be shut down under them
	shut bool

	open   context.Context // done when the client is closed
	close  context.CancelFunc
	broken chan struct{}  // has room for one: the connection has been lost
	keeper sync.WaitGroup // of the goroutine that keeps the connection
}

// Errors of calls.
var (
	// ErrClosed is the error of calls on a client that is closed.
	ErrClosed = errors.New("the client is closed")
	// ErrLost is the error of calls while there is no connection to the node. Of those that were in flight when it broke, it
	// is not known whether they ran; those that came later have not been sent. The error's text says which.
	ErrLost = errors.New("the connection to the node is lost")
)

const inboxName = "delen-app"

// Dial connects to a node. It fails at once when nobody listens there, Wait or not: an app that may start before its node
// dials again. When somebody does, it waits for the answer, until the context is done and ten seconds at most. The caller
// closes the client.
func Dial(ctx context.Context, c Config) (*Client, error) {
	ctx, cancel := context.WithTimeout(ctx, shakeTimeout)
	defer cancel()
	if err := reach(ctx, c.Node); err != nil {
		return nil, fmt.Errorf("connecting to the node at %s: %w; is delen serve running there?", c.Node, err)
	}
	cl, err := start(c)
	if err != nil {
		return nil, err
	}
	if err := cl.handshake(ctx); err != nil {
		cl.Close()
		return nil, fmt.Errorf("connecting to the node at %s: %w", c.Node, cl.explain(err))
	}
	cl.keeper.Go(cl.keep)
	return cl, nil
}

func start(c Config) (*Client, error) {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cl := &Client{
		config:  c,
		node:    actor.NewPID(c.Node, wire.Root),
		system:  actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return log })),
		waiting: map[uint64]waiter{},
		// An app that starts anew where another was must not take the answers to that one for its own.
		lastID: rand.Uint64() >> 1,
		link:   link{changed: make(chan struct{})},
		broken: make(chan struct{}, 1),
	}
	cl.open, cl.close = context.WithCancel(context.Background())
	if _, err := cl.system.Root.SpawnNamed(actor.PropsFromFunc(cl.receive), inboxName); err != nil {
		return nil, err
	}
	inbox := door.Config{
		Messages: []proto.Message{&wire.Inferred{}, &wire.Refused{}, &wire.Failed{}, &wire.Description{}, &wire.CriterionSet{}, &wire.ObjectiveSet{}, &wire.Watched{}, &wire.Administered{}},
		Target:   inboxName, Self: cl.system.Address, Anonymous: true, MaxMessage: maxAnswer,
		Report: func(door.Incident) {}, Gone: cl.gone, Lost: cl.lost,
	}
	var err error
	if cl.door, err = inbox.Open(cl.system, cmp.Or(c.Listen, "127.0.0.1:0"), c.Advertise); err != nil {
		return nil, err
	}
	cl.inbox = actor.NewPID(cl.system.Address(), inboxName)
	return cl, nil
}

// maxAnswer bounds one answer from the node, which may carry an exit's output.
const maxAnswer = 4 << 20

// Close ends all calls with ErrClosed and the connection.
func (cl *Client) Close() {
	cl.mu.Lock()
	was := cl.open.Err() != nil
	cl.close()
	cl.link.set(false)
	cl.failAll(ErrClosed)
	cl.mu.Unlock()
	if was {
		return
	}
	cl.gate.Lock()
	cl.shut = true
	cl.gate.Unlock()
	cl.keeper.Wait()
	cl.door.Shutdown()
	cl.system.Shutdown()
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
