package event

import "time"

// SchedulerStep says what the scheduler was told and what it decided: which ticket runs where, which one ends.
type SchedulerStep struct {
	Input   string   // what the scheduler was told
	Effects []string // what it decided
}

func (SchedulerStep) kind() kind { return kind{"scheduler.step", debug, always} }

// RunTerminated says that a run took longer than scheduler.run_limit and was asked to end. Its request has failed, and its
// slot runs nothing else until it comes back.
type RunTerminated struct {
	Run     uint64 // the scheduler's number of the run
	Segment int    // that it runs, from 1
	Slot    int    // where, from 0
}

func (RunTerminated) kind() kind { return kind{"run.terminated", fail, always} }

// SlotLost says that a run did not come back after it was asked to end, so that the node has a slot less. Nothing
// but its return gives the slot back: when it stays away, restart the node.
type SlotLost struct {
	Model   string // whose segment it is
	Segment int    // that runs, from 1
	Slot    int    // that is lost, from 0
	Run     uint64 // the scheduler's number of the run
	Tenant  string // whose request it ran
}

func (SlotLost) kind() kind { return kind{"slot.lost", fail, always} }

// SlotBack says that the run of a lost slot has come back. The slot works again.
type SlotBack struct {
	Model   string        // whose segment it is
	Segment int           // that ran, from 1
	Slot    int           // that is back, from 0
	Run     uint64        // the scheduler's number of the run
	Tenant  string        // whose request it ran
	After   time.Duration // since the run began
}

func (SlotBack) kind() kind { return kind{"slot.back", info, always} }

// StageRestarted says that a stage panicked. The request that it ran has failed; the stage goes on with the next.
type StageRestarted struct {
	Model   string // whose segment it is
	Segment int    // from 1
	Slot    int    // from 0
}

func (StageRestarted) kind() kind { return kind{"stage.restarted", fail, always} }

// StageRebuilding says that a stage makes its runner anew, after errors of the runtime in a row or a panic. Its slot serves
// other segments meanwhile. When attempts go on, the model or the device is broken: see the error.
type StageRebuilding struct {
	Model   string // whose segment it is
	Segment int    // from 1
	Slot    int    // from 0
	Attempt int    // from 1, until the runner works
	Error   error  // what broke the runner
}

func (StageRebuilding) kind() kind { return kind{"stage.rebuilding", fail, always} }

// StageRebuilt says that a stage has a runner again that works.
type StageRebuilt struct {
	Model   string        // whose segment it is
	Segment int           // from 1
	Slot    int           // from 0
	After   time.Duration // since the runner broke
}

func (StageRebuilt) kind() kind { return kind{"stage.rebuilt", info, always} }

// ActorPanicked says that an actor panicked and was started anew. What it worked on is lost; it is a mistake of this
// program: report it, with this line.
type ActorPanicked struct {
	Actor   string   // its name
	Message string   // Go type of the message that it handled
	Panic   string   // the value
	Stack   []string // where, innermost first
}

func (ActorPanicked) kind() kind { return kind{"actor.panicked", fail, always} }
