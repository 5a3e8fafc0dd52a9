package power

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tree makes files below a folder of the test's own.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for path, data := range files {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const (
	iio    = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/"
	hwmon  = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/"
	rapl   = "sys/class/powercap/"
	supply = "sys/class/power_supply/"
)

// show writes sensors down, with paths below the root and a part of the error.
func show(root string, all []Sensor) []string {
	var lines []string
	for _, s := range all {
		says := "fine"
		if s.Err != nil {
			says = strings.ReplaceAll(s.Err.Error(), root+"/", "")
		}
		path := strings.TrimPrefix(s.Path, root+"/")
		lines = append(lines, string(s.Kind)+" "+s.Name+" "+path+" "+says)
	}
	return lines
}

func TestFind(t *testing.T) {
	for name, tt := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"no machine": {nil, nil},
		"a Jetson Nano with JetPack 4": {
			map[string]string{
				iio + "rail_name_0": "POM_5V_IN\n", iio + "in_power0_input": "2100\n",
				iio + "rail_name_1": "POM_5V_GPU\n", iio + "in_power1_input": "0\n",
				iio + "rail_name_2": "POM_5V_CPU\n", // without its power
				iio + "name":        "ina3221x\n",
			},
			[]string{
				"ina3221 POM_5V_IN " + iio + "in_power0_input fine",
				"ina3221 POM_5V_GPU " + iio + "in_power1_input fine",
				"ina3221 POM_5V_CPU " + iio + "in_power2_input open " + iio + "in_power2_input: no such file or directory",
			},
		},
		"a Jetson Orin with JetPack 6": {
			map[string]string{
				hwmon + "in1_label": "VDD_IN\n", hwmon + "in1_input": "5064\n", hwmon + "curr1_input": "920\n",
				hwmon + "in2_label": "VDD_CPU_GPU_CV\n", hwmon + "in2_input": "5064\n", hwmon + "curr2_input": "busy\n",
				hwmon + "in7_label": "sum of shunt voltages\n", hwmon + "in7_input": "1\n",
			},
			[]string{
				"ina3221 VDD_IN " + hwmon + "curr1_input fine",
				"ina3221 VDD_CPU_GPU_CV " + hwmon + "curr2_input " + hwmon + "curr2_input holds no number",
			},
		},
		"a laptop": {
			map[string]string{
				rapl + "intel-rapl:0/name": "package-0\n", rapl + "intel-rapl:0/energy_uj": "184467440737\n",
				rapl + "intel-rapl:0:0/name": "core\n", rapl + "intel-rapl:0:0/energy_uj": "1\n",
				rapl + "intel-rapl-mmio:0/name": "package-0\n", rapl + "intel-rapl-mmio:0/energy_uj": "1\n",
				supply + "AC/type": "Mains\n", supply + "AC/online": "1\n",
				supply + "BAT0/type": "Battery\n", supply + "BAT0/capacity": "87\n",
				supply + "BAT1/type": "Battery\n",
			},
			[]string{
				"battery BAT0 " + supply + "BAT0/capacity fine",
				"battery BAT1 " + supply + "BAT1/capacity open " + supply + "BAT1/capacity: no such file or directory",
				"mains AC " + supply + "AC/online fine",
				"rapl package-0 " + rapl + "intel-rapl:0/energy_uj fine",
				"rapl core " + rapl + "intel-rapl:0:0/energy_uj fine",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, tt.files)
			if d := cmp.Diff(tt.want, show(root, Find(root))); d != "" {
				t.Errorf("kind, name, path and what is wrong (-want +got):\n%s", d)
			}
		})
	}
}

func TestACounterThatMayNotBeReadSaysWhatToDo(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "energy_uj", Err: syscall.EACCES}
	if err := permit(denied); !errors.Is(err, denied) || !strings.Contains(err.Error(), "chmod a+r") {
		t.Error(err)
	}
	if err := permit(fs.ErrNotExist); err != fs.ErrNotExist {
		t.Error(err)
	}
}

// Whatever this machine has, it is found without an error of our own.
func TestFindOnThisMachine(t *testing.T) {
	for _, s := range Find("/") {
		t.Logf("%s %s %s: %v", s.Kind, s.Name, s.Path, s.Err)
		if s.Kind == "" || s.Name == "" || s.Path == "" {
			t.Errorf("%+v says too little", s)
		}
	}
}
