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

// TenantAdded says that a reload has brought a tenant, which is served from now on.
type TenantAdded struct {
	Tenant string  // its name
	Model  string  // that it runs
	Share  float64 // its weight
}

func (TenantAdded) kind() kind { return kind{"tenant.added", info, always} }

// TenantChanged says that a reload has given a tenant new terms. Requests that were admitted before keep theirs.
type TenantChanged struct {
	Tenant     string   // its name
	Attributes []string // of the configuration that differ
}

func (TenantChanged) kind() kind { return kind{"tenant.changed", info, always} }

// TenantRemoved says that a tenant that a reload took away is gone: its last request has ended.
type TenantRemoved struct {
	Tenant string // its name
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
