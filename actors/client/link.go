package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/delen-edge/delen/actors/wire"
)

// link is how the connection to the node stands. It is guarded by the client's lock.
type link struct {
	up      bool
	changed chan struct{} // closed when up changes, and then replaced
	losses  uint64        // how often something has broken
	since   time.Time     // the connection is lost
	why     error         // it is: the last reason; nil: none is known
	from    string        // the node's address as it gives it: its answers come from there

	largest uint64    // bytes of a message that the node reads; 0: not known
	asked   time.Time // when the node was asked for its clock
	clock   int64     // what that showed, in nanoseconds; 0: the node has none
}

// set says that the connection is there or is not.
func (l *link) set(up bool) {
	l.up = up
	close(l.changed)
	l.changed = make(chan struct{})
}

// error is that of a call that is made without a connection.
func (l *link) error() error {
	return fmt.Errorf("%w since %s%s: the call was not sent", ErrLost, time.Since(l.since).Round(time.Millisecond), l.reason())
}

func (l *link) reason() string {
	if l.why == nil {
		return ""
	}
	return fmt.Sprintf(" (%s)", words(l.why))
}

// words are an error's, without those of gRPC around them.
func words(err error) string {
	if s, ok := status.FromError(err); ok {
		return s.Message()
	}
	return err.Error()
}

// now is the node's clock. It is as if the question for it had taken no time on its way there: what is wrong with that, a
// round trip at most, is in the app's favour.
func (l *link) now() int64 {
	if l.clock == 0 {
		return 0
	}
	return l.clock + int64(time.Since(l.asked))
}

// Times of the connection.
const (
	shakeTimeout = 10 * time.Second // for one try to connect
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
	refresh      = time.Minute // the node's clock is asked for again: clocks drift
)

// lost hears from the door that a stream of ours has ended, and why.
func (cl *Client) lost(address string, why error) {
	if address == cl.node.Address {
		cl.down(why)
	}
}

// gone hears from the door that an address is gone: the node's own name, whose answers come no more, or the one that we
// dial.
func (cl *Client) gone(address string) {
	cl.mu.Lock()
	ours := address == cl.node.Address || address == cl.link.from
	cl.mu.Unlock()
	if ours {
		cl.down(nil)
	}
}

// heardFrom notes where answers come from.
func (cl *Client) heardFrom(address string) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	cl.link.from = address
}

// down ends the calls in flight, and has the keeper connect again. It may be told one loss several times.
func (cl *Client) down(why error) {
	cl.mu.Lock()
	defer cl.mu.Unlock()
	l := &cl.link
	l.losses++
	if l.up {
		l.since, l.why = time.Now(), nil
		l.set(false)
		select {
		case cl.broken <- struct{}{}:
		default:
		}
	}
	if why != nil {
		l.why = why
	}
	cl.failAll(fmt.Errorf("%w%s: whether the call ran is not known", ErrLost, l.reason()))
}

// keep connects again whenever the connection is lost, until the client is closed.
func (cl *Client) keep() {
	for {
		select {
		case <-cl.open.Done():
			return
		case <-cl.broken:
			cl.reconnect()
		case <-time.After(refresh):
			cl.handshake(cl.open) // if it fails the connection is as it was
		}
	}
}

// reconnect tries until the connection is there or the client is closed.
func (cl *Client) reconnect() {
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		select {
		case <-time.After(pause/2 + rand.N(pause/2)):
		case <-cl.open.Done():
			return
		}
		err := reach(cl.open, cl.config.Node)
		if err == nil {
			err = cl.handshake(cl.open)
		}
		if err == nil {
			return
		}
		cl.mu.Lock()
		if !errors.Is(err, ErrLost) { // which has said why
			cl.link.why = err
		}
		cl.mu.Unlock()
	}
}

// reach opens and closes a plain connection: its error says what is wrong (a name, a route, nobody there), while the actor
// library says after two seconds that the peer is gone.
func reach(ctx context.Context, node string) error {
	ctx, cancel := context.WithTimeout(ctx, shakeTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", node)
	if err != nil {
		return err
	}
	return conn.Close()
}

// handshake asks the node to describe itself. Its answer says that the connection is there, both ways.
func (cl *Client) handshake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shakeTimeout)
	defer cancel()
	done := make(oneCall, 1)
	asked := time.Now()
	cl.mu.Lock()
	if cl.open.Err() != nil {
		cl.mu.Unlock()
		return ErrClosed
	}
	losses, id := cl.link.losses, cl.add(done)
	cl.mu.Unlock()
	m, err := cl.exchange(ctx, id, done, &wire.Describe{Id: id, WithoutTenants: true}, nil)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s (%w): is it a node, awake and able to dial back to %s?", time.Since(asked).Round(100*time.Millisecond), err, cl.system.Address())
	}
	if err != nil {
		return err
	}
	d, ok := m.(*wire.Description)
	if !ok {
		return unexpected(m)
	}
	cl.mu.Lock()
	defer cl.mu.Unlock()
	l := &cl.link
	if l.losses != losses { // since the node has answered
		return ErrLost
	}
	l.largest, l.asked, l.clock = d.GetMaxMessageBytes(), asked, d.GetNowNs()
	if !l.up {
		l.set(true)
	}
	return nil
}

// explain says what to do about an error of the first handshake.
func (cl *Client) explain(err error) error {
	cl.mu.Lock()
	why := cl.link.why
	cl.mu.Unlock()
	if !errors.Is(err, ErrLost) {
		return err
	}
	switch status.Code(why) {
	case codes.OK: // nothing was said
		return errors.New("what listens there is no node")
	case codes.FailedPrecondition, codes.InvalidArgument:
		return fmt.Errorf("%s; Config.Listen or Config.Advertise (delen infer: --listen, --advertise) must name an address of this machine that the node can reach", words(why))
	case codes.ResourceExhausted:
		return errors.New(words(why))
	}
	return fmt.Errorf("what listens there is no node: %s", words(why))
}
