package power

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// turn writes a file of a tree anew, as a sensor shows another value. Nobody ever sees half of it.
func turn(t *testing.T, root, path string, value int64) {
	t.Helper()
	path = filepath.Join(root, path)
	err := os.WriteFile(path+".new", fmt.Appendln(nil, value), 0o644)
	if err := errors.Join(err, os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, files map[string]string) (m *Meter, root string) {
	t.Helper()
	root = tree(t, files)
	m, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, root
}

func holds(t *testing.T, m *Meter, want float64) {
	t.Helper()
	if got, _, err := m.Joules(); err != nil || math.Abs(got-want) > 1e-9*math.Max(1, want) {
		t.Errorf("%s has counted %v J, %v; want %v", m, got, err, want)
	}
}

var twoPackages = map[string]string{
	rapl + "intel-rapl:0/name": "package-0\n", rapl + "intel-rapl:0/energy_uj": "999000000\n", rapl + "intel-rapl:0/max_energy_range_uj": "1000000000\n",
	rapl + "intel-rapl:0:0/name": "core\n", rapl + "intel-rapl:0:0/energy_uj": "1\n", rapl + "intel-rapl:0:0/max_energy_range_uj": "1000000000\n",
	rapl + "intel-rapl:1/name": "package-1\n", rapl + "intel-rapl:1/energy_uj": "0\n", rapl + "intel-rapl:1/max_energy_range_uj": "500000000\n",
	rapl + "intel-rapl:2/name": "psys\n", rapl + "intel-rapl:2/energy_uj": "7\n",
	supply + "BAT0/type": "Battery\n", supply + "BAT0/status": "Discharging\n", supply + "BAT0/power_now": "5000000\n",
}

func TestPackagesAreAddedUpAndTheirCountersBeginAnew(t *testing.T) {
	m, root := open(t, twoPackages)
	if m.String() != "rapl package-0 + package-1" {
		t.Errorf("the meter is %s", m)
	}
	holds(t, m, 0)
	turn(t, root, rapl+"intel-rapl:0/energy_uj", 999_500_000)
	turn(t, root, rapl+"intel-rapl:0:0/energy_uj", 900_000) // is in the package's
	holds(t, m, 0.5)
	turn(t, root, rapl+"intel-rapl:0/energy_uj", 250_000) // has begun anew
	turn(t, root, rapl+"intel-rapl:1/energy_uj", 2_000_000)
	holds(t, m, 0.5+0.75+2)
	turn(t, root, rapl+"intel-rapl:1/energy_uj", 499_999_999)
	turn(t, root, rapl+"intel-rapl:1/energy_uj", 1) // unseen in between
	holds(t, m, 0.5+0.75+2+498.000001)
}

func TestAPackageThatCannotBeReadIsNoMeter(t *testing.T) {
	for path, want := range map[string]string{
		rapl + "intel-rapl:1/energy_uj":           "rapl package-1: open ",
		rapl + "intel-rapl:0/max_energy_range_uj": "rapl package-0: open ",
	} {
		files := maps.Clone(twoPackages)
		delete(files, path)
		if _, err := Open(tree(t, files)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("without %s: %v", path, err)
		}
	}
}

// What cannot be read later is not known from then on, and is not taken for nothing.
func TestASensorThatGoesAway(t *testing.T) {
	m, root := open(t, twoPackages)
	holds(t, m, 0)
	turn(t, root, rapl+"intel-rapl:1/energy_uj", 1_000_000)
	if err := os.Rename(filepath.Join(root, rapl, "intel-rapl:1"), filepath.Join(root, rapl, "gone")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := m.Joules(); err == nil || !strings.HasPrefix(err.Error(), "rapl package-1: open ") {
			t.Errorf("a counter that is gone: %v", err)
		}
		if err := os.Rename(filepath.Join(root, rapl, "gone"), filepath.Join(root, rapl, "intel-rapl:1")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	other, root := open(t, twoPackages)
	turn(t, root, rapl+"intel-rapl:0/energy_uj", -2_000_000_000)
	if _, _, err := other.Joules(); err == nil || !strings.Contains(err.Error(), "begins anew at 1000000000") {
		t.Errorf("a counter that falls too far: %v", err)
	}
}

func TestPowerIsAddedUpOverTime(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		meter string
		watts float64
	}{
		"a Jetson Nano: the rail that feeds the others": {
			map[string]string{
				iio + "rail_name_0": "POM_5V_GPU\n", iio + "in_power0_input": "700\n",
				iio + "rail_name_1": "POM_5V_IN\n", iio + "in_power1_input": "2100\n",
				iio + "rail_name_2": "POM_5V_CPU\n", // without its power, which nobody needs
			},
			"ina3221 POM_5V_IN", 2.1,
		},
		"a Jetson Orin Nano": {
			map[string]string{
				hwmon + "in1_label": "VDD_IN\n", hwmon + "in1_input": "5000\n", hwmon + "curr1_input": "900\n",
				hwmon + "in2_label": "VDD_CPU_GPU_CV\n", hwmon + "in2_input": "5000\n", hwmon + "curr2_input": "300\n",
			},
			"ina3221 VDD_IN", 4.5,
		},
		"a Jetson AGX: rails side by side, and one that is not connected": {
			map[string]string{
				hwmon + "in1_label": "VDD_GPU_SOC\n", hwmon + "in1_input": "20000\n", hwmon + "curr1_input": "100\n",
				hwmon + "in2_label": "VDD_CPU_CV\n", hwmon + "in2_input": "20000\n", hwmon + "curr2_input": "50\n",
				hwmon + "in3_label": "NC\n",
			},
			"ina3221 VDD_GPU_SOC + VDD_CPU_CV", 3,
		},
		"a laptop without its mains, whose current has a sign": {
			map[string]string{
				supply + "AC/type": "Mains\n", supply + "AC/online": "0\n",
				supply + "BAT0/type": "Battery\n", supply + "BAT0/status": "Discharging\n", supply + "BAT0/voltage_now": "12000000\n",
				supply + "BAT0/current_now": "-500000\n",
				supply + "BAT1/type":        "Battery\n", supply + "BAT1/status": "Full\n", supply + "BAT1/power_now": "9000000\n",
			},
			"battery BAT0", 6,
		},
		"a battery that tells its power": {
			map[string]string{supply + "BAT0/type": "Battery\n", supply + "BAT0/status": "Discharging\n", supply + "BAT0/power_now": "8000000\n"},
			"battery BAT0", 8,
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, tt.files)
			synctest.Test(t, func(t *testing.T) {
				m, err := Open(root)
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				if m.String() != tt.meter {
					t.Errorf("the meter is %s, not %s", m, tt.meter)
				}
				time.Sleep(1500 * time.Millisecond)
				holds(t, m, 1.5*tt.watts)
				time.Sleep(7 * time.Millisecond) // between two looks
				holds(t, m, 1.507*tt.watts)
			})
		})
	}
}

