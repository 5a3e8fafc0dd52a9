package scheduler

import (
	"fmt"
	"time"

	"github.com/delen-edge/delen/tenants"
)

// Effect is something to be done. The set is closed; all of them are pointers into the scheduler's memory, valid until the
// next Step.
type Effect interface {
	effect()
	String() string
}

// Run gives a ticket to a stage, the segment's instance for the slot, which owns it until Exited or Crashed.
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

// Terminate asks a stage to give up a run that takes too long. Its slot stays taken until the run comes back.
type Terminate struct {
	Run                  uint64
	Model, Segment, Slot int
}

// Lost says that a terminated run has not come back within another run limit: do not count on its slot, nor on the memory
// that it uses.
type Lost struct {
	Run                  uint64
	Tenant               int
	Model, Segment, Slot int
}

// Back says that a slot that was Lost can be used again.
type Back struct {
	Run                  uint64 // that had been lost with it
	Tenant               int    // whose run it was; it may be Gone
	Model, Segment, Slot int
	After                time.Duration // since the run began
}

// Gone says that a tenant that has left has no ticket and no run any more. It is the last that is heard of it.
type Gone struct{ Tenant int }

// Wake asks for a Tick at a time, instead of any that was asked for before.
type Wake struct{ At time.Duration }

func (*Run) effect()       {}
func (*End) effect()       {}
func (*Release) effect()   {}
func (*Terminate) effect() {}
func (*Lost) effect()      {}
func (*Back) effect()      {}
func (*Gone) effect()      {}
func (*Wake) effect()      {}

func (e *Run) String() string {
	return fmt.Sprintf("run %d ticket=%d model=%d segment=%d slot=%d", e.Run, e.Ticket.ID, e.Model, e.Segment+1, e.Slot)
}
func (e *End) String() string {
	s := fmt.Sprintf("end %d reason=%s exit=%d", e.Ticket.ID, e.Reason, e.Ticket.Exit)
	if e.Running {
		s += " running"
	}
	if e.Err != nil {
		s += fmt.Sprintf(" error=%q", e.Err)
	}
	return s
}
func (e *Release) String() string { return fmt.Sprintf("release %d", e.Ticket.ID) }
func (e *Terminate) String() string {
	return fmt.Sprintf("terminate %d model=%d segment=%d slot=%d", e.Run, e.Model, e.Segment+1, e.Slot)
}
func (e *Lost) String() string {
	return fmt.Sprintf("lost %d tenant=%d model=%d segment=%d slot=%d", e.Run, e.Tenant, e.Model, e.Segment+1, e.Slot)
}
func (e *Back) String() string {
	return fmt.Sprintf("back %d tenant=%d model=%d segment=%d slot=%d after=%s", e.Run, e.Tenant, e.Model, e.Segment+1, e.Slot, e.After)
}
func (e *Gone) String() string { return fmt.Sprintf("gone %d", e.Tenant) }
func (e *Wake) String() string { return fmt.Sprintf("wake %s", e.At) }
