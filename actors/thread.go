package actors

import "runtime"

// thread is the dispatcher of a slot's stages: a goroutine that keeps its operating system thread for life. A request that
// goes from one segment to the next finds its tensors and the runtime's buffers in the cache of the core that it was on:
// the system leaves a busy thread where it is.
//
// The scheduler actor runs wherever news reaches it (a synchronized dispatcher). So when a stage says Exited, the thread
// decides by itself what it runs next, and nothing has to be woken.
type thread chan func()

// newThread makes a thread for a number of stages. A mailbox schedules itself once until it is empty, so that sending to
// a stage never blocks, even when a native call on the thread hangs.
func newThread(stages int) thread {
	t := make(thread, stages)
	go func() {
		runtime.LockOSThread()
		for process := range t {
			process()
		}
	}()
	return t
}

// Schedule implements actor.Dispatcher.
func (t thread) Schedule(process func()) { t <- process }

// Throughput implements actor.Dispatcher: messages in a row before others may run.
func (t thread) Throughput() int { return 300 }
