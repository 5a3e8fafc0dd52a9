package limits

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

// unlimited is from where on a limit of version 1 means none: the largest number of whole pages, which depends on their
// size.
const unlimited = math.MaxInt64 >> 1

// quota is the least quota of CPU time of the process's groups, and the file that says so.
func quota(root fs.FS) (least float64, file string) {
	for _, folder := range folders(root, "cpu") {
		for _, in := range []struct {
			name string
			cpus float64
		}{
			{"cpu.max", parts(words(root, path.Join(folder, "cpu.max")))},
			{"cpu.cfs_quota_us", parts(append(words(root, path.Join(folder, "cpu.cfs_quota_us")),
				words(root, path.Join(folder, "cpu.cfs_period_us"))...))},
		} {
			if in.cpus > 0 && (file == "" || in.cpus < least) {
				least, file = in.cpus, "/"+path.Join(folder, in.name)
			}
		}
	}
	return least, file
}

// parts is a quota divided by its period; 0 where there is none.
func parts(words []string) float64 {
	if len(words) != 2 {
		return 0
	}
	quota, errA := strconv.ParseInt(words[0], 10, 64) // "max" and -1 are no limit
	period, errB := strconv.ParseInt(words[1], 10, 64)
	if errA != nil || errB != nil || quota <= 0 || period <= 0 {
		return 0
	}
	return float64(quota) / float64(period)
}

// memory is the least limit of memory of the process's groups, and the file that says so.
func memory(root fs.FS) (least int64, file string) {
	for _, folder := range folders(root, "memory") {
		if limit, name := memoryLimit(root, folder); name != "" && (file == "" || limit < least) {
			least, file = limit, "/"+path.Join(folder, name)
		}
	}
	return least, file
}

// memoryLimit is the limit of one group's memory, and the name of the file; "" when there is no limit.
func memoryLimit(root fs.FS, folder string) (limit int64, name string) {
	for _, name := range []string{"memory.max", "memory.limit_in_bytes"} {
		if n, ok := number(root, path.Join(folder, name)); ok && n < unlimited {
			return n, name
		}
	}
	return 0, ""
}

// SpareMemory is how many more bytes the control groups let this process take, math.MaxInt64 where they set no limit.
// The page cache counts as used, and is given back when memory is short; so does shared memory, and is not.
func SpareMemory(root fs.FS) int64 {
	least := int64(math.MaxInt64)
	for _, folder := range folders(root, "memory") {
		limit, name := memoryLimit(root, folder)
		usage, cache, shared := "memory.current", "file", "shmem"
		if name == "memory.limit_in_bytes" {
			usage, cache, shared = "memory.usage_in_bytes", "total_cache", "total_shmem"
		}
		used, ok := number(root, path.Join(folder, usage))
		if name == "" || !ok {
			continue
		}
		stat := statOf(root, folder)
		free := float64(limit) - float64(used) + float64(stat[cache]) - float64(stat[shared])
		least = min(least, int64(min(max(free, 0), float64(limit))))
	}
	return least
}

// statOf reads a group's memory.stat: lines of a name and a number.
func statOf(root fs.FS, folder string) map[string]int64 {
	data, _ := fs.ReadFile(root, path.Join(folder, "memory.stat"))
	stat := map[string]int64{}
	for line := range strings.Lines(string(data)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			stat[name] = n
		}
	}
	return stat
}

// online is how many cores the host has switched on: "0-3,6" is five. It is 0 when the host does not say.
func online(root fs.FS) (cores int) {
	data, _ := fs.ReadFile(root, "sys/devices/system/cpu/online")
	for part := range strings.SplitSeq(strings.TrimSpace(string(data)), ",") {
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, errA := strconv.ParseUint(from, 10, 16)
		last, errB := strconv.ParseUint(to, 10, 16)
		if errA != nil || errB != nil || last < first {
			return 0
		}
		cores += int(last-first) + 1
	}
	return cores
}

// words are those of a file, none when it cannot be read.
func words(root fs.FS, file string) []string {
	data, _ := fs.ReadFile(root, file)
	return strings.Fields(string(data))
}

// number is that of a file; false when it holds none, such as "max", or one below zero.
func number(root fs.FS, file string) (int64, bool) {
	all := words(root, file)
	if len(all) != 1 {
		return 0, false
	}
	n, err := strconv.ParseInt(all[0], 10, 64)
	return n, err == nil && n >= 0
}
