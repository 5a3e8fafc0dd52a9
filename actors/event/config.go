package event

// ConfigReloaded says that the configuration was read anew and holds from now on.
type ConfigReloaded struct {
	Files   []string // what was read
	Added   []string // names of the tenants that have come
	Removed []string // names of the tenants that go as soon as their requests have ended
	Changed []string // names of the tenants that have new terms; [TenantChanged] says which
	Undone  []string // what administrators had ordered since it was read before, and does not hold any more
}

func (ConfigReloaded) kind() kind { return kind{"config.reloaded", info, always} }

// ConfigRejected says that the configuration was read anew and is wrong, so that everything stays as it was. Let delen
// check find the mistakes, and reload again.
type ConfigRejected struct {
	Path   string // of the file or the folder that was read
	By     string // what asked for it: "SIGHUP"
	Errors int    // how many mistakes there are
	Error  error  // the first, with its place in the file
}

func (ConfigRejected) kind() kind { return kind{"config.rejected", fail, always} }

// PolicyChanged says that slots are given away in another way from now on, or within another budget.
type PolicyChanged struct {
	Policy      string  // who may have a slot that is free
	Fairness    float64 // what shares are parts of: time at 1, energy at 0
	Budget      float64 // W beyond idle that the plan may spend; 0: as many as it likes
	OldPolicy   string  // before
	OldFairness float64 // before
	OldBudget   float64 // W, before
	By          string  // host:port of the administrator who ordered it; empty: a reload
}

func (PolicyChanged) kind() kind { return kind{"policy.changed", info, always} }

// LogLevelChanged says from which level on events are logged from now on.
type LogLevelChanged struct {
	New string // level: debug, info, warn or error
	Old string // level before
	By  string // host:port of the administrator who ordered it; empty: a reload
}

func (LogLevelChanged) kind() kind { return kind{"log.level.changed", info, always} }

// AdminRefused says that an order of somebody who would administer the node was not carried out. With UNAUTHENTICATED it had
// a wrong token: an administrator has another one than the node, or somebody tries tokens. Let nobody reach the node who need
// not.
type AdminRefused struct {
	App     string // host:port at which the sender is reached
	Order   string // what it was: "AddTenant", "RemoveTenant", "SetShare", "SetRules" or "SetLogLevel"
	Code    string // as on the wire; docs/operations.md says what to do about each
	Message string // why, and what to do
}

func (AdminRefused) kind() kind { return kind{"admin.refused", warn, sampled} }
