package power

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"
)

// totals are the rails that all others hang on: of a Jetson Nano, and of the TX2, Xavier NX and Orin NX and Nano.
var totals = []string{"POM_5V_IN", "VDD_IN"}

// openRails reads the rail of the whole module. Where there is none, as on the AGX boards, the rails are side by side and are
// added up; NC is connected to nothing.
func openRails(found []Sensor) (*Meter, error) {
	isRail := func(s Sensor) bool { return s.Kind == INA3221 && s.Name != "NC" }
	if i := slices.IndexFunc(found, func(s Sensor) bool { return isRail(s) && slices.Contains(totals, s.Name) }); i >= 0 {
		found = found[i : i+1]
	}
	rails, err := usable(found, isRail)
	if len(rails) == 0 {
		return nil, err
	}
	return integral(rails, func(s Sensor) (float64, error) {
		if s.also == "" {
			milliwatts, err := number(s.Path)
			return float64(milliwatts) / 1e3, err
		}
		return product(s, 1e3)
	}), nil
}

// openBatteries reads those that are being discharged: of the others nobody knows what comes from outside. Some drivers give a
// current that flows out a sign, some do not.
func openBatteries(found []Sensor) (*Meter, error) {
	var batteries []Sensor
	for _, s := range found {
		if s.Kind != Battery || !discharging(s) {
			continue
		}
		folder := filepath.Dir(s.Path)
		s.Path = filepath.Join(folder, "power_now")
		if _, err := number(s.Path); err != nil {
			s.Path, s.also = filepath.Join(folder, "voltage_now"), filepath.Join(folder, "current_now")
		}
		batteries = append(batteries, s)
	}
	if len(batteries) == 0 {
		return nil, nil
	}
	return integral(batteries, func(s Sensor) (float64, error) {
		if !discharging(s) {
			return 0, errors.New("it is no longer being discharged, so it does not show what the machine draws")
		}
		if s.also == "" {
			microwatts, err := number(s.Path)
			return math.Abs(float64(microwatts)) / 1e6, err
		}
		watts, err := product(s, 1e6)
		return math.Abs(watts), err
	}), nil
}

func discharging(s Sensor) bool {
	return text(filepath.Join(filepath.Dir(s.Path), "status")) == "Discharging"
}

// product is voltage times current, of files that hold both in parts of so many of their unit.
func product(s Sensor, parts float64) (float64, error) {
	a, errA := number(s.Path)
	b, errB := number(s.also)
	return float64(a) / parts * (float64(b) / parts), errors.Join(errA, errB)
}

// integral adds up the power of sensors over time. Between two looks it is taken to have risen or fallen evenly.
func integral(sensors []Sensor, watts func(Sensor) (float64, error)) *Meter {
	var last time.Time
	var before float64
	return &Meter{kind: sensors[0].Kind, names: namesOf(sensors), read: func(now time.Time) (float64, error) {
		power := 0.0
		for _, s := range sensors {
			w, err := watts(s)
			if err != nil {
				return 0, fmt.Errorf("%s %s: %w", s.Kind, s.Name, err)
			}
			power += w
		}
		joules := 0.0
		if !last.IsZero() {
			joules = max(0, (power+before)/2*now.Sub(last).Seconds())
		}
		last, before = now, power
		return joules, nil
	}}
}
