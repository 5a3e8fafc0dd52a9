package limits

import (
	"math"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

const (
	v2    = "30 23 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	v1CPU = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n"
	v1Mem = "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
)

// tree makes a file system of files with one text each.
func tree(files map[string]string) fstest.MapFS {
	all := fstest.MapFS{}
	for name, text := range files {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

func TestLimits(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		mask  int
		want  Limits
		cores int
	}{
		"nothing is said": {nil, 4, Limits{Mask: 4}, 4},
		"the mask is smaller than the host": {
			map[string]string{"sys/devices/system/cpu/online": "0-3,6\n"}, 2, Limits{Online: 5, Mask: 2}, 2,
		},
		"version 2, half a CPU": {
			map[string]string{
				"proc/self/cgroup": "0::/box\n", "proc/self/mountinfo": v2,
				"sys/fs/cgroup/box/cpu.max": "50000 100000\n", "sys/fs/cgroup/box/memory.max": "536870912\n",
			}, 4,
			Limits{Mask: 4, Quota: .5, QuotaFile: "/sys/fs/cgroup/box/cpu.max", Memory: 512 << 20, MemoryFile: "/sys/fs/cgroup/box/memory.max"}, 1,
		},
		"version 2, a group above has less": {
			map[string]string{
				"proc/self/cgroup": "0::/box/inner/node\n", "proc/self/mountinfo": v2,
				"sys/fs/cgroup/box/cpu.max": "150000 100000\n", "sys/fs/cgroup/box/inner/cpu.max": "max 100000\n",
				"sys/fs/cgroup/box/inner/node/cpu.max": "300000 100000\n", "sys/fs/cgroup/box/memory.max": "1000\n",
				"sys/fs/cgroup/box/inner/memory.max": "max\n", "sys/fs/cgroup/box/inner/node/memory.max": "2000\n",
			}, 4,
			Limits{Mask: 4, Quota: 1.5, QuotaFile: "/sys/fs/cgroup/box/cpu.max", Memory: 1000, MemoryFile: "/sys/fs/cgroup/box/memory.max"}, 2,
		},
		"version 2, in a namespace: the root of the mount is the group": {
			map[string]string{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2, "sys/fs/cgroup/cpu.max": "250000 100000\n"}, 8,
			Limits{Mask: 8, Quota: 2.5, QuotaFile: "/sys/fs/cgroup/cpu.max"}, 3,
		},
		"version 2, a group outside the namespace": {
			map[string]string{"proc/self/cgroup": "0::/../other\n", "proc/self/mountinfo": v2, "sys/fs/cgroup/other/cpu.max": "10000 100000\n"}, 2,
			Limits{Mask: 2}, 2,
		},
		"version 2, a quota above the mask": {
			map[string]string{"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2, "sys/fs/cgroup/cpu.max": "9223372036854775807 1\n"}, 2,
			Limits{Mask: 2, Quota: math.MaxInt64, QuotaFile: "/sys/fs/cgroup/cpu.max"}, 2,
		},
		"version 1": {
			map[string]string{
				"proc/self/cgroup":    "4:memory:/box\n1:cpu,cpuacct:/box/a:b\n0::/\n",
				"proc/self/mountinfo": v1CPU + v1Mem,
				"sys/fs/cgroup/cpu,cpuacct/box/a:b/cpu.cfs_quota_us":  "-1\n",
				"sys/fs/cgroup/cpu,cpuacct/box/a:b/cpu.cfs_period_us": "100000\n",
				"sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us":      "75000\n",
				"sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us":     "50000\n",
				"sys/fs/cgroup/memory/box/memory.limit_in_bytes":      "1048576\n",
				"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
			}, 4,
			Limits{
				Mask: 4, Quota: 1.5, QuotaFile: "/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us",
				Memory: 1 << 20, MemoryFile: "/sys/fs/cgroup/memory/box/memory.limit_in_bytes",
			}, 2,
		},
		"version 1, the mount shows the group of a container": {
			map[string]string{
				"proc/self/cgroup":                      "3:cpu:/docker/abc\n",
				"proc/self/mountinfo":                   "32 31 0:29 /docker/abc /my\\040groups ro - cgroup cgroup rw,cpu\n",
				"my groups/cpu.cfs_quota_us":            "200000\n",
				"my groups/cpu.cfs_period_us":           "100000\n",
				"my groups/docker/abc/cpu.cfs_quota_us": "1\n",
			}, 4,
			Limits{Mask: 4, Quota: 2, QuotaFile: "/my groups/cpu.cfs_quota_us"}, 2,
		},
		"both: the controllers of version 2 count beside those of version 1": {
			map[string]string{
				"proc/self/cgroup":                     "1:cpu:/\n0::/box\n",
				"proc/self/mountinfo":                  v1CPU + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
				"sys/fs/cgroup/unified/box/memory.max": "4096\n",
			}, 2,
			Limits{Mask: 2, Memory: 4096, MemoryFile: "/sys/fs/cgroup/unified/box/memory.max"}, 2,
		},
		"of two mounts the one that shows more": {
			map[string]string{
				"proc/self/cgroup":       "0::/box/node\n",
				"proc/self/mountinfo":    "1 0 0:1 /box /part rw - cgroup2 none rw\n2 0 0:1 / /whole rw - cgroup2 none rw\n3 0 0:1 /bo /other rw - cgroup2 none rw\n",
				"whole/box/cpu.max":      "100000 100000\n",
				"part/cpu.max":           "100000 100000\n",
				"other/x/node/cpu.max":   "1 100000\n",
				"whole/box/node/cpu.max": "max 100000\n",
			}, 2,
			Limits{Mask: 2, Quota: 1, QuotaFile: "/whole/box/cpu.max"}, 1,
		},
		"damaged files": {
			map[string]string{
				"proc/self/cgroup": "x\n0:\n0::box\n0::/box", "proc/self/mountinfo": "- cgroup2\n1 - cgroup2 x y\n" + v2,
				"sys/fs/cgroup/box/cpu.max": "1000 0\n", "sys/fs/cgroup/box/memory.max": "-5\n", "sys/devices/system/cpu/online": "3-1\n",
			}, 2,
			Limits{Mask: 2}, 2,
		},
	} {
		got := Read(tree(tt.files), tt.mask)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		if got.Cores() != tt.cores {
			t.Errorf("%s: %d cores, want %d", name, got.Cores(), tt.cores)
		}
	}
}

func TestSpareMemory(t *testing.T) {
	files := map[string]string{
		"proc/self/cgroup": "4:memory:/box/node\n", "proc/self/mountinfo": v1Mem,
		"sys/fs/cgroup/memory/box/memory.limit_in_bytes":      "500000\n",
		"sys/fs/cgroup/memory/box/memory.usage_in_bytes":      "450000\n",
		"sys/fs/cgroup/memory/box/memory.stat":                "cache 1\ntotal_cache 60000\ntotal_shmem 10000\n",
		"sys/fs/cgroup/memory/box/node/memory.limit_in_bytes": "9223372036854771712\n",
		"sys/fs/cgroup/memory/box/node/memory.usage_in_bytes": "1\n",
	}
	if got := SpareMemory(tree(files)); got != 100000 {
		t.Errorf("version 1: %d bytes, want 100000", got)
	}
	files["sys/fs/cgroup/memory/box/memory.usage_in_bytes"] = "700000\n"
	if got := SpareMemory(tree(files)); got != 0 {
		t.Errorf("beyond the limit: %d bytes, want 0", got)
	}
	if got := SpareMemory(tree(nil)); got != math.MaxInt64 {
		t.Errorf("without groups: %d bytes", got)
	}
}

// TestOwn holds that this process has what Go knows of it.
func TestOwn(t *testing.T) {
	l := Own()
	if l.Mask != runtime.NumCPU() || l.Cores() < 1 || l.Cores() > l.Mask {
		t.Errorf("%+v, and Go has %d cores", l, runtime.NumCPU())
	}
	if _, err := os.Stat("/sys/devices/system/cpu/online"); err == nil && l.Online < l.Mask {
		t.Errorf("%d cores are switched on, %d are in the mask", l.Online, l.Mask)
	}
}

// TestMask holds that a process with a mask of one core has one core.
func TestMask(t *testing.T) {
	const child = "DELEN_TEST_MASK"
	if os.Getenv(child) != "" {
		if l := Own(); l.Mask != 1 || l.Cores() != 1 {
			t.Errorf("%+v, want one core", l)
		}
		return
	}
	var own, one unix.CPUSet
	runtime.LockOSThread() // a process begins with the mask of the thread that starts it
	defer runtime.UnlockOSThread()
	if err := unix.SchedGetaffinity(0, &own); err != nil {
		t.Fatal(err)
	}
	for core := 0; one.Count() == 0; core++ {
		if own.IsSet(core) {
			one.Set(core)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestMask$")
	cmd.Env = append(os.Environ(), child+"=1")
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		t.Skip(err)
	}
	out, err := cmd.CombinedOutput()
	if back := unix.SchedSetaffinity(0, &own); back != nil {
		t.Fatal(back)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func BenchmarkOwn(b *testing.B) {
	for b.Loop() {
		Own()
	}
}

func FuzzRead(f *testing.F) {
	f.Add("0::/box/node\n", v2, "150000 100000\n", "4096\n", "0-3,6\n")
	f.Add("1:cpu,cpuacct:/\n4:memory:/a\n", v1CPU+v1Mem, "-1", "max", "7")
	f.Add("0::/../x\n", "1 0 0:1 /\\040 /\\0 rw - cgroup2 a b", "", "", "-")
	f.Fuzz(func(t *testing.T, groups, mounts, cpu, bytes, cores string) {
		files := tree(map[string]string{
			"proc/self/cgroup": groups, "proc/self/mountinfo": mounts, "sys/devices/system/cpu/online": cores,
			"sys/fs/cgroup/box/cpu.max": cpu, "sys/fs/cgroup/box/memory.max": bytes, "sys/fs/cgroup/box/memory.current": cpu,
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": cpu, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": bytes, "sys/fs/cgroup/memory/memory.usage_in_bytes": cpu,
			"sys/fs/cgroup/box/memory.stat": groups,
		})
		l := Read(files, 4)
		if l.Cores() < 1 || l.Cores() > 4 || l.Online < 0 || l.Memory < 0 || SpareMemory(files) < 0 {
			t.Errorf("%+v, %d bytes are spare", l, SpareMemory(files))
		}
		if !(l.Quota >= 0) || math.IsInf(l.Quota, 0) || (l.Quota > 0) != (l.QuotaFile != "") {
			t.Errorf("%+v", l)
		}
	})
}
