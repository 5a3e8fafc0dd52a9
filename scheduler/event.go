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

// Offer hands an admitted ticket to the scheduler, which owns it until End.
type Offer struct{ Ticket *tenants.Ticket }

// Cancel takes a ticket back. A ticket that has ended, or that never was, is none of its business.
type Cancel struct{ Ticket uint64 }

// Exited says that a run has come back.
type Exited struct {
	Run     uint64
	Reading stages.Reading
	Usage   stages.Usage
	Err     error // the run failed: there is no reading
}

// Restarted says that a stage started anew and has forgotten its run, if it had one.
type Restarted struct{ Model, Segment, Slot int }

// Tick says that the time of the last Wake has come.
type Tick struct{}

// Close says that the node stops now: every ticket ends.
type Close struct{}

func (Offer) event()     {}
func (Cancel) event()    {}
func (Exited) event()    {}
func (Restarted) event() {}
func (Tick) event()      {}
func (Close) event()     {}

func (e Offer) String() string {
	s := fmt.Sprintf("offer %d tenant=%d", e.Ticket.ID, e.Ticket.Tenant)
	if e.Ticket.Deadline != tenants.Never {
		s += fmt.Sprintf(" deadline=%s", e.Ticket.Deadline)
	}
	return s
}
func (e Cancel) String() string { return fmt.Sprintf("cancel %d", e.Ticket) }
func (e Exited) String() string {
	if e.Err != nil {
		return fmt.Sprintf("exited run=%d busy=%s error=%q", e.Run, e.Usage.Busy, e.Err)
	}
	return fmt.Sprintf("exited run=%d busy=%s confidence=%g", e.Run, e.Usage.Busy, e.Reading.Confidence)
}
func (e Restarted) String() string {
	return fmt.Sprintf("restarted model=%d segment=%d slot=%d", e.Model, e.Segment+1, e.Slot)
}
func (Tick) String() string  { return "tick" }
func (Close) String() string { return "close" }

// Effect is something to be done. The set is closed.
type Effect interface {
	effect()
	String() string
}

// Run gives a ticket to a stage, the segment's instance for the slot, which owns it until Exited.
type Run struct {
	Run                  uint64
	Ticket               *tenants.Ticket
	Model, Segment, Slot int // from 0
}

// End gives a ticket back to its tenant, which answers. While Running is true a stage still uses the ticket's memory:
// the tenant may read the exits that have answered, and owns the ticket only with the Release that follows.
type End struct {
	Ticket  *tenants.Ticket
	Reason  tenants.Reason
	Running bool
	Err     error // why it is Broken
}

// Release gives a ticket to its tenant that ended while it ran and runs no longer.
type Release struct {
	Ticket *tenants.Ticket
	Busy   time.Duration // of the run that came back late; not part of the ticket's
}

// Terminate asks a stage to give up a run that takes too long. Its slot is lost until the run comes back.
type Terminate struct {
	Run                  uint64
	Model, Segment, Slot int
}

// Wake asks for a Tick at a time, instead of any that was asked for before.
type Wake struct{ At time.Duration }

func (Run) effect()       {}
func (End) effect()       {}
func (Release) effect()   {}
func (Terminate) effect() {}
func (Wake) effect()      {}

func (e Run) String() string {
	return fmt.Sprintf("run %d ticket=%d model=%d segment=%d slot=%d", e.Run, e.Ticket.ID, e.Model, e.Segment+1, e.Slot)
}
func (e End) String() string {
	s := fmt.Sprintf("end %d reason=%s exit=%d", e.Ticket.ID, e.Reason, e.Ticket.Exit)
	if e.Running {
		s += " running"
	}
	if e.Err != nil {
		s += fmt.Sprintf(" error=%q", e.Err)
	}
	return s
}
func (e Release) String() string { return fmt.Sprintf("release %d", e.Ticket.ID) }
func (e Terminate) String() string {
	return fmt.Sprintf("terminate %d model=%d segment=%d slot=%d", e.Run, e.Model, e.Segment+1, e.Slot)
}
func (e Wake) String() string { return fmt.Sprintf("wake %s", e.At) }
