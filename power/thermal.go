package power

import (
	"cmp"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
)

// Zone is a part of the machine whose temperature is known, or would be.
type Zone struct {
	Name    string  // as the machine calls it, such as x86_pkg_temp or CPU-therm
	Path    string  // of its folder
	Celsius float64 // NaN when it cannot be read
	Trips   []Trip  // from which the machine slows itself down, or stops; the coolest first
	Err     error   // why it cannot be read; nil: it can
}

// Trip is a temperature at which something is done about it.
type Trip struct {
	Kind    string // "passive": the machine slows down; "hot": it warns; "critical": it stops
	Celsius float64
}

// Brake is something that makes the machine slower so that it cools down: a lower clock of a processor, or idle time that is
// forced on it. Fans are none.
type Brake struct {
	Name  string // as the machine calls it, such as Processor or cpufreq-cpu0
	Path  string // of its folder
	State int64  // 0: it is not in action
	Most  int64  // the highest state
}

// Thermal is what a machine says of its heat.
type Thermal struct {
	Zones  []Zone  // by path
	Brakes []Brake // by path; those that can be read
	// Throttled is how often the processor has slowed itself down because it was too hot, since the machine's start, as far as it
	// counts that.
	Throttled int64
	// Clock is the mean clock of the cores as a fraction of the highest they have: below 1 also when there is little to do; NaN
	// when it is not known.
	Clock float64
}

// Thermals reads what there is below a root, "/" for this machine. The zones, trip points and cooling devices are those of
// Linux' thermal framework (Documentation/driver-api/thermal/sysfs-api.rst); temperatures are in thousandths of a degree there.
func Thermals(root string) *Thermal {
	t := &Thermal{Clock: clock(root)}
	for _, folder := range glob(root, "sys/class/thermal/thermal_zone*") {
		t.Zones = append(t.Zones, zone(folder))
	}
	for _, folder := range glob(root, "sys/class/thermal/cooling_device*") {
		if b, ok := brake(folder); ok {
			t.Brakes = append(t.Brakes, b)
		}
	}
	for _, kind := range []string{"core", "package"} {
		for _, path := range glob(root, "sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/"+kind+"_throttle_count") {
			if n, err := number(path); err == nil {
				t.Throttled += n
			}
		}
	}
	return t
}

// absolute is 0 K in thousandths of a degree Celsius: the framework writes less for what it does not know.
const absolute = -273_150

func zone(folder string) Zone {
	z := Zone{Name: cmp.Or(text(filepath.Join(folder, "type")), filepath.Base(folder)), Path: folder, Celsius: math.NaN()}
	milli, err := number(filepath.Join(folder, "temp"))
	switch {
	case err != nil:
		z.Err = err
	case milli <= absolute:
		z.Err = fmt.Errorf("%s says %d thousandths of a degree, which no place is at", filepath.Join(folder, "temp"), milli)
	default:
		z.Celsius = float64(milli) / 1000
	}
	for _, path := range glob(folder, "trip_point_*_type") {
		kind := text(path)
		if kind != "passive" && kind != "hot" && kind != "critical" {
			continue // an active one switches a fan on
		}
		// A trip point at or below 0 °C is one that is not set.
		if milli, err := number(strings.TrimSuffix(path, "type") + "temp"); err == nil && milli > 0 {
			z.Trips = append(z.Trips, Trip{kind, float64(milli) / 1000})
		}
	}
	slices.SortStableFunc(z.Trips, func(a, b Trip) int { return cmp.Compare(a.Celsius, b.Celsius) })
	return z
}

// brakes are in the names of cooling devices that slow a processor down.
var brakes = []string{"processor", "cpu", "gpu", "devfreq", "powerclamp"}

func brake(folder string) (b Brake, ok bool) {
	b = Brake{Name: text(filepath.Join(folder, "type")), Path: folder}
	name := strings.ToLower(b.Name)
	if strings.Contains(name, "fan") || !slices.ContainsFunc(brakes, func(part string) bool { return strings.Contains(name, part) }) {
		return b, false
	}
	state, err := number(filepath.Join(folder, "cur_state"))
	most, other := number(filepath.Join(folder, "max_state"))
	b.State, b.Most = max(state, 0), most // intel_powerclamp says -1 for none
	return b, err == nil && other == nil
}

// clock is the mean of what the cores' clocks are of the highest they have.
func clock(root string) float64 {
	sum, n := 0.0, 0
	for _, path := range glob(root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq") {
		now, err := number(path)
		most, other := number(filepath.Join(filepath.Dir(path), "cpuinfo_max_freq"))
		if err == nil && other == nil && now >= 0 && most > 0 {
			sum += float64(now) / float64(most)
			n++
		}
	}
	return sum / float64(n)
}
