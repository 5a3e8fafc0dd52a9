package event

// ConfigReloaded says that the configuration was read anew and holds from now on.
type ConfigReloaded struct {
	Files   []string // what was read
	Added   []string // names of the tenants that have come
	Removed []string // names of the tenants that go as soon as their requests have ended
	Changed []string // names of the tenants that have new terms; [TenantChanged] says which
}

func (ConfigReloaded) kind() kind { return kind{"config.reloaded", info, always} }

// ConfigRejected says that the configuration was read anew and is wrong, so that everything stays as it was. Let delen
// check find the mistakes, and reload again.
type ConfigRejected struct {
	Errors int   // how many mistakes there are
	Error  error // the first, with its place in the file
}

func (ConfigRejected) kind() kind { return kind{"config.rejected", fail, always} }
