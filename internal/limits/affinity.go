package limits

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// affinity is how many cores the mask of the process's main thread leaves. The mask of the calling thread would not do:
// a goroutine may run on one that is bound to a core of its own.
func affinity() int {
	var mask unix.CPUSet
	if err := unix.SchedGetaffinity(os.Getpid(), &mask); err != nil {
		return runtime.NumCPU() // a machine of more cores than the set has room for
	}
	return mask.Count()
}
