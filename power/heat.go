package power

import "math"

// Heat decides whether a machine is so hot that it is slower than it was: pure, from one look after the other.
//
// It is when a passive, hot or critical trip point is reached, when a brake is in action or when the processor has counted
// that it slowed itself down: at once. And it is when work takes more than a quarter longer than it did at the start, all of it
// and though it is alone, while there is enough of it for the clock to rise and other programs take less than a tenth of the
// cores' time: nothing else explains it then. That has to be seen twice in a row. It is over when two looks in a row see none of these, the temperature being some
// degrees below the trip point and the pace closer to what it was.
type Heat struct {
	on        bool
	seen      int // looks in a row that say something else than what is held
	throttled int64
	begun     bool // throttled is known
}

// Signs are what a look has seen.
type Signs struct {
	*Thermal
	Pace   float64 // how many times longer than at the start work takes at least; NaN: none was done
	Busy   float64 // how many cores' worth of work there was
	Others float64 // the part of the cores' time that other programs took
}

// Warmth is what a look leads to.
type Warmth struct {
	Hot     bool    // the machine is
	Changed bool    // it was not before, or was
	Why     string  // of what is hot: "trip point", "brake", "throttled" or "pace"
	Zone    string  // whose trip point is reached, or the brake's name, or the hottest zone there is
	Celsius float64 // of the zone; NaN when it is not known
	Trip    float64 // °C of its trip point; NaN when there is none
	Factor  float64 // how many times longer work takes at least, 1 or more
}

const (
	slower      = 1.25 // the pace that is heat
	quickAgain  = 1.15 // the pace that is none any more
	enough      = 0.5  // of a core's time that there is work for: a clock that has little to do is low
	hushed      = 0.1  // of the cores' time that others may take for the pace to be heat
	coolerBy    = 3.0  // °C below a trip point
	twiceIsSure = 2
)

// Look takes what is seen now.
func (h *Heat) Look(s Signs) Warmth {
	w := h.signs(&s)
	if w.Factor = 1; s.Pace > 1 {
		w.Factor = s.Pace
	}
	hot := w.Why != ""
	switch {
	case hot == h.on:
		h.seen = 0
	case h.seen+1 >= twiceIsSure || hot && w.Why != "pace":
		h.on, h.seen, w.Changed = hot, 0, true
	default:
		h.seen++
	}
	w.Hot = h.on
	if !h.on {
		w.Factor = 1
	}
	return w
}

// signs says why the machine is hot, or "" where it is not, and where.
func (h *Heat) signs(s *Signs) Warmth {
	w := hottest(s.Zones)
	least, pace := 0.0, slower
	if h.on {
		least, pace = coolerBy, quickAgain
	}
	more := h.begun && s.Throttled > h.throttled
	h.throttled, h.begun = s.Throttled, true
	for i := range s.Zones {
		if z := &s.Zones[i]; len(z.Trips) > 0 && z.Celsius >= z.Trips[0].Celsius-least {
			return Warmth{Why: "trip point", Zone: z.Name, Celsius: z.Celsius, Trip: z.Trips[0].Celsius}
		}
	}
	for _, b := range s.Brakes {
		if b.State > 0 {
			w.Why, w.Zone = "brake", b.Name
			return w
		}
	}
	switch {
	case more:
		w.Why = "throttled"
	case s.Pace > pace && s.Busy >= enough && s.Others < hushed:
		w.Why = "pace"
	}
	return w
}

// hottest is the zone that is closest to its first trip point, or of those without one the warmest.
func hottest(zones []Zone) Warmth {
	w := Warmth{Celsius: math.NaN(), Trip: math.NaN()}
	room := math.Inf(1)
	for i := range zones {
		z := &zones[i]
		switch {
		case z.Err != nil:
		case len(z.Trips) > 0:
			if left := z.Trips[0].Celsius - z.Celsius; left < room {
				room = left
				w.Zone, w.Celsius, w.Trip = z.Name, z.Celsius, z.Trips[0].Celsius
			}
		case math.IsInf(room, 1) && !(z.Celsius <= w.Celsius):
			w.Zone, w.Celsius = z.Name, z.Celsius
		}
	}
	return w
}
