package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit in which Linux tells the CPU time of other processes.
const tick = time.Second / 100

// cpuOf is the CPU time that a process and the children that it has have used.
func cpuOf(pid int) (time.Duration, error) {
	total, err := cpuOfOne(pid)
	if err != nil {
		return 0, err
	}
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil {
		return 0, err
	}
	for _, list := range lists {
		children, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, child := range strings.Fields(string(children)) {
			n, err := strconv.Atoi(child)
			if err != nil {
				return 0, err
			}
			more, err := cpuOf(n)
			if err != nil {
				return 0, err
			}
			total += more
		}
	}
	return total, nil
}

// cpuOfOne is the CPU time of a process alone.
func cpuOfOne(pid int) (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, a name in brackets, may hold anything: fields are counted from its end. The 14th and 15th are
	// the times in user and in system mode.
	text := string(data)
	var ticks time.Duration
	for _, field := range strings.Fields(text[strings.LastIndexByte(text, ')')+1:])[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += time.Duration(n)
	}
	return ticks * tick, nil
}

// ownCPU is the CPU time that this process has used.
func ownCPU() (time.Duration, error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
