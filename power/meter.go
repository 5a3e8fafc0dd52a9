package power

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// ErrNoMeter is the error of Open on a machine that does not say what it draws.
var ErrNoMeter = errors.New("nothing here measures power: there is no INA3221, no RAPL and no battery that is being discharged")

// Meter adds up the energy that the machine draws. Its methods may be called by any goroutine. Who opened it closes it.
type Meter struct {
	kind  Kind
	names []string
	read  func(now time.Time) (joules float64, err error) // since the last time

	mu    sync.Mutex
	total float64
	err   error // the first, for good: what was drawn meanwhile is not known

	stop    chan struct{}
	stopped sync.WaitGroup
}

// Open makes a meter of the best that there is below a root, "/" for this machine: the rails of an INA3221, or else the
// processor's packages, or else a battery that is being discharged. The error is ErrNoMeter, or says which sensor cannot be read.
func Open(root string) (*Meter, error) {
	found := Find(root)
	for _, open := range []func([]Sensor) (*Meter, error){openRails, openPackages, openBatteries} {
		m, err := open(found)
		if err != nil {
			return nil, err
		}
		if m == nil {
			continue
		}
		if _, err := m.read(time.Now()); err != nil { // what is drawn counts from here
			return nil, err
		}
		if m.kind != RAPL { // power has to be looked at all the time, energy only in the end
			m.stop = make(chan struct{})
			m.stopped.Go(m.sample)
		}
		return m, nil
	}
	return nil, ErrNoMeter
}

// String names what is read: "rapl package-0 + package-1".
func (m *Meter) String() string { return fmt.Sprintf("%s %s", m.kind, strings.Join(m.names, " + ")) }

// Kind is what is read.
func (m *Meter) Kind() Kind { return m.kind }

// Span is how long something must go on for the meter to tell what it draws: a gauge in a battery looks every few seconds.
func (m *Meter) Span() time.Duration {
	if m.kind == Battery {
		return 20 * time.Second
	}
	return time.Second
}

// Joules is what the machine has drawn from Open, or shortly before, to the instant that is given too. It never falls. Once a
// sensor could not be read, it is not known any more: the error stays.
//
// An energy counter that begins anew is noticed when this is called at least once before it does so again: after ten minutes
// or more at 100 W.
func (m *Meter) Joules() (joules float64, at time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	at = time.Now()
	if m.err == nil {
		var more float64
		more, m.err = m.read(at)
		m.total += more
	}
	return m.total, at, m.err
}

// Close ends the meter.
func (m *Meter) Close() {
	if m.stop != nil {
		close(m.stop)
		m.stopped.Wait()
		m.stop = nil
	}
}

// sampling is how often power is looked at.
const sampling = 20 * time.Millisecond

func (m *Meter) sample() {
	ticks := time.NewTicker(sampling)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			_, _, _ = m.Joules() // keeps its error
		case <-m.stop:
			return
		}
	}
}

// usable are the sensors that a choice falls on, or the error of the first that cannot be read: a part of what the machine
// draws is no measure of it.
func usable(found []Sensor, chosen func(Sensor) bool) ([]Sensor, error) {
	var all []Sensor
	for _, s := range found {
		if !chosen(s) {
			continue
		}
		if s.Err != nil {
			return nil, fmt.Errorf("%s %s: %w", s.Kind, s.Name, s.Err)
		}
		all = append(all, s)
	}
	return all, nil
}

func namesOf(sensors []Sensor) []string {
	var names []string
	for _, s := range sensors {
		names = append(names, s.Name)
	}
	return names
}
