package main

import (
	"os"
	"runtime"
	"time"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/internal/limits"
)

// betweenLimits is how often a node looks at its limits. Somebody changes them by hand or by an orchestrator, rarely,
// and an idle node must not wake often.
const betweenLimits = 10 * time.Second

// follower has the number of threads that run Go follow the limits of the process. Go does so by itself, until a
// program sets that number, as a node does.
type follower struct {
	read  func() limits.Limits
	log   *event.Log
	slots int
	last  limits.Limits
}

// newFollower makes room for slots within the limits as they are.
func newFollower(slots int, read func() limits.Limits, log *event.Log) *follower {
	f := &follower{read: read, log: log, slots: slots, last: read()}
	f.makeRoom()
	return f
}

// makeRoom lets Go run beside the slots. A thread in a native call keeps its place among the threads that run Go until
// the runtime's monitor takes it away, which may be 10 ms later; answers and timers need not wait for that. The
// environment has the last word.
func (f *follower) makeRoom() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(f.last.Cores() + f.slots)
	}
}

// tell says what the limits are.
func (f *follower) tell() { event.Emit(f.log, event.MachineFound{Machine: f.machine()}) }

// look follows the limits, and says so when they have changed.
func (f *follower) look() {
	now := f.read()
	if now == f.last {
		return
	}
	cores := f.last.Cores()
	f.last = now
	if now.Cores() != cores { // setting the number stops all of Go for a moment
		f.makeRoom()
	}
	event.Emit(f.log, event.MachineChanged{Machine: f.machine()})
}

// machine is what events say of the limits.
func (f *follower) machine() event.Machine {
	l := f.last
	var files []string
	for _, file := range []string{l.QuotaFile, l.MemoryFile} {
		if file != "" {
			files = append(files, file)
		}
	}
	return event.Machine{
		Cores: l.Cores(), Host: l.Online, Mask: l.Mask, Quota: l.Quota, Memory: int(l.Memory), Files: files,
		Threads: runtime.GOMAXPROCS(0), Slots: f.slots,
	}
}
