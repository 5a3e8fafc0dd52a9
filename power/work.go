package power

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// Work is what the cores have done since the machine's start, in ticks of Linux' clock.
type Work struct {
	All  int64 // ticks of all cores together, idle ones included
	Busy int64 // of these, those in which they worked
	Own  int64 // of these, those of this program, and of those that it counts with it
}

// Works reads it below a root, "/" for this machine (proc(5)). Other processes may be counted with this program.
func Works(root string, with ...int) (w Work, err error) {
	line, _, _ := strings.Cut(text(filepath.Join(root, "proc/stat")), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return w, fmt.Errorf("%s does not say what the cores do", filepath.Join(root, "proc/stat"))
	}
	for i, field := range fields[1:9] { // user nice system idle iowait irq softirq steal; what guests take is in user
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return w, fmt.Errorf("%s: %w", filepath.Join(root, "proc/stat"), err)
		}
		w.All += n
		if i != 3 && i != 4 {
			w.Busy += n
		}
	}
	names := []string{"self"}
	for _, pid := range with {
		names = append(names, strconv.Itoa(pid))
	}
	for _, name := range names {
		ticks, err := own(filepath.Join(root, "proc", name, "stat"))
		if err != nil {
			return w, err
		}
		w.Own += ticks
	}
	return w, nil
}

// own is utime and stime, the 14th and 15th field. The second is a name in parentheses, which may hold anything.
func own(path string) (ticks int64, err error) {
	says := text(path)
	fields := strings.Fields(says[strings.LastIndexByte(says, ')')+1:])
	if len(fields) < 13 {
		return 0, fmt.Errorf("%s does not say what this program does", path)
	}
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", path, err)
		}
		ticks += n
	}
	return ticks, nil
}

// Others is the part of the cores' time since an earlier look that other programs have worked: 1 where that is not known.
func (w Work) Others(since Work) float64 {
	all := w.All - since.All
	if all <= 0 {
		return 1
	}
	return min(1, max(0, float64(w.Busy-since.Busy-(w.Own-since.Own))/float64(all)))
}
