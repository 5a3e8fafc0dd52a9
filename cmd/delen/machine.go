package main

import (
	"bufio"
	"cmp"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/stages/onnx"
)

// machine is the computer that this runs on, as far as it says.
type machine struct {
	Name      string `json:"name,omitempty"` // of the board
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`            // that this process may use
	Memory    *int64 `json:"memory"`           // bytes; null: not known
	Available *int64 `json:"memory_available"` // that this process can still take

	Limits machineLimits `json:"limits"`
}

// machineBelow reads what is below a root, "/" for this machine.
func machineBelow(root string) machine {
	info := fields(filepath.Join(root, "proc/cpuinfo"))
	memory := fields(filepath.Join(root, "proc/meminfo"))
	board, _ := os.ReadFile(filepath.Join(root, "proc/device-tree/model")) // a PC has none
	own := limits.Read(os.DirFS(root), limits.Own().Mask)
	m := machine{
		Name: strings.TrimRight(string(board), "\x00\n"), Processor: info["model name"], Cores: own.Cores(),
		Memory: kilobytes(memory["MemTotal"]), Limits: limitsOf(own),
	}
	if spare := onnx.Spare(root); spare < math.MaxInt64 {
		m.Available = &spare
	}
	if m.Processor == "" {
		m.Processor = runtime.GOARCH
	}
	return m
}

// device names the machine in a profile: "Raspberry Pi 5 Model B Rev 1.0, 4 cores".
func (m machine) device() string {
	name := cmp.Or(m.Name, m.Processor)
	if name == runtime.GOARCH {
		name = runtime.GOOS + "/" + runtime.GOARCH
	}
	return name + ", " + plural(m.Cores, "core")
}

// fields reads lines of "name: value", the first of each name; none when there is no such file.
func fields(path string) map[string]string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	all := map[string]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, value, ok := strings.Cut(lines.Text(), ":")
		if name = strings.TrimSpace(name); ok && all[name] == "" {
			all[name] = strings.TrimSpace(value)
		}
	}
	return all
}

// kilobytes reads "23 kB" as bytes; nil when that is not what it says.
func kilobytes(s string) *int64 {
	digits, ok := strings.CutSuffix(s, " kB")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return nil
	}
	n <<= 10
	return &n
}
