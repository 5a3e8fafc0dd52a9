package client

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/delen-edge/delen/actors/wire"
)

// Request is one inference.
type Request struct {
	Tenant      string
	Inputs      []*wire.Tensor // every input of the tenant's model, one row of each
	Criterion   string         // for this request alone; empty: the tenant's
	Bounds      []*wire.Bound  // instead of the tenant's on the same metrics, see AtLeast and AtMost; not beside a Criterion
	Timeout     time.Duration  // counted at the node; 0: most of what the context leaves, or else the tenant's
	WantOutputs bool           // whether the answer carries the exit's output
}

// Answer is what an exit said, and what it took.
type Answer struct {
	Exit      int         // from 1
	Reason    wire.Reason // why it was this exit
	Predicted int         // class, from 0
	Label     string      // of the class; empty when the model has no labels

	Confidence, Entropy, Margin float64

	Response, Queue, Busy time.Duration // at the node: in all, waiting, running
	Energy                float64       // J; NaN when not known
	EnergySource          wire.Source
	FLOPs                 float64
	CriterionVersion      uint64 // of the tenant's criterion; 0: the request had its own
	Outputs               []*wire.Tensor
	Unmet                 []string // of the request's bounds, those that its operating point was not predicted to keep
}

// Infer sends a request and waits for its answer. When the context is done first, the request is cancelled.
func (cl *Client) Infer(ctx context.Context, r Request) (*Answer, error) {
	m, err := cl.call(ctx, func(id uint64, now int64) proto.Message {
		return &wire.Infer{
			Version: wire.Version, Id: id, Tenant: r.Tenant, Inputs: r.Inputs, Criterion: r.Criterion,
			TimeoutNs: int64(r.timeout(ctx)), WantOutputs: r.WantOutputs, SentAtNs: now, Bounds: r.Bounds,
		}
	}, func(id uint64) {
		cl.send(&wire.Cancel{Id: id, Tenant: r.Tenant})
	})
	if err != nil {
		return nil, err
	}
	a, ok := m.(*wire.Inferred)
	if !ok {
		return nil, unexpected(m)
	}
	return &Answer{
		Exit: int(a.GetExit()), Reason: a.GetReason(), Predicted: int(a.GetPredicted()), Label: a.GetLabel(),
		Confidence: a.GetConfidence(), Entropy: a.GetEntropy(), Margin: a.GetMargin(),
		Response: time.Duration(a.GetResponseNs()), Queue: time.Duration(a.GetQueueNs()), Busy: time.Duration(a.GetBusyNs()),
		Energy: a.GetEnergyJ(), EnergySource: a.GetEnergySource(), FLOPs: a.GetFlops(),
		CriterionVersion: a.GetCriterionVersion(), Outputs: a.GetOutputs(), Unmet: a.GetUnmet(),
	}, nil
}

// timeout is what the node is given. Of the context's time a part is kept back for the way home: at its deadline the node
// still gives the deepest answer it has.
func (r *Request) timeout(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok || r.Timeout != 0 {
		return r.Timeout
	}
	left := time.Until(deadline)
	return max(left-left/20, 1)
}

// Tenants describes what the node serves, without the labels of classes.
func (cl *Client) Tenants(ctx context.Context) ([]*wire.TenantInfo, error) {
	d, err := cl.describe(ctx, "")
	return d.GetTenants(), err
}

