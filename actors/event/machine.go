package event

// Machine is what a node may use of its machine, and what follows from that.
type Machine struct {
	Cores   int      // that the node may use: the smaller of mask and quota, a part of a CPU counts as a whole one
	Host    int      // cores of the host that are switched on; 0: not known
	Mask    int      // cores that the affinity mask leaves, and with it the cpuset
	Quota   float64  // CPUs' worth of time that the control groups allow; 0: no limit
	Memory  int      // bytes that the control groups allow; 0: no limit
	Files   []string // of the control groups that set the quota and the limit of memory
	Threads int      // that run Go at a time (GOMAXPROCS): cores and slots, unless the environment says otherwise
	Slots   int      // how many segments run at once; what was right at the start stays until the next one
}

// MachineFound says what the node may use of its machine, once it serves.
type MachineFound struct{ Machine }

func (MachineFound) kind() kind { return kind{"machine.found", info, always} }

// MachineChanged says that the affinity mask or a control group leaves the node more or less than before. Go's threads
// have followed. Slots stay as they are: start the node anew to have them follow.
type MachineChanged struct{ Machine }

func (MachineChanged) kind() kind { return kind{"machine.changed", warn, always} }
