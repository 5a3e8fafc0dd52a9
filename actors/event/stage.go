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
	Model   string // whose segment it is
	Segment int    // that it runs, from 1
	Slot    int    // where, from 0
}

func (RunTerminated) kind() kind { return kind{"run.terminated", fail, always} }

// SlotLost says that a run did not come back within scheduler.run_limit after it was asked to end, so that the node has a
// slot less, and the memory of the request less. Nothing but its return gives them back: when it stays away, restart
// the node.
type SlotLost struct {
	Run     uint64 // the scheduler's number of the run
	Model   string // whose segment it is
	Segment int    // that runs, from 1
	Slot    int    // that is lost, from 0
}

func (SlotLost) kind() kind { return kind{"slot.lost", fail, always} }

// SlotBack says that the run of a lost slot has come back after all, and that the slot works again.
type SlotBack struct {
	Slot  int           // that is back, from 0
	After time.Duration // since it was lost
}

func (SlotBack) kind() kind { return kind{"slot.back", info, always} }

// RunSplit says that a run of several requests has failed though the runtime is sound, so that each was run by itself: those
// that the fault was of have failed (request.failed), the others not. When none has failed, the segment does not stand so many
// rows at once: a smaller batch in the scheduler block helps.
type RunSplit struct {
	Model   string // whose segment it is
	Segment int    // that ran, from 1
	Slot    int    // where, from 0
	Rows    int    // requests of the run
	Failed  int    // of them, by themselves
	Error   error  // of the run
}

func (RunSplit) kind() kind { return kind{"run.split", warn, sampled} }

// StageRestarted says that a stage has crashed: the runtime panicked, or failed for a reason that is not the request's. The
// request that it ran has failed.
type StageRestarted struct {
	Model   string // whose segment it is
	Segment int    // from 1
	Slot    int    // from 0
	Error   error  // what it crashed of
}

func (StageRestarted) kind() kind { return kind{"stage.restarted", fail, always} }

// StageRebuilding says that a stage asks the runtime for a new session, because the one that it has cannot be relied on. Its
// slot waits for that. When the attempt fails, requests that need the stage fail until a later one succeeds: the model
// or the device is broken, and the error says how.
type StageRebuilding struct {
	Model   string // whose segment it is
	Segment int    // from 1
	Slot    int    // from 0
	Attempt int    // from 1, until the session works
	Error   error  // why
}

func (StageRebuilding) kind() kind { return kind{"stage.rebuilding", fail, always} }

// StageRebuilt says that a stage has a session again that works.
type StageRebuilt struct {
	Model   string        // whose segment it is
	Segment int           // from 1
	Slot    int           // from 0
	After   time.Duration // since the session broke
}

func (StageRebuilt) kind() kind { return kind{"stage.rebuilt", info, always} }

// ActorPanicked says that an actor panicked, which is a mistake of this program: report it, with this line. A message of an
// app that brought it to light is refused with INTERNAL. If the actor cannot go on, the process ends.
type ActorPanicked struct {
	Actor   string   // its name
	Message string   // Go type of the message that it handled
	Panic   string   // the value
	Stack   []string // where, innermost first
}

func (ActorPanicked) kind() kind { return kind{"actor.panicked", fail, always} }

// SlowdownLearnt says how many times longer segments took beside others than alone, when a node stops. Write it as the slowdown
// of a scenario, for delen simulate.
type SlowdownLearnt struct {
	Slowdown []float64 // by how many segments ran: one, two, and so on
}

func (SlowdownLearnt) kind() kind { return kind{"slowdown.learnt", info, always} }
