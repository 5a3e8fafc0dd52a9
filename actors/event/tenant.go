package event

import "time"

// Account is what a tenant has had since it came.
type Account struct {
	Admitted  uint64        // requests
	Refused   uint64        // requests
	Exits     []uint64      // answers of each exit, the first to the last
	Expired   uint64        // requests whose deadline came before the first exit
	Shed      uint64        // requests that made room for newer ones before the first exit
	Cancelled uint64        // requests that their apps gave up
	Failed    uint64        // requests that broke, or that a stop or the tenant's removal cut off
	Busy      time.Duration // in which slots worked for it
	Lost      int           // requests without any end: anything but 0 is a mistake of this program
}

// TenantAdded says that a reload or an administrator has brought a tenant, which is served from now on.
type TenantAdded struct {
	Tenant string  // its name
	Model  string  // that it runs
	Share  float64 // its weight
	By     string  // host:port of the administrator who ordered it; empty: a reload
}

func (TenantAdded) kind() kind { return kind{"tenant.added", info, always} }

// TenantChanged says that a reload or an administrator has given a tenant new terms. Requests that were admitted before keep theirs.
type TenantChanged struct {
	Tenant     string   // its name
	Attributes []string // of the configuration that differ
	By         string   // host:port of the administrator who ordered it; empty: a reload
}

func (TenantChanged) kind() kind { return kind{"tenant.changed", info, always} }

// TenantRemoved says that a tenant that a reload or an administrator took away is gone: its last request has ended.
type TenantRemoved struct {
	Tenant string // its name
	By     string // host:port of the administrator who ordered it; empty: a reload
	Account
}

func (TenantRemoved) kind() kind { return kind{"tenant.removed", info, always} }

// TenantStopped says what a tenant's account is when the node stops.
type TenantStopped struct {
	Tenant string // its name
	Account
}

func (TenantStopped) kind() kind { return kind{"tenant.stopped", info, always} }

// TenantPaused says that the node reads no more from a tenant's apps than ends, because too much that they sent has not
// ended. They wait meanwhile; a tenant that is paused again and again sends more than its share can do.
type TenantPaused struct {
	Tenant string // its name; empty for what belongs to no tenant
	Bytes  int    // of its messages in the house
	Budget int    // bytes that it may have in the house
}

func (TenantPaused) kind() kind { return kind{"tenant.paused", info, sampled} }

// TenantResumed says that a tenant for whose apps the node paused has caught up: most of its budget is free again.
type TenantResumed struct {
	Tenant string // its name; empty for what belongs to no tenant
	Bytes  int    // of its messages in the house
	Budget int    // bytes that it may have in the house
}

func (TenantResumed) kind() kind { return kind{"tenant.resumed", info, sampled} }

// CriterionChanged says that an app has changed a tenant's criterion, for requests that are admitted from now on.
type CriterionChanged struct {
	Tenant  string // whose criterion it is
	App     string // host:port at which the app is reached
	Old     string // criterion, as it would be written in the configuration
	New     string // criterion, as it would be written in the configuration
	Version uint64 // of the tenant's criterion, which answers carry
}

func (CriterionChanged) kind() kind { return kind{"criterion.changed", info, sampled} }

// CriterionRefused says that an app would change a tenant's criterion and may not. The app is told the same.
type CriterionRefused struct {
	Tenant    string // whose criterion it would be
	App       string // host:port at which the app is reached
	Criterion string // as the app wrote it
	Code      string // as on the wire; docs/operations.md says what to do about each
	Message   string // why, and what to do
}

func (CriterionRefused) kind() kind { return kind{"criterion.refused", warn, sampled} }

// ObjectiveRefused says that an app would change a tenant's objective and may not. The app is told the same.
type ObjectiveRefused struct {
	Tenant    string // whose objective it would be
	App       string // host:port at which the app is reached
	Objective string // as the app wrote it
	Code      string // as on the wire; docs/operations.md says what to do about each
	Message   string // why, and what to do
}

func (ObjectiveRefused) kind() kind { return kind{"objective.refused", warn, sampled} }

// ObjectiveChanged says that an app has changed a tenant's objective. [PointChosen] says what that leads to.
type ObjectiveChanged struct {
	Tenant  string // whose objective it is
	App     string // host:port at which the app is reached
	Old     string // objective; empty: the criterion was stated
	New     string // objective, such as "maximize accuracy where energy <= 80*mJ"
	Adapt   string // how points are found for it: "pareto", "per-workload" or "full"
	Version uint64 // of the tenant's criterion, which answers carry
}

