package scheduler

import (
	"fmt"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// Event is something that happened. The set is closed.
type Event interface {
	event()
	String() string // one line, as in the transcripts
}

// Offer hands an admitted ticket to the scheduler, which owns it until End. A tenant that has left gets it back at once,
// as Removed.
type Offer struct{ Ticket *tenants.Ticket }

// Cancel takes a ticket back. A ticket that has ended, or that never was, is none of its business.
type Cancel struct{ Ticket uint64 }

// Exited says that a run has come back.
type Exited struct {
	Run   uint64
	Rows  []Row // in the order of Run.Tickets; not used after the Step
	Usage stages.Usage
	Err   error // the run failed: there are no rows
}

// Row is what a run has brought for one of its tickets.
type Row struct {
	Reading stages.Reading
	Err     error         // the ticket fails: there is no reading, and the run may have taken longer for it than such runs do
	Busy    time.Duration // beside its part of the run's: what the stage has done on its account alone
}

// own is Busy of a row, if the run came back with one.
func (e *Exited) own(row int) time.Duration {
	if row < len(e.Rows) {
		return e.Rows[row].Busy
	}
	return 0
}

func (r Row) failed() bool { return r.Err != nil }

// Crashed says that a stage has failed and forgotten the run that it was given, if any. Its slot is not used until
// Recovered. A stage says it instead of Exited, not after it: it may have been given another run by then.
type Crashed struct {
	Model, Segment, Slot int
	Err                  error // why, for the app whose request it ran
}

// Recovered says that a stage that has crashed can run again.
type Recovered struct{ Model, Segment, Slot int }

// Join lets a tenant in, with a new index, the next one, or with that of a tenant that is Gone. It does nothing if the index
// is taken or the tenant does not pass Validate.
type Join struct {
	Tenant int
	As     Tenant
}

// Change gives a tenant another weight and room from now on. It does nothing if the tenant has left or the values do not
// pass Validate.
type Change struct {
	Tenant int
	Weight float64
	Room   int
}

// Assign gives a tenant another plan. It holds at the next exit of every ticket that brings no criterion, also of those that
// are on their way. It does nothing if the tenant has left.
type Assign struct {
	Tenant int
	Plan   Plan
}

// Rule changes how slots are given away, from now on. It does nothing if the values do not pass Validate.
type Rule struct {
	Policy   Policy
	Fairness float64
}

// Leave removes a tenant. What it has queued ends, with its deepest answer if there is one; what runs ends at its next
// exit. When nothing of it is left it is Gone. Leaving twice does nothing.
type Leave struct{ Tenant int }

// Tick says that the time of the last Wake has come.
type Tick struct{}

// Close says that the node stops now: every ticket ends.
type Close struct{}

func (Offer) event()     {}
func (Cancel) event()    {}
func (Exited) event()    {}
func (Crashed) event()   {}
func (Recovered) event() {}
func (Join) event()      {}
func (Change) event()    {}
func (Assign) event()    {}
func (Rule) event()      {}
func (Leave) event()     {}
func (Tick) event()      {}
func (Close) event()     {}

func (e Offer) String() string {
	s := fmt.Sprintf("offer %d tenant=%d", e.Ticket.ID, e.Ticket.Tenant)
	if e.Ticket.Deadline != tenants.Never {
		s += fmt.Sprintf(" deadline=%s", e.Ticket.Deadline)
	}
	if e.Ticket.Audit {
		s += " audit"
	}
	return s
}
func (e Cancel) String() string { return fmt.Sprintf("cancel %d", e.Ticket) }
func (e Exited) String() string {
	if e.Err != nil {
		return fmt.Sprintf("exited run=%d busy=%s error=%q", e.Run, e.Usage.Busy+e.own(0), e.Err)
	}
	s := fmt.Sprintf("exited run=%d busy=%s confidence=", e.Run, e.Usage.Busy)
	for i, r := range e.Rows {
		if i > 0 {
			s += ","
		}
		if r.Err != nil {
			s += "failed"
		} else {
			s += fmt.Sprintf("%g", r.Reading.Confidence)
		}
		if r.Busy > 0 {
			s += fmt.Sprintf("+%s", r.Busy)
		}
	}
	return s
}
func (e Crashed) String() string {
	return fmt.Sprintf("crashed model=%d segment=%d slot=%d error=%q", e.Model, e.Segment+1, e.Slot, e.Err)
}
func (e Recovered) String() string {
	return fmt.Sprintf("recovered model=%d segment=%d slot=%d", e.Model, e.Segment+1, e.Slot)
}
func (e Join) String() string {
	return fmt.Sprintf("join %d weight=%g model=%d room=%d", e.Tenant, e.As.Weight, e.As.Model, e.As.Room)
}
func (e Change) String() string {
	return fmt.Sprintf("change %d weight=%g room=%d", e.Tenant, e.Weight, e.Room)
}
func (e Assign) String() string {
	return fmt.Sprintf("assign %d %s", e.Tenant, e.Plan)
}
func (e Rule) String() string  { return fmt.Sprintf("rule %s fairness=%g", e.Policy, e.Fairness) }
func (e Leave) String() string { return fmt.Sprintf("leave %d", e.Tenant) }
func (Tick) String() string    { return "tick" }
func (Close) String() string   { return "close" }
