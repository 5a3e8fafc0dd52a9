package profile

import "github.com/delen-edge/delen/criteria"

// Policy is how an operating point is found.
type Policy string

// The policies (Liang et al., IoTDI 2023, call the first three PF, pW and Full).
const (
	Pareto      Policy = "pareto"       // a threshold per exit, from the frontier
	PerWorkload Policy = "per-workload" // one exit for all requests: the cheapest that meets the bounds
	Full        Policy = "full"         // the last exit for all requests
)

// Evidence is what operating points are predicted from: what the exits of a model cost, and what they said about labelled
// samples. It is immutable and may be shared by any number of goroutines.
type Evidence struct{}

// NewEvidence takes a valid profile and its outcomes, of which every sample has one for each exit. The error says which
// sample is wrong and how, or how the outcomes differ from the profile.
func NewEvidence(p *Profile, outcomes []Outcome) (*Evidence, error) { panic("contract") }

// Samples is how many labelled samples there are.
func (e *Evidence) Samples() int { panic("contract") }

// Certainty says how sure a promise of accuracy has to be.
type Certainty struct {
	// Off takes point estimates from all samples for what they are.
	Off bool
	// Confidence is the probability, from 0.5 to 0.9999, with which a promise is kept; 0 is 0.95.
	Confidence float64
}

// Frontier is the operating points that are worth choosing from for one objective. It is immutable and may be shared by
// any number of goroutines.
type Frontier struct {
	// Objective is what it was made for.
	Objective *criteria.Objective
	// Axis is the cost that accuracy is traded against: ResponseTime, Energy or FLOPs.
	Axis criteria.Metric
	// Points are those that no other dominates, ascending in the axis' cost.
	Points []Point
	// Single has a point for each exit that always stops there; the last is that of the policy Full.
	Single []Point
	// Oracle knows the labels: it stops at the first exit that is right, or at the last. A bound for comparison only.
	Oracle Point
}

// Frontier finds the points for an objective. The metrics of the objective must be known for all exits, see Knows.
func (e *Evidence) Frontier(o *criteria.Objective, c Certainty) *Frontier { panic("contract") }

// Knows is the set of metrics that the profile gives for all exits, of Accuracy, ResponseTime, Energy and FLOPs.
func (e *Evidence) Knows() criteria.Set { panic("contract") }

// Load is what a machine that also does other things makes of a response time t: Pace*t + Wait. An idle one is {1, 0}.
type Load struct {
	Pace float64 // how many times longer a segment takes than in the profile
	Wait float64 // s that a request waits for a slot, as to be expected of the 95th percentile
}

// Choice is the point that an objective leads to.
type Choice struct {
	Point Point
	// Unmet are the bounds that the point is not predicted, or not certain, to keep: then it is the nearest there is.
	Unmet []criteria.Bound
}

// Choose finds the best point of a policy for an objective under a load. The objective's bounds may be others than those
// that the frontier was made for.
func (f *Frontier) Choose(p Policy, o *criteria.Objective, l Load) Choice { panic("contract") }

// Warnings say what makes the evidence weak.
func (e *Evidence) Warnings() []string { panic("contract") }
