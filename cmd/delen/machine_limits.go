package main

import "github.com/delen-edge/delen/internal/limits"

// machineLimits are what leaves this process less than the host has.
type machineLimits struct {
	HostCores     int    `json:"host_cores"`     // that are switched on; 0: not known
	AffinityCores int    `json:"affinity_cores"` // that the affinity mask leaves, and with it the cpuset
	Quota         *quota `json:"cpu_quota"`      // null: none
	Memory        *limit `json:"memory_limit"`   // null: none
}

type quota struct {
	CPUs float64 `json:"cpus"`
	File string  `json:"file"`
}

type limit struct {
	Bytes int64  `json:"bytes"`
	File  string `json:"file"`
}

// limitsOf is what doctor says of the limits.
func limitsOf(l limits.Limits) machineLimits {
	m := machineLimits{HostCores: l.Online, AffinityCores: l.Mask}
	if l.QuotaFile != "" {
		m.Quota = &quota{l.Quota, l.QuotaFile}
	}
	if l.MemoryFile != "" {
		m.Memory = &limit{l.Memory, l.MemoryFile}
	}
	return m
}

// print shows the limits to people, those that there are.
func (m *machineLimits) print(t *table) {
	if m.HostCores > m.AffinityCores {
		t.line("affinity\t%d of %s of the host", m.AffinityCores, plural(m.HostCores, "core"))
	}
	if q := m.Quota; q != nil {
		t.line("quota\t%.4g CPUs", q.CPUs)
		t.line("\t%s", q.File)
	}
	if l := m.Memory; l != nil {
		t.line("limit\t%s of memory", bytesOf(&l.Bytes))
		t.line("\t%s", l.File)
	}
}
