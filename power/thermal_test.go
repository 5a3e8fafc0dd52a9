package power

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	thermal = "sys/class/thermal/"
	cores   = "sys/devices/system/cpu/"
)

// feel writes down what a machine says of its heat, with paths and errors below the root.
func feel(root string, t *Thermal) []string {
	var lines []string
	for _, z := range t.Zones {
		line := fmt.Sprintf("%s %s %g", strings.TrimPrefix(z.Path, root+"/"+thermal), z.Name, z.Celsius)
		for _, trip := range z.Trips {
			line += fmt.Sprintf(" %s=%g", trip.Kind, trip.Celsius)
		}
		if z.Err != nil {
			line += " " + strings.ReplaceAll(z.Err.Error(), root+"/"+thermal, "")
		}
		lines = append(lines, line)
	}
	for _, b := range t.Brakes {
		lines = append(lines, fmt.Sprintf("%s %s %d of %d", strings.TrimPrefix(b.Path, root+"/"+thermal), b.Name, b.State, b.Most))
	}
	return append(lines, fmt.Sprintf("throttled %d clock %.2f", t.Throttled, t.Clock))
}

func TestThermals(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a machine that says nothing": {nil, []string{"throttled 0 clock NaN"}},
		"a laptop": {
			map[string]string{
				thermal + "thermal_zone0/type": "acpitz\n", thermal + "thermal_zone0/temp": "27800\n",
				thermal + "thermal_zone0/trip_point_0_type": "critical\n", thermal + "thermal_zone0/trip_point_0_temp": "128000\n",
				thermal + "thermal_zone0/trip_point_1_type": "passive\n", thermal + "thermal_zone0/trip_point_1_temp": "95000\n",
				thermal + "thermal_zone0/trip_point_2_type": "active\n", thermal + "thermal_zone0/trip_point_2_temp": "55000\n",
				thermal + "thermal_zone1/type": "x86_pkg_temp\n", thermal + "thermal_zone1/temp": "61000\n",
				thermal + "thermal_zone1/trip_point_0_type": "passive\n", thermal + "thermal_zone1/trip_point_0_temp": "0\n",
				thermal + "cooling_device0/type": "Fan\n", thermal + "cooling_device0/cur_state": "1\n", thermal + "cooling_device0/max_state": "1\n",
				thermal + "cooling_device1/type": "Processor\n", thermal + "cooling_device1/cur_state": "0\n", thermal + "cooling_device1/max_state": "10\n",
				thermal + "cooling_device2/type": "intel_powerclamp\n", thermal + "cooling_device2/cur_state": "-1\n", thermal + "cooling_device2/max_state": "100\n",
				thermal + "cooling_device3/type": "LCD\n", thermal + "cooling_device3/cur_state": "0\n", thermal + "cooling_device3/max_state": "9\n",
				cores + "cpu0/thermal_throttle/core_throttle_count": "3\n", cores + "cpu0/thermal_throttle/package_throttle_count": "4\n",
				cores + "cpu1/thermal_throttle/core_throttle_count": "2\n",
				cores + "cpu0/cpufreq/scaling_cur_freq":             "1200000\n", cores + "cpu0/cpufreq/cpuinfo_max_freq": "2400000\n",
				cores + "cpu1/cpufreq/scaling_cur_freq": "2400000\n", cores + "cpu1/cpufreq/cpuinfo_max_freq": "2400000\n",
			},
			[]string{
				"thermal_zone0 acpitz 27.8 passive=95 critical=128", "thermal_zone1 x86_pkg_temp 61",
				"cooling_device1 Processor 0 of 10", "cooling_device2 intel_powerclamp 0 of 100", "throttled 9 clock 0.75",
			},
		},
		"a board that is hot, with zones that cannot be read": {
			map[string]string{
				thermal + "thermal_zone0/type": "CPU-therm\n", thermal + "thermal_zone0/temp": "97500\n",
				thermal + "thermal_zone0/trip_point_0_type": "hot\n", thermal + "thermal_zone0/trip_point_0_temp": "97000\n",
				thermal + "thermal_zone1/type": "iwlwifi\n",
				thermal + "thermal_zone2/type": "PMIC-Die\n", thermal + "thermal_zone2/temp": "-274000\n",
				thermal + "thermal_zone3/temp":   "warm\n",
				thermal + "cooling_device0/type": "cpufreq-cpu0\n", thermal + "cooling_device0/cur_state": "4\n", thermal + "cooling_device0/max_state": "20\n",
				thermal + "cooling_device1/type": "pwm-fan\n", thermal + "cooling_device1/cur_state": "2\n", thermal + "cooling_device1/max_state": "3\n",
				thermal + "cooling_device2/type": "devfreq-gpu\n", thermal + "cooling_device2/cur_state": "?\n", thermal + "cooling_device2/max_state": "3\n",
			},
			[]string{
				"thermal_zone0 CPU-therm 97.5 hot=97",
				"thermal_zone1 iwlwifi NaN open thermal_zone1/temp: no such file or directory",
				"thermal_zone2 PMIC-Die NaN thermal_zone2/temp says -274000 thousandths of a degree, which no place is at",
				"thermal_zone3 thermal_zone3 NaN thermal_zone3/temp holds no number",
				"cooling_device0 cpufreq-cpu0 4 of 20", "throttled 0 clock NaN",
			},
		},
	} {
		root := tree(t, tt.files)
		if d := cmp.Diff(tt.want, feel(root, Thermals(root))); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestWorks(t *testing.T) {
	root := tree(t, map[string]string{
		"proc/stat":      "cpu  100 5 50 1000 40 3 2 0 7 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n",
		"proc/self/stat": "42 (a) b) S 1 2 3 4 5 6 7 8 9 10 60 20 0 0 20 0 9 0 77\n",
	})
	before, err := Works(root)
	if want := (Work{All: 1200, Busy: 160, Own: 80}); err != nil || before != want {
		t.Errorf("%+v, %v; want %+v", before, err, want)
	}
	after := Work{All: 2200, Busy: 460, Own: 180}
	if got := after.Others(before); math.Abs(got-0.2) > 1e-12 {
		t.Errorf("others took %g", got)
	}
	if err := os.MkdirAll(filepath.Join(root, "proc/7"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "proc/7/stat"), []byte("7 (c) S 1 2 3 4 5 6 7 8 9 10 5 2 0 0 20 0 9 0 77\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if both, err := Works(root, 7); err != nil || both.Own != 87 {
		t.Errorf("with another process: %+v, %v", both, err)
	}
	if got := before.Others(before); got != 1 {
		t.Errorf("in no time others took %g", got)
	}
	for path, says := range map[string]string{"proc/stat": "intr 5\n", "proc/self/stat": "42 (a\n"} {
		old, _ := os.ReadFile(filepath.Join(root, path))
		if err := os.WriteFile(filepath.Join(root, path), []byte(says), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Works(root); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
		if err := os.WriteFile(filepath.Join(root, path), old, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Works("/"); err != nil {
		t.Errorf("of this machine: %v", err)
	}
}

// A story of looks: what each sees, and what it leads to.
func TestHeat(t *testing.T) {
	zone := func(celsius float64) *Thermal {
		return &Thermal{Zones: []Zone{{Name: "ambient", Celsius: 30}, {Name: "cpu", Celsius: celsius, Trips: []Trip{{"passive", 80}, {"critical", 100}}}}}
	}
	brake := zone(60)
	brake.Brakes = []Brake{{Name: "cpufreq-cpu0", State: 2, Most: 4}}
	throttled := func(n int64) *Thermal { t := zone(60); t.Throttled = n; return t }
	nan := math.NaN()
	for name, looks := range map[string][]struct {
		Signs
		want string
	}{
		"a trip point": {
			{Signs{zone(70), 1, 1, 0}, "cool"}, {Signs{zone(80), 1.5, 1, 0.5}, "rising: trip point cpu 80 80 1.5"}, {Signs{zone(79), nan, 1, 0}, "hot"},
			{Signs{zone(76), 1, 1, 0}, "hot"}, {Signs{zone(78), 1, 1, 0}, "hot"}, {Signs{zone(76), 1, 1, 0}, "hot"}, {Signs{zone(75), 1, 1, 0}, "over:  cpu 75 80 1"},
			{Signs{zone(79), 1, 1, 0}, "cool"},
		},
		"a brake": {{Signs{brake, nan, 1, 1}, "rising: brake cpufreq-cpu0 60 80 1"}, {Signs{zone(60), 1, 1, 0}, "hot"}, {Signs{zone(60), 1, 1, 0}, "over:  cpu 60 80 1"}},
		"a count that was there before, and rises": {
			{Signs{throttled(5), 1, 1, 0}, "cool"}, {Signs{throttled(5), 1, 1, 0}, "cool"}, {Signs{throttled(6), 1, 1, 0}, "rising: throttled cpu 60 80 1"},
			{Signs{throttled(6), 1, 1, 0}, "hot"}, {Signs{throttled(7), 1, 1, 0}, "hot"}, {Signs{throttled(7), 1, 1, 0}, "hot"}, {Signs{throttled(7), 1, 1, 0}, "over:  cpu 60 80 1"},
		},
		"a pace": {
			{Signs{zone(60), 1.3, 1, 0}, "cool"}, {Signs{zone(60), 1.2, 1, 0}, "cool"}, {Signs{zone(60), 1.3, 1, 0}, "cool"}, {Signs{zone(60), 1.4, 1, 0.05}, "rising: pace cpu 60 80 1.4"},
			{Signs{zone(60), 1.2, 1, 0}, "hot"}, {Signs{zone(60), 1.1, 1, 0}, "hot"}, {Signs{zone(60), 1.1, 1, 0}, "over:  cpu 60 80 1"},
		},
		"a pace that other programs explain": {{Signs{zone(60), 2, 1, 0.3}, "cool"}, {Signs{zone(60), 2, 1, 0.3}, "cool"}, {Signs{zone(60), 2, 1, 0.3}, "cool"}},
		"a pace with little to do":           {{Signs{zone(60), 2, 0.4, 0}, "cool"}, {Signs{zone(60), 2, 0.4, 0}, "cool"}, {Signs{zone(60), 2, 0.4, 0}, "cool"}},
		"nothing to read":                    {{Signs{&Thermal{}, nan, 1, 1}, "cool"}, {Signs{&Thermal{}, 1.5, 1, 0}, "cool"}, {Signs{&Thermal{}, 1.5, 1, 0}, "rising: pace  NaN NaN 1.5"}},
	} {
		h := &Heat{}
		for i, look := range looks {
			w := h.Look(look.Signs)
			got := map[bool]string{true: "hot", false: "cool"}[w.Hot]
			if w.Changed {
				got = fmt.Sprintf("%s: %s %s %g %g %g", map[bool]string{true: "rising", false: "over"}[w.Hot], w.Why, w.Zone, w.Celsius, w.Trip, w.Factor)
			}
			if got != look.want {
				t.Errorf("%s, look %d: %s, want %s", name, i+1, got, look.want)
			}
		}
	}
}