// Tenant describes one tenant.
func (cl *Client) Tenant(ctx context.Context, name string) (*wire.TenantInfo, error) {
	d, err := cl.describe(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(d.GetTenants()) != 1 {
		return nil, unexpected(d)
	}
	return d.GetTenants()[0], nil
}

// Describe describes the node, with all its tenants, without the labels of classes.
func (cl *Client) Describe(ctx context.Context) (*wire.Description, error) {
	return cl.describe(ctx, "")
}

func (cl *Client) describe(ctx context.Context, tenant string) (*wire.Description, error) {
	m, err := cl.call(ctx, func(id uint64, _ int64) proto.Message { return &wire.Describe{Id: id, Tenant: tenant} }, nil)
	if err != nil {
		return nil, err
	}
	d, ok := m.(*wire.Description)
	if !ok {
		return nil, unexpected(m)
	}
	return d, nil
}

// SetCriterion replaces a tenant's criterion for requests from now on; an empty one never stops early. It gives the version
// that answers will carry.
func (cl *Client) SetCriterion(ctx context.Context, tenant, criterion string) (uint64, error) {
	m, err := cl.call(ctx, func(id uint64, _ int64) proto.Message {
		return &wire.SetCriterion{Id: id, Tenant: tenant, Criterion: criterion}
	}, nil)
	if err != nil {
		return 0, err
	}
	set, ok := m.(*wire.CriterionSet)
	if !ok {
		return 0, unexpected(m)
	}
	return set.GetVersion(), nil
}

// oneCall is a call that waits for its one reply. It has room for that.
type oneCall chan reply

// take implements waiter.
func (c oneCall) take(r reply) (over bool) {
	c <- r
	return true
}

// call sends the message that it is given for a new id and the node's time, and waits for what ends it.
func (cl *Client) call(ctx context.Context, message func(id uint64, now int64) proto.Message, onGiveUp func(id uint64)) (proto.Message, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	done := make(oneCall, 1)
	id, err := cl.enter(ctx, done)
	if err != nil {
		return nil, err
	}
	cl.mu.Lock()
	largest, now := cl.link.largest, cl.link.now()
	cl.mu.Unlock()
	m := message(id, now)
	if err := sendable(m, largest); err != nil {
		cl.leave(id)
		return nil, err
	}
	return cl.exchange(ctx, id, done, m, onGiveUp)
}

// sendable says why a message would not reach the node, if so: the library only logs what cannot be encoded. Nothing but a
// text can prevent that, and texts are short.
func sendable(m proto.Message, largest uint64) error {
	no := &Error{Code: wire.Code_INVALID_ARGUMENT, Refused: true}
	if size := uint64(proto.Size(m)); largest > 0 && size > largest {
		no.Message = fmt.Sprintf("a message of %d bytes: the node reads at most %d, which has room for any of its models' inputs", size, largest)
		return no
	}
	if text := unsound(m.ProtoReflect()); text != "" {
		no.Message = fmt.Sprintf("%.100q is no text in UTF-8", text)
		return no
	}
	return nil
}

// unsound gives a text of a message that is not UTF-8, or "".
func unsound(m protoreflect.Message) (text string) {
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Kind() == protoreflect.StringKind && !f.IsList():
			if !utf8.ValidString(v.String()) {
				text = v.String()
			}
		case f.Message() != nil && f.IsList():
			for i := range v.List().Len() {
				text = cmp.Or(text, unsound(v.List().Get(i).Message()))
			}
		}
		return text == ""
	})
	return text
}

// exchange sends a message and waits for what ends its call.
func (cl *Client) exchange(ctx context.Context, id uint64, done oneCall, m proto.Message, onGiveUp func(id uint64)) (proto.Message, error) {
	cl.send(m)
	select {
	case r := <-done:
		return result(r)
	case <-ctx.Done():
		// Ended before the node is told: its answer to the cancellation must not be taken for the call's own.
		if cl.came(id, reply{err: ctx.Err()}) && onGiveUp != nil {
			onGiveUp(id)
		}
		return result(<-done)
	}
}

// Float32s makes a tensor of numbers. The name may be empty for a model with one input; the shape may have a leading 1.
func Float32s(name string, shape []int64, values []float32) *wire.Tensor {
	data := make([]byte, 4*len(values))
	for i, v := range values {
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
	}
	return &wire.Tensor{Name: name, Dtype: wire.DType_FLOAT32, Shape: shape, Data: data}
}
