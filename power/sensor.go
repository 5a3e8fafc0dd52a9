package power

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Kind is what a sensor is.
type Kind string

// The kinds.
const (
	INA3221 Kind = "ina3221" // a rail of a Jetson's monitor
	RAPL    Kind = "rapl"    // an energy counter of the processor
	Battery Kind = "battery"
	Mains   Kind = "mains" // or USB: what feeds the machine from outside
)

// Sensor is one thing that can be read, or could be.
type Sensor struct {
	Kind Kind
	Name string // as the machine calls it, such as VDD_IN, package-0 or BAT0
	Path string // of the file that is read, or the first of those
	Err  error  // why it cannot be read; nil: it can

	also string // the other file that is read, if there is one
}

// Find lists the sensors below a root, "/" for this machine, by kind and path. A machine without any has none.
func Find(root string) []Sensor {
	all := slices.Concat(iioRails(root), hwmonRails(root), counters(root), supplies(root))
	slices.SortStableFunc(all, func(a, b Sensor) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Path, b.Path))
	})
	return all
}

// iioRails are those of JetPack 4: a file with a rail's name, and one with its power in mW.
func iioRails(root string) []Sensor {
	var all []Sensor
	for _, label := range glob(root, "sys/bus/i2c/drivers/ina3221x/*/iio:device*/rail_name_*") {
		channel := strings.TrimPrefix(filepath.Base(label), "rail_name_")
		path := filepath.Join(filepath.Dir(label), "in_power"+channel+"_input")
		all = append(all, sensor(INA3221, text(label), path))
	}
	return all
}

// hwmonRails are those of JetPack 5 and 6: a file with a rail's name, one with its current in mA and one with its voltage in
// mV. The monitor has three rails; what else it labels is a sum of them.
func hwmonRails(root string) []Sensor {
	var all []Sensor
	for _, label := range glob(root, "sys/bus/i2c/drivers/ina3221/*/hwmon/hwmon*/in[123]_label") {
		channel := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(label), "in"), "_label")
		folder := filepath.Dir(label)
		all = append(all, sensor(INA3221, text(label),
			filepath.Join(folder, "curr"+channel+"_input"), filepath.Join(folder, "in"+channel+"_input")))
	}
	return all
}

// counters are the energy counters in uJ. A part of a package has its package's number before its own.
func counters(root string) []Sensor {
	var all []Sensor
	for _, zone := range glob(root, "sys/class/powercap/intel-rapl:*") {
		s := sensor(RAPL, text(filepath.Join(zone, "name")), filepath.Join(zone, "energy_uj"))
		s.Err = permit(s.Err)
		all = append(all, s)
	}
	return all
}

// permit says what to do about a counter that only root may read, as is usual.
func permit(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: only root may read it; run as root, or chmod a+r it at boot", err)
	}
	return err
}

// supplies are batteries, whose charge in percent is read, and what feeds them, of which it is read whether it does.
func supplies(root string) []Sensor {
	var all []Sensor
	for _, folder := range glob(root, "sys/class/power_supply/*") {
		kind, file := Mains, "online"
		if text(filepath.Join(folder, "type")) == "Battery" {
			kind, file = Battery, "capacity"
		}
		all = append(all, sensor(kind, filepath.Base(folder), filepath.Join(folder, file)))
	}
	return all
}

// sensor tries whether the files can be read, which hold a number each.
func sensor(kind Kind, name string, paths ...string) Sensor {
	s := Sensor{Kind: kind, Name: name, Path: paths[0]}
	if len(paths) > 1 {
		s.also = paths[1]
	}
	if s.Name == "" {
		s.Name = filepath.Base(filepath.Dir(s.Path))
	}
	for _, path := range paths {
		if _, err := number(path); err != nil {
			s.Err = err
			break
		}
	}
	return s
}

// number reads a file that holds one.
func number(path string) (int64, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s holds no number", path)
	}
	return n, nil
}

// glob gives the files below a root that a pattern fits, by name.
func glob(root, pattern string) []string {
	files, _ := fs.Glob(os.DirFS(root), pattern) // the patterns are right; what cannot be read is not there
	for i := range files {
		files[i] = filepath.Join(root, files[i])
	}
	return files
}

// text is what a file says, without blanks around it; empty when it cannot be read.
func text(path string) string {
	data, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
