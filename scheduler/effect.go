package scheduler

import (
	"fmt"
	"strings"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// Effect is something to be done. The set is closed; all of them are pointers into the scheduler's memory, valid until the
// next Step.
type Effect interface {
	effect()
	String() string
}

// Run gives tickets to a stage, the segment's instance for the slot, which owns them until Exited or Crashed. A ticket that has
// ended and is audited has memory that others may read meanwhile, at the exits that have answered.
type Run struct {
	Run                  uint64
	Tickets              []*tenants.Ticket // at least one; the slice is the scheduler's, and good until the run is back
	Model, Segment, Slot int               // from 0
}

// End gives a ticket back to its tenant, which answers. While Running is true the house still uses the ticket's memory:
// the tenant may read the exits that have answered, and owns the ticket only with the Release that follows.
type End struct {
	Ticket  *tenants.Ticket
	Reason  tenants.Reason
	Running bool
	Err     error // why it is Broken
}

// Audited says what the last exit made of a ticket that had been answered before, by its clone, or that the clone was given
// up. A Release of the ticket follows. Its Path is complete, which its tenant does not read before.
type Audited struct {
	Ticket   *tenants.Ticket
	Complete bool           // there is a reading of the last exit
	Exit     int            // that answered
	Early    stages.Reading // of that exit
	Last     stages.Reading // of the last exit; of the deepest that was reached when it was given up
	Busy     time.Duration  // of the clone, which no tenant is charged
}

// Release gives a ticket to its tenant that ended while the house used it and is used no longer.
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
	Tenant               int // of its first ticket
	Model, Segment, Slot int
}

// Back says that a slot that was Lost can be used again.
type Back struct {
	Run                  uint64 // that had been lost with it
	Tenant               int    // of its first ticket; it may be Gone
	Model, Segment, Slot int
	After                time.Duration // since the run began
}

// Gone says that a tenant that has left has no ticket and no run any more. It is the last that is heard of it.
type Gone struct{ Tenant int }

// Wake asks for a Tick at a time, instead of any that was asked for before.
type Wake struct{ At time.Duration }

func (*Run) effect()       {}
func (*End) effect()       {}
func (*Audited) effect()   {}
func (*Release) effect()   {}
func (*Terminate) effect() {}
func (*Lost) effect()      {}
func (*Back) effect()      {}
func (*Gone) effect()      {}
func (*Wake) effect()      {}

func (e *Run) String() string {
	ids := make([]string, len(e.Tickets))
	for i, k := range e.Tickets {
		ids[i] = fmt.Sprint(k.ID)
	}
	return fmt.Sprintf("run %d ticket=%s model=%d segment=%d slot=%d", e.Run, strings.Join(ids, ","), e.Model, e.Segment+1, e.Slot)
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
func (e *Audited) String() string {
	return fmt.Sprintf("audited %d complete=%v exit=%d agrees=%v busy=%s", e.Ticket.ID, e.Complete, e.Exit, e.Early.Predicted == e.Last.Predicted, e.Busy)
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
