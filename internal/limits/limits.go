// Package limits says how much of the machine this process may use. The host's cores and memory are one bound, the
// affinity mask and the process's own control groups are others, and the smallest of them counts.
//
// [Read] is pure: it is handed the files and the mask. Both versions of control groups are read, also where a machine
// has both.
package limits

import (
	"io/fs"
	"math"
	"os"
	"sync"
)

// Limits are what bounds this process.
type Limits struct {
	Online     int     // cores of the host that are switched on; 0: not known
	Mask       int     // cores that the affinity mask leaves, and with it the cpuset
	Quota      float64 // CPUs' worth of time that the control groups allow; 0: no limit
	QuotaFile  string  // that says so
	Memory     int64   // bytes that the control groups allow; 0: no limit
	MemoryFile string  // that says so
}

// Read reads the limits below the root of a file system. The mask is the number of cores that the affinity mask leaves.
func Read(root fs.FS, mask int) Limits {
	l := Limits{Online: online(root), Mask: mask}
	l.Quota, l.QuotaFile = quota(root)
	l.Memory, l.MemoryFile = memory(root)
	return l
}

// Own reads the limits of this process as they are now.
func Own() Limits { return Read(os.DirFS("/"), affinity()) }

// Cores is how many threads can compute at a time, at least one.
//
// A part of a CPU counts as a whole one: .5 is 1 and 1.5 is 2. With one thread for 1.5 CPUs a third of what is allowed
// could never be used; with two the kernel holds both back for a quarter of the time, and all of it is used. Go rounds
// up, too.
func (l Limits) Cores() int {
	cores := l.Mask
	if l.Quota > 0 {
		cores = int(min(float64(cores), math.Ceil(l.Quota)))
	}
	return max(cores, 1)
}

// Cores is [Limits.Cores] of this process when it was first asked for, as runtime.NumCPU is that of the start: what is
// made for so many threads, such as slots, stays as it is while the process runs.
var Cores = sync.OnceValue(func() int { return Own().Cores() })
