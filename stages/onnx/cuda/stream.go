package cuda

import (
	"errors"
	"fmt"
	"runtime"
)

// nonBlocking is cudaStreamNonBlocking: the stream does not wait for work in the default stream.
const nonBlocking = 1

// ErrDestroyed is the error of a second Destroy: the handle may belong to another stream by then.
var ErrDestroyed = errors.New("the CUDA stream has been destroyed before")

// Stream is a queue of work on a device. It belongs to whoever made it, and must outlive every session that works on it.
type Stream struct {
	library *Library
	handle  uintptr // cudaStream_t; 0: destroyed
}

// NewStream makes a stream on a device for the segment at a depth, from 0, of so many. The deepest has the highest priority
// that the device gives, the first the lowest; a device with fewer priorities than segments lets neighbours share one. The
// caller destroys it.
func (l *Library) NewStream(device, depth, segments int) (*Stream, error) {
	runtime.LockOSThread() // the current device is the thread's
	defer runtime.UnlockOSThread()
	if err := l.check("cudaSetDevice", l.use(int32(device))); err != nil {
		return nil, fmt.Errorf("device %d: %w", device, err)
	}
	var least, greatest int32
	if err := l.check("cudaDeviceGetStreamPriorityRange", l.priority(&least, &greatest)); err != nil {
		return nil, err
	}
	s := &Stream{library: l}
	err := l.check("cudaStreamCreateWithPriority", l.create(&s.handle, nonBlocking, priority(least, greatest, depth, segments)))
	if err != nil {
		return nil, err
	}
	return s, nil
}

// priority spreads segments over a range of priorities, whose greatest is the lowest number.
func priority(least, greatest int32, depth, segments int) int32 {
	if segments < 2 {
		return least
	}
	return least + (greatest-least)*int32(depth)/int32(segments-1)
}

// Handle is the stream as the runtime takes it: a cudaStream_t.
func (s *Stream) Handle() uintptr { return s.handle }

// Destroy releases the stream. No session may be using it.
func (s *Stream) Destroy() error {
	if s.handle == 0 {
		return ErrDestroyed
	}
	handle := s.handle
	s.handle = 0
	return s.library.check("cudaStreamDestroy", s.library.destroy(handle))
}
