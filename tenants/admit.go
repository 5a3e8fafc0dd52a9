package tenants

import (
	"fmt"
	"strings"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

// Request is what an app asks, as it came through the door.
type Request struct {
	ID        uint64              // for the ticket, unique in the house
	Arrived   time.Duration       // at the door
	Sent      time.Duration       // by the app, on the house's clock, also before its start; Arrived when the app does not say
	Timeout   time.Duration       // from Sent, or from Arrived if that is earlier; 0: the tenant's deadline holds
	Criterion *criteria.Criterion // for this request alone; nil: the tenant's
	Inputs    []Input
}

// Input is one of the model's inputs, one row of it, with or without a leading row axis of 1.
type Input struct {
	Name  string // may be empty when the model has one input
	Type  stages.DType
	Shape []int64
	Data  []byte // row-major, little-endian; the ticket keeps the slice
}

// Refusal says why a request was not admitted.
type Refusal struct {
	Code       Code
	Message    string        // what is wrong and what to do
	RetryAfter time.Duration // when it may be worth asking again; 0: as it stands, never
}

// Admit makes a ticket of a request, or refuses it. A refused request leaves no trace but a count.
func (t *Tenant) Admit(now time.Duration, r Request) (*Ticket, *Refusal) {
	t.demands.arrivals.came(now)
	input, displaces, refusal := t.check(now, &r)
	if refusal != nil {
		return nil, t.Refuse(refusal)
	}
	k := t.ticket()
	*k = Ticket{
		ID: r.ID, Tenant: t.config.Index, Arrived: r.Arrived, Deadline: t.deadline(&r),
		Criterion: r.Criterion, Version: t.version, Input: input,
		Audit: chosen(r.ID, t.config.Audit), Displaces: displaces,
	}
	if k.Criterion == nil && t.steers == nil {
		k.Criterion = t.config.Criterion
	}
	t.account.Admitted++
	return k, nil
}

// Refuse books a refusal, also one whose reason the tenant does not know of, and gives it back.
func (t *Tenant) Refuse(r *Refusal) *Refusal {
	t.account.Refused++
	return r
}

func (t *Tenant) ticket() *Ticket {
	if n := len(t.free); n > 0 {
		k := t.free[n-1]
		t.free = t.free[:n-1]
		return k
	}
	return new(Ticket)
}

// deadline counts from when the app sent the request: one that was long on its way does not run for nobody. A clock that
// is ahead gains nothing.
func (t *Tenant) deadline(r *Request) time.Duration {
	timeout := r.Timeout
	if timeout == 0 {
		timeout = t.config.Deadline
	}
	from := min(r.Sent, r.Arrived)
	if timeout == 0 || from > 0 && timeout > Never-from {
		return Never
	}
	return from + timeout
}

// check looks at what costs least first: a full house must refuse fast.
func (t *Tenant) check(now time.Duration, r *Request) ([][]byte, Displacement, *Refusal) {
	switch t.state {
	case removed:
		return nil, NoTicket, &Refusal{Code: NotFound, Message: fmt.Sprintf("tenant %s has been removed from this node", t.config.Name)}
	case closed:
		return nil, NoTicket, &Refusal{Code: Unavailable, Message: "the node is stopping", RetryAfter: time.Second}
	}
	if r.Timeout < 0 {
		return nil, NoTicket, invalid("a timeout of %s is negative: leave it out for the tenant's own deadline", r.Timeout)
	}
	if now >= t.deadline(r) {
		return nil, NoTicket, &Refusal{Code: DeadlineExceeded, Message: "the deadline had passed when the request was looked at"}
	}
	if t.config.Overflow == Refuse && t.account.InHouse() >= t.config.Queue {
		return nil, NoTicket, &Refusal{Code: Exhausted, RetryAfter: t.pace.retry(),
			Message: fmt.Sprintf("tenant %s has %d requests in the house, as many as its queue allows", t.config.Name, t.config.Queue)}
	}
	if r.Criterion == nil {
		if refusal := t.Unkept(); refusal != nil {
			return nil, NoTicket, refusal
		}
	}
	input, refusal := t.inputs(r.Inputs)
	if refusal != nil {
		return nil, NoTicket, refusal
	}
	wait, ok := t.sluice.opens(now)
	switch {
	case ok || !t.turnsAway():
		return input, NoTicket, nil
	case t.config.Overflow == DropOldest && t.grant.Crowd:
		return input, OldestQueued, nil
	case t.config.Overflow == DropOldest && t.account.InHouse() > 0:
		return input, OldestOrItself, nil
	}
	return nil, NoTicket, &Refusal{Code: Exhausted, RetryAfter: wait,
		Message: fmt.Sprintf("more requests come than the plan has time and power for: %.3g a second are let in for tenant %s", t.sluice.rate, t.config.Name)}
}

// inputs matches what was sent with what the model takes.
func (t *Tenant) inputs(sent []Input) ([][]byte, *Refusal) {
	m := t.config.Model
	if len(sent) > len(m.Inputs) {
		return nil, invalid("model %s takes %d inputs, the request has %d", m.Name, len(m.Inputs), len(sent))
	}
	rows := make([][]byte, len(m.Inputs))
	for i := range sent {
		at, refusal := t.place(&sent[i])
		if refusal != nil {
			return nil, refusal
		}
		if rows[at] != nil {
			return nil, invalid("input %q is given twice", sent[i].Name)
		}
		rows[at] = sent[i].Data
	}
	if len(sent) < len(m.Inputs) {
		return nil, missing(m, rows)
	}
	return rows, nil
}

// missing names the inputs that a request lacks, which has those with a row.
func missing(m *stages.Model, rows [][]byte) *Refusal {
	var lacks, has []string
	for at, i := range m.Inputs {
		name := fmt.Sprintf("%.64q", m.Tensors[i].Name)
		if rows[at] == nil {
			lacks = append(lacks, name)
		} else {
			has = append(has, name)
		}
	}
	there := "has none"
	if has != nil {
		there = "has " + strings.Join(has, ", ")
	}
	inputs := "input"
	if len(lacks) > 1 {
		inputs = "inputs"
	}
	return invalid("the request lacks %s %s of model %s; it %s", inputs, strings.Join(lacks, ", "), m.Name, there)
}

// place finds the position of an input among the model's and checks its type, shape, size and values.
func (t *Tenant) place(in *Input) (int, *Refusal) {
	m := t.config.Model
	for at, i := range m.Inputs {
		info := &m.Tensors[i]
		if in.Name != info.Name && (in.Name != "" || len(m.Inputs) > 1) {
			continue
		}
		switch {
		case in.Type != info.Type:
			return 0, invalid("input %q is %s, the model takes %s", info.Name, in.Type, info.Type)
		case !oneRow(in.Shape, info.Shape):
			return 0, invalid("input %q has shape %.200s, the model takes one row of %v", info.Name, fmt.Sprint(in.Shape), info.Shape)
		case len(in.Data) != info.RowBytes:
			return 0, invalid("input %q has %d bytes, a row of shape %v has %d", info.Name, len(in.Data), info.Shape, info.RowBytes)
		case !stages.Finite(in.Type, in.Data):
			return 0, invalid("input %q holds a NaN or an infinity", info.Name)
		}
		return at, nil
	}
	return 0, invalid("model %s has no input %.64q; it takes %s", m.Name, in.Name, names(m))
}

// oneRow compares a shape with a row's, which may have a leading 1.
func oneRow(shape, row []int64) bool {
	if len(shape) == len(row)+1 && shape[0] == 1 {
		shape = shape[1:]
	}
	if len(shape) != len(row) {
		return false
	}
	for i := range row {
		if shape[i] != row[i] {
			return false
		}
	}
	return true
}

func names(m *stages.Model) []string {
	var all []string
	for _, i := range m.Inputs {
		all = append(all, m.Tensors[i].Name)
	}
	return all
}

func invalid(format string, args ...any) *Refusal {
	return &Refusal{Code: InvalidArgument, Message: fmt.Sprintf(format, args...)}
}
