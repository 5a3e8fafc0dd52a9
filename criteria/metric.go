package criteria

import "math"

// A Metric is something that is known, or can be, after an exit. Its numeric value indexes an Observation.
type Metric uint8

// The metrics, with the unit in which an Observation holds them.
const (
	ResponseTime     Metric = iota // s since the request reached the door, mailboxes and queues included
	Confidence                     // largest class probability of this exit's output, 0..1
	Accuracy                       // the profile's accuracy at this exit, 0..1
	Energy                         // J spent on this request so far
	FLOPs                          // floating-point operations spent on this request so far
	Exit                           // which exit this is; the first is 1
	Entropy                        // nats of this exit's class probabilities; 0 is certain
	Margin                         // largest class probability minus the second largest, 0..1
	Agreement                      // consecutive exits up to this one that predict its class; 1 at the first exit
	Battery                        // state of charge, 0..1
	NextResponseTime               // s: what ResponseTime would be at the next exit
	NextEnergy                     // J: what Energy would be at the next exit
	NextFLOPs                      // what FLOPs would be at the next exit
	NumMetrics       = iota        // how many metrics there are
)

// A scale says which constants a metric compares with and which values it takes. Two metrics compare with each other
// when they share a scale.
type scale struct {
	dimension dimension
	noun      string // as in "confidence is ..."
	example   string // a constant of this scale
	min, max  float64
}

var (
	timeScale   = &scale{duration, duration.String(), "20*ms", 0, math.Inf(1)}
	energyScale = &scale{energy, energy.String(), "150*mJ", 0, math.Inf(1)}
	workScale   = &scale{work, work.String(), "2*GFLOPs", 0, math.Inf(1)}
	fraction    = &scale{number, "a fraction between 0 and 1", "0.9", 0, 1}
	nats        = &scale{number, "a plain number of nats", "0.5", 0, math.Inf(1)}
	exitCount   = &scale{number, "a plain number of exits", "2", 1, math.Inf(1)}
)

// metrics describes each Metric; remedy completes "no source here: ...".
var metrics = [NumMetrics]struct {
	name    string
	meaning string // for manuals
	scale   *scale
	remedy  string
}{
	ResponseTime:     {"response_time", "time since the request came, waiting included", timeScale, "nothing measures time"},
	Confidence:       {"confidence", "the largest class probability", fraction, needsClasses},
	Accuracy:         {"accuracy", "the profile's accuracy at this exit", fraction, `set profile = "..." on the model`},
	Energy:           {"energy", "energy spent on the request so far", energyScale, needsEnergy},
	FLOPs:            {"flops", "floating-point operations spent on the request so far", workScale, needsCount},
	Exit:             {"exit", "the exit's number, from 1", exitCount, "nothing counts exits"},
	Entropy:          {"entropy", "entropy of the class probabilities in nats; 0 is certain", nats, needsClasses},
	Margin:           {"margin", "the largest class probability minus the second largest", fraction, needsClasses},
	Agreement:        {"agreement", "how many exits in a row, up to this one, predict the same class", exitCount, needsClasses},
	Battery:          {"battery", "the battery's state of charge", fraction, "leave it out, since no battery is configured"},
	NextResponseTime: {"next.response_time", "what `response_time` would be at the next exit", timeScale, `set profile = "..." on the model`},
	NextEnergy:       {"next.energy", "what `energy` would be at the next exit", energyScale, needsEnergy},
	NextFLOPs:        {"next.flops", "what `flops` would be at the next exit", workScale, needsCount},
}

// needsEnergy and needsCount are the remedies where the model does not run with a profile that has the figure.
const (
	needsEnergy = "measure the model with delen profile, with --power IDLE,BUSY where there is no meter, " +
		`and write profile = "profile.json" in the model block`
	needsCount = "the operations of the graph cannot be counted; give the model a profile that states flops"
)

const needsClasses = "leave it out, since the model's outputs are no classes"

// aliases are further names by which the language knows a metric.
var aliases = map[string]Metric{"computation": FLOPs, "next.computation": NextFLOPs}

// String returns the metric's name in the language, such as "next.energy".
func (m Metric) String() string {
	if m >= NumMetrics {
		return "unknown metric"
	}
	return metrics[m].name
}

// MetricNamed returns the metric that the language knows by name, an alias included, and whether there is one.
func MetricNamed(name string) (Metric, bool) {
	for m := range Metric(NumMetrics) {
		if metrics[m].name == name {
			return m, true
		}
	}
	m, ok := aliases[name]
	return m, ok
}

// A Description says what a metric is, in words for a manual.
type Description struct {
	Meaning string // what it is
	Kind    string // what it compares with, such as "a time"
	Example string // a constant of that kind, such as "20*ms"
	Alias   string // another name for it, or empty
}

// Describe returns the metric's description.
func (m Metric) Describe() Description {
	d := Description{Meaning: metrics[m].meaning, Kind: metrics[m].scale.noun, Example: metrics[m].scale.example}
	for name, other := range aliases {
		if other == m {
			d.Alias = name
		}
	}
	return d
}
