package event

// Heat is what is known of the machine's heat.
type Heat struct {
	Reason  string  // "trip point": one is reached; "brake": a processor is held back; "throttled": it has counted that; "pace": all work takes longer, and nothing else explains it; empty when it is over
	Zone    string  // whose trip point is reached, or the brake's name, or the zone that is the closest to one
	Celsius float64 // of the zone
	Trip    float64 // °C of its lowest trip point from which the machine slows down
	Pace    float64 // how many times longer segments take than at the start, those that have run lately: the least of them
	Clock   float64 // mean clock of the cores as a fraction of the highest
}

// HeatRising says that the machine has become so hot that it is slower, or slows itself down. Plans count with the pace.
type HeatRising struct{ Heat }

func (HeatRising) kind() kind { return kind{"heat.rising", warn, sampled} }

// HeatOver says that the machine is not hot any more.
type HeatOver struct{ Heat }

func (HeatOver) kind() kind { return kind{"heat.over", info, sampled} }

// HeatUnknown says that the temperature of a part of the machine cannot be read, once for each.
type HeatUnknown struct {
	Zone  string // as the machine calls it
	Error error  // why
}

func (HeatUnknown) kind() kind { return kind{"heat.unknown", info, always} }