func (ObjectiveChanged) kind() kind { return kind{"objective.changed", info, always} }

// ObjectiveUnmet says that no operating point is predicted to keep all bounds of a tenant's objective. The nearest one is in
// force, which [PointChosen] tells.
type ObjectiveUnmet struct {
	Tenant    string   // whose objective it is
	Objective string   // such as "maximize accuracy where energy <= 80*mJ"
	Unmet     []string // the bounds that are not kept
	Refused   bool     // requests are refused meanwhile: the bound is one on accuracy, and the tenant has none rather than a wrong answer
}

func (ObjectiveUnmet) kind() kind { return kind{"objective.unmet", warn, sampled} }

// ObjectiveRefusing says that a tenant's requests are refused from now on, since the plan lists its bound on accuracy as unmet
// and its objective says unmet = "refuse". Lower the bound, or take load from the machine.
type ObjectiveRefusing struct {
	Tenant  string // whose requests they are
	Message string // what its apps are told
}

func (ObjectiveRefusing) kind() kind { return kind{"objective.refusing", warn, sampled} }

// ObjectiveAnswering says that a tenant's requests are answered again: its bound on accuracy is kept.
type ObjectiveAnswering struct {
	Tenant string // whose requests they are
}

func (ObjectiveAnswering) kind() kind { return kind{"objective.answering", info, sampled} }

// PointChosen says that a tenant with an objective has an operating point, or another one, and why; or that it keeps other
// bounds than before. Predictions are for the machine as busy as it is.
type PointChosen struct {
	Tenant    string        // whose point it is
	Reason    string        // why now
	Objective string        // that it is for
	Adapt     string        // how it was found: "pareto", "per-workload" or "full"
	Old       string        // criterion before; empty: there was none
	New       string        // criterion, a threshold for each exit but the last
	Version   uint64        // of the tenant's criterion, which answers carry
	Accuracy  float64       // predicted fraction of right answers
	Certain   float64       // fraction that the accuracy is at least, with 95 % confidence
	Response  time.Duration // predicted 95th percentile of the response times
	Energy    float64       // J, predicted mean
	FLOPs     float64       // predicted mean
	Shares    []float64     // predicted fraction of the answers of each exit, the first to the last
	Unmet     []string      // bounds that it is not predicted to keep: it is the nearest point
}

func (PointChosen) kind() kind { return kind{"point.chosen", info, always} }

// PlanMade says what a plan grants to the tenants, and why it was made.
type PlanMade struct {
	Policy  string        // by which it was made
	Reasons []string      // what has changed since the plan before
	Tenants int           // that it is for
	Changes []string      // of every tenant that is granted something else than before: what it gets
	Busy    float64       // the part of all slots' time that is planned to be busy
	Power   float64       // W beyond idle that is planned for
	Gap     float64       // how much better a plan could be at most, as a fraction of what tenants want; 0: none is better
	Full    bool          // not even the cheapest operating points of all tenants fit
	After   time.Duration // what making it took
}

func (PlanMade) kind() kind { return kind{"plan.made", info, sampled} }

// Drift is a difference between what was predicted of an operating point and what is measured.
type Drift struct {
	Tenant    string  // whose point it is
	What      string  // "exit_share", "energy", or "response_time" of what is later than the promised 95th percentile
	Exit      int     // whose share it is, from 1; 0: it is about all answers
	Predicted float64 // fraction of the answers, or J
	Observed  float64 // the same
	Answers   int     // in which this was observed
}

// DriftFound says that a tenant's answers are not what its operating point promised: the profile may be of other data, or
// of another machine.
type DriftFound struct{ Drift }

func (DriftFound) kind() kind { return kind{"drift.found", warn, sampled} }

// PaceChanged says that a tenant's segments take another time than before, by a quarter or more: other programs, heat, or more at
// once. Predictions follow it.
type PaceChanged struct {
	Tenant string  // whose segments they are
	Pace   float64 // how many times longer than in the profile they take
}

func (PaceChanged) kind() kind { return kind{"pace.changed", info, sampled} }

// DriftOver says that what had drifted is as promised again.
type DriftOver struct{ Drift }

func (DriftOver) kind() kind { return kind{"drift.over", info, sampled} }
