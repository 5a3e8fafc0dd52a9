package door

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Arrival is a message that came through the door. Whoever ends it calls Done: it is on its payer's account until then.
type Arrival struct {
	At   time.Time     // when it was decoded, before any mailbox
	From string        // the address of the peer, "" if that has none
	Host string        // what stands for the machine that the peer is on, which it cannot choose
	Body proto.Message // of an allowed type; as much as could be decoded; nil when the type is not known
	ID   uint64        // of a message whose type is not known: its field 1, if that is a whole number
	Err  error         // the body could not be decoded

	charge *charge // nil: nobody pays
}

// Done says that a message has ended and that its memory is not needed any more. It may be called more than once, and by
// anybody.
func (a *Arrival) Done() {
	if a.charge != nil {
		a.charge.release()
	}
}

// LogValue implements slog.LogValuer. The library logs messages that reach no actor; what a peer has sent, a tensor or a token,
// belongs in no log.
func (a *Arrival) LogValue() slog.Value { return slog.StringValue(fmt.Sprintf("%T", a.Body)) }

// Errors of arrivals.
var (
	// ErrOversized is the error of an arrival that was larger than a message may be. Its body has its numbers, and nothing
	// else.
	ErrOversized = errors.New("the message is larger than the node reads")
	// ErrUnknown is the error of an arrival of a type that belongs to the contract but is not known here: the peer is newer.
	ErrUnknown = errors.New("the message is of a type that is not known here")
)

// decode makes an arrival of an encoded message of a type, nil if that is not known, and says what it takes of memory.
func decode(t protoreflect.MessageType, name string, data []byte, maxMessage int) (*Arrival, int) {
	a := &Arrival{At: time.Now()}
	if t == nil {
		a.ID, a.Err = firstNumber(data), fmt.Errorf("%w: %s", ErrUnknown, printable(name))
		return a, messageBytes
	}
	bytes := weigh(t.Descriptor(), data)
	if len(data) > maxMessage || bytes > messageBytes+2*maxMessage {
		data = scalars(data)
		bytes, a.Err = weigh(t.Descriptor(), data), ErrOversized
	}
	a.Body = t.New().Interface()
	if err := proto.Unmarshal(data, a.Body); err != nil && a.Err == nil {
		a.Err = err
	}
	return a, bytes
}

// cloaks are the arrivals on their way through the library, which sees only a number in place of each.
var cloaks = &cloakroom{arrivals: map[uint64]*Arrival{}}

// cloakroom keeps arrivals until they are asked for, each once. It is safe for concurrent use.
type cloakroom struct {
	mu       sync.Mutex
	last     uint64
	arrivals map[uint64]*Arrival // by ticket
}

// leave takes an arrival in and gives its ticket.
func (c *cloakroom) leave(a *Arrival) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.arrivals[c.last] = a
	return c.last
}

// take gives an arrival out, or nil when it has been.
func (c *cloakroom) take(ticket uint64) *Arrival {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.arrivals[ticket]
	delete(c.arrivals, ticket)
	return a
}

func ticketBytes(ticket uint64) []byte { return binary.BigEndian.AppendUint64(nil, ticket) }
