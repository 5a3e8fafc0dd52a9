package tenants

import (
	"fmt"
	"math"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
)

// Never is the deadline of a ticket that has none.
const Never time.Duration = math.MaxInt64

// Ticket is one request on its way through the house. Who holds the pointer owns the ticket and its Carry; the tenant
// makes it in Admit and takes it back in Recycle.
type Ticket struct {
	ID       uint64        // unique in the house since the node's start
	Tenant   int32         // index of the tenant among the node's tenants
	Arrived  time.Duration // at the door
	Deadline time.Duration // Never when there is none

	Criterion *criteria.Criterion // fixed at admission; nil: the tenant's plan decides, as it is at each exit
	Version   uint64              // of the tenant's criterion at admission, or of the plan at the deepest exit

	Input [][]byte      // one row for each of the model's inputs, until the first segment has taken them
	Carry *stages.Carry // memory of the tensors, from the first run on; nil before and in simulation

	Exit    int                  // the deepest exit that has answered, from 1; 0: none yet
	Reading stages.Reading       // at that exit
	Seen    criteria.Observation // at that exit
	Busy    time.Duration        // native run time so far

	Displaces Displacement // fixed at admission

	Audit    bool             // chosen at admission: it runs on to the last exit after it has been answered
	Path     []stages.Reading // what its exits have said, the first on; kept when it is audited
	Answered int              // the exit whose answer is to be audited; 0: none
	Crowd    Crowd            // that the answer met
}

// Displacement says what a ticket does to its tenant's queue when more come than the plan lets in, and the newest are worth
// most.
type Displacement uint8

const (
	// NoTicket displaces none.
	NoTicket Displacement = iota
	// OldestQueued ends the oldest that waits, if one does.
	OldestQueued
	// OldestOrItself ends the oldest that waits, or the new one where no other waits: the plan has no power for both.
	OldestOrItself
)

// Reason says how a ticket ended.
type Reason uint8

// The ends of a ticket. The first five carry an answer, the others do not. A ticket that is cut short, by its deadline,
// by a newer ticket or by its tenant's removal, is answered by its deepest exit if it has one.
const (
	ByCriterion Reason = iota + 1 // the criterion was true at the answer's exit
	ByLastExit                    // there was no further exit
	ByDeadline                    // the deadline came, or the next segment would have passed it
	ByOverflow                    // a newer ticket needed the room
	ByRemoval                     // the tenant was removed
	Expired                       // the deadline came before the first exit
	Shed                          // a newer ticket needed the room before the first exit
	Removed                       // the tenant was removed before the first exit
	Cancelled                     // the app took the request back
	Broken                        // a segment failed
	Closed                        // the node is stopping
)

var reasons = [...]string{
	"none", "criterion", "last_exit", "deadline", "overflow", "removed",
	"expired", "shed", "evicted", "cancelled", "broken", "closed",
}

// String is the reason's name in logs.
func (r Reason) String() string {
	if int(r) < len(reasons) {
		return reasons[r]
	}
	return fmt.Sprintf("reason(%d)", uint8(r))
}

// Answered says whether a ticket that ended so has an answer.
func (r Reason) Answered() bool { return r >= ByCriterion && r <= ByRemoval }

// Code is the reason as a status for the app; OK for an answered ticket.
func (r Reason) Code() Code {
	switch r {
	case Expired:
		return DeadlineExceeded
	case Shed:
		return Exhausted
	case Removed, Cancelled:
		return Canceled
	case Broken:
		return Internal
	case Closed:
		return Unavailable
	}
	return OK
}

// Code is a status of the canonical gRPC set, with its numbers.
type Code uint8

// The codes in use.
const (
	OK               Code = 0
	Canceled         Code = 1
	InvalidArgument  Code = 3
	DeadlineExceeded Code = 4
	NotFound         Code = 5
	Exists           Code = 6
	Denied           Code = 7
	Exhausted        Code = 8
	Precondition     Code = 9
	Aborted          Code = 10
	Unimplemented    Code = 12
	Internal         Code = 13
	Unavailable      Code = 14
	Unauthenticated  Code = 16
)