// Power is looked at by itself: who asks only in the end has not missed what was drawn meanwhile.
func TestPowerThatChangesIsSeen(t *testing.T) {
	root := tree(t, map[string]string{iio + "rail_name_0": "POM_5V_IN\n", iio + "in_power0_input": "2000\n"})
	synctest.Test(t, func(t *testing.T) {
		m, err := Open(root)
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		time.Sleep(990 * time.Millisecond) // it was looked at 10 ms ago
		turn(t, root, iio+"in_power0_input", 6000)
		time.Sleep(time.Second)
		holds(t, m, .98*2+.02*4+.99*6)
	})
}

func TestABatteryThatIsChargedIsNoMeter(t *testing.T) {
	root := tree(t, map[string]string{supply + "BAT0/type": "Battery\n", supply + "BAT0/status": "Discharging\n", supply + "BAT0/power_now": "8000000\n"})
	m, err := Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if err := os.WriteFile(filepath.Join(root, supply+"BAT0/status"), []byte("Charging\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Joules(); err == nil || !strings.Contains(err.Error(), "battery BAT0: it is no longer being discharged") {
		t.Error(err)
	}
	if _, err := Open(root); !errors.Is(err, ErrNoMeter) {
		t.Error(err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoMeter) {
		t.Error(err)
	}
}

// However a counter moves on, and wherever it begins anew, what has been counted is what it moved by.
func TestCountersCountWhatIsDrawn(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	const limit = 1_000_000
	at, sum := random.Int64N(limit), int64(0)
	m, root := open(t, map[string]string{
		rapl + "intel-rapl:0/name": "package-0\n", rapl + "intel-rapl:0/energy_uj": fmt.Sprintln(at), rapl + "intel-rapl:0/max_energy_range_uj": fmt.Sprintln(limit),
	})
	for range 1000 {
		more := random.Int64N(limit)
		sum += more
		at = (at + more) % limit
		turn(t, root, rapl+"intel-rapl:0/energy_uj", at)
		holds(t, m, float64(sum)/1e6)
	}
}
