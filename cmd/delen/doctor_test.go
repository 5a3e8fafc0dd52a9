package main

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/power"
)

func TestMachines(t *testing.T) {
	for name, tt := range map[string]struct {
		files  map[string]string
		want   machine
		device string
	}{
		"a PC": {
			map[string]string{
				"proc/cpuinfo": "processor\t: 0\nmodel name\t: AMD EPYC 7B13\n\nprocessor\t: 1\nmodel name\t: another\n",
				"proc/meminfo": "MemTotal:       24683520 kB\nMemFree:  1 kB\nMemAvailable:   22000000 kB\n",
			},
			machine{Processor: "AMD EPYC 7B13", Memory: new(int64(24683520 << 10)), Available: new(int64(22000000 << 10))},
			"AMD EPYC 7B13",
		},
		"a Jetson": {
			map[string]string{
				"proc/cpuinfo":           "processor\t: 0\nmodel name\t: ARMv8 Processor rev 1 (v8l)\n",
				"proc/device-tree/model": "NVIDIA Jetson Nano Developer Kit\x00",
				"proc/meminfo":           "MemTotal: much\n",
			},
			machine{Name: "NVIDIA Jetson Nano Developer Kit", Processor: "ARMv8 Processor rev 1 (v8l)"},
			"NVIDIA Jetson Nano Developer Kit",
		},
		"one that says nothing": {nil, machine{Processor: runtime.GOARCH}, runtime.GOOS + "/" + runtime.GOARCH},
	} {
		root := t.TempDir()
		for path, data := range tt.files {
			path = filepath.Join(root, path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		tt.want.Cores = runtime.NumCPU()
		tt.want.Limits.AffinityCores = runtime.NumCPU()
		if d := cmp.Diff(tt.want, machineBelow(root)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
		tt.want.Cores = 4
		if got := tt.want.device(); got != tt.device+", 4 cores" {
			t.Errorf("%s is called %q", name, got)
		}
	}
}

// TestDoctorPrintsEverything shows a machine that has, and lacks, some of everything.
func TestDoctorPrintsEverything(t *testing.T) {
	e := &examination{
		Runtime: examinedRuntime{Library: "/lib/libonnxruntime.so", Version: "1.27.0"},
		Providers: []examinedProvider{
			{Name: "cpu", Works: true}, {Name: "cuda", Error: "there is no driver"},
			{Name: "qnn", Error: "not built", unbuilt: true}, {Name: "xnnpack", Error: "not built", unbuilt: true},
		},
		CUDA: examinedCUDA{
			Library: "libcudart.so.13", Runtime: "13.0", Driver: "13.1",
			Devices: []examinedDevice{{0, "Orin", 8 << 30}, {1, "RTX", 16 << 30}},
		},
		Machine: machine{Name: "Board", Processor: "ARM", Cores: 2, Memory: new(int64(8 << 30)), Limits: machineLimits{
			HostCores: 6, AffinityCores: 4, Quota: &quota{1.5, "/sys/fs/cgroup/box/cpu.max"}, Memory: &limit{1 << 30, "/sys/fs/cgroup/memory.max"},
		}},
		Meters: []examinedMeter{
			{Kind: "ina3221", Name: "VDD_IN", Path: "/sys/curr1_input"}, {Kind: "rapl", Name: "core", Path: "/sys/energy_uj", Error: "denied"},
		},
		Heat: examineHeat(&power.Thermal{
			Zones: []power.Zone{
				{Name: "CPU-therm", Celsius: 84.25, Trips: []power.Trip{{Kind: "passive", Celsius: 80}, {Kind: "critical", Celsius: 100}}},
				{Name: "wifi", Celsius: math.NaN(), Err: errors.New("no data available")},
			},
			Brakes:    []power.Brake{{Name: "cpufreq-cpu0", State: 2, Most: 4}, {Name: "gpu", Most: 3}},
			Throttled: 12, Clock: .625,
		}),
	}
	var b strings.Builder
	if err := e.print(&b); err != nil {
		t.Fatal(err)
	}
	want := `runtime     ONNX Runtime 1.27.0, /lib/libonnxruntime.so
machine     Board, ARM, 2 cores
memory      an unknown number of bytes available of 8 GiB
affinity    4 of 6 cores of the host
quota       1.5 CPUs
            /sys/fs/cgroup/box/cpu.max
limit       1 GiB of memory
            /sys/fs/cgroup/memory.max
CUDA        library libcudart.so.13, version 13.0; the driver knows 13.1
  device 0  Orin, 8 GiB
  device 1  RTX, 16 GiB

providers
  cpu     works
  cuda    does not work: there is no driver
  others  not in this build of ONNX Runtime: qnn, xnnpack

meters
  ina3221  VDD_IN, /sys/curr1_input
  rapl     core cannot be read: denied

heat
  CPU-therm     84.2 °C, passive at 80 °C, critical at 100 °C
  wifi          cannot be read: no data available
  cpufreq-cpu0  holds the machine back: 2 of 4
  throttled     12 times since the start
  clock         62 % of the highest
`
	if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
