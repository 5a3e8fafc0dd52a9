package main

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ownCores are the cores that this process may run on, by the system's numbers.
func ownCores() ([]int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return nil, os.NewSyscallError("sched_getaffinity", err)
	}
	var cores []int
	for core := range 64 * len(set) {
		if set.IsSet(core) {
			cores = append(cores, core)
		}
	}
	return cores, nil
}

// keepTo has every thread of this process, and the processes that it starts from now on, run on these cores only.
func keepTo(cores []int) error {
	var set unix.CPUSet
	for _, core := range cores {
		set.Set(core)
	}
	moved := map[string]bool{}
	for {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		before := len(moved)
		for _, thread := range threads {
			id, err := strconv.Atoi(thread.Name())
			if err != nil || moved[thread.Name()] {
				continue
			}
			if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH { // one that has ended meanwhile
				return os.NewSyscallError("sched_setaffinity", err)
			}
			moved[thread.Name()] = true
		}
		if len(moved) == before { // a thread that one begins which has been moved is where it should be
			return nil
		}
	}
}

// listed writes cores for people: "core 0", "cores 1, 2".
func listed(cores []int) string {
	var all []string
	for _, core := range cores {
		all = append(all, strconv.Itoa(core))
	}
	if len(all) == 1 {
		return "core " + all[0]
	}
	return "cores " + strings.Join(all, ", ")
}
