// Package proc tells tests and benchmarks what a process holds: memory and open files, as Linux counts them.
package proc

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
)

// Memory is what a process has in memory, in bytes.
type Memory struct {
	Anonymous int // heaps, stacks, mappings without a file
	Resident  int // with the parts of files that are in memory: the program, libraries, mapped weights
	Peak      int // the most that Anonymous has been, as far as the part that files have in memory has stayed as it is
}

// MemoryOf reads the memory of a process.
func MemoryOf(pid int) (Memory, error) {
	name := fmt.Sprintf("/proc/%d/status", pid)
	data, err := os.ReadFile(name)
	if err != nil {
		return Memory{}, err
	}
	bytesOf := map[string]int{}
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		key, value, _ := strings.Cut(lines.Text(), ":")
		if n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(value, " kB"))); err == nil {
			bytesOf[key] = n << 10
		}
	}
	if bytesOf["VmHWM"] == 0 {
		return Memory{}, fmt.Errorf("%s does not tell the memory of a process", name)
	}
	return Memory{Anonymous: bytesOf["RssAnon"], Resident: bytesOf["VmRSS"], Peak: bytesOf["VmHWM"] - bytesOf["RssFile"] - bytesOf["RssShmem"]}, nil
}

// Raced says whether this process has the race detector in it. That is slow, and has memory of its own for each byte, so
// that the memory of the process says little.
func Raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// Files are what a process has open, by descriptor: a path, or a kind and a number such as socket:[4711].
func Files(pid int) (map[string]string, error) {
	folder := fmt.Sprintf("/proc/%d/fd", pid)
	numbers, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	open := map[string]string{}
	for _, n := range numbers {
		// What has been closed since is passed over, such as the folder itself when it is one's own.
		if what, err := os.Readlink(filepath.Join(folder, n.Name())); err == nil {
			open[n.Name()] = what
		}
	}
	return open, nil
}

// Wakes is how often the threads of a process have gone to sleep by themselves, and so how often they woke.
func Wakes(pid int) (all int, err error) {
	folder := fmt.Sprintf("/proc/%d/task", pid)
	threads, err := os.ReadDir(folder)
	if err != nil {
		return 0, err
	}
	for _, t := range threads {
		data, err := os.ReadFile(filepath.Join(folder, t.Name(), "status"))
		if err != nil {
			continue // it has ended
		}
		for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
			if key, value, _ := strings.Cut(lines.Text(), ":"); key == "voluntary_ctxt_switches" {
				n, err := strconv.Atoi(strings.TrimSpace(value))
				if err != nil {
					return 0, err
				}
				all += n
			}
		}
	}
	return all, nil
}
