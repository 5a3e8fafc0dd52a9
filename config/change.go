package config

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Change is what a running node takes over from a new configuration.
type Change struct {
	// Added are tenants of the new configuration.
	Added []*Tenant
	// Removed are tenants of the old one. A tenant that has another model now is
	// removed and added.
	Removed []*Tenant
	// Changed are those that stay and are not as they were.
	Changed []ChangedTenant
	// Rules says that the policy, the fairness or the budget is another one.
	Rules bool
	// Level says that the log's level is another one.
	Level bool
}

// ChangedTenant is a tenant that is not as it was.
type ChangedTenant struct {
	// Tenant is as the new configuration says.
	Tenant *Tenant
	// Attributes are the names of those that differ.
	Attributes []string
}

// Compare returns what has to change for a node that runs one configuration to
// run the other. Only tenants can change while a node runs, the policy with fairness
// and budget, the log's level, and the token; anything else is an error that names all of it.
func Compare(from, to *Config) (*Change, error) {
	if fixed := differing(from, to); len(fixed) > 0 {
		return nil, fmt.Errorf("only tenants, policy, fairness, budget and the log's level can change while the node runs, and %s changed: start the node anew", strings.Join(fixed, ", "))
	}
	c := &Change{Rules: from.Scheduler != to.Scheduler, Level: from.Log.Level != to.Log.Level} // in what is fixed they are equal
	before, after := from.byName(), to.byName()
	for _, old := range from.Tenants {
		if t := after[old.Name]; t == nil || t.Model.Name != old.Model.Name {
			c.Removed = append(c.Removed, old)
		}
	}
	for _, t := range to.Tenants {
		old := before[t.Name]
		if old == t {
			continue
		}
		if old == nil || old.Model.Name != t.Model.Name {
			c.Added = append(c.Added, t)
		} else if names := changed(old, t); len(names) > 0 {
			c.Changed = append(c.Changed, ChangedTenant{t, names})
		}
	}
	return c, nil
}

// byName are the tenants, of which there may be thousands.
func (c *Config) byName() map[string]*Tenant {
	all := make(map[string]*Tenant, len(c.Tenants))
	for _, t := range c.Tenants {
		all[t.Name] = t
	}
	return all
}

// differing names what differs and cannot change.
func differing(from, to *Config) []string {
	var names []string
	for _, part := range []struct {
		name   string
		differ bool
	}{
		{"node", from.Node.Name != to.Node.Name},
		{"node.listen", from.Node.Listen != to.Node.Listen},
		{"node.advertise", from.Node.Advertise != to.Node.Advertise},
		{"node.inbound", from.Node.Inbound != to.Node.Inbound},
		{"log.format", from.Log.Format != to.Log.Format},
		{"runtime.library", from.Runtime.Library != to.Runtime.Library},
		{"runtime.threads", from.Runtime.Threads != to.Runtime.Threads},
		{"runtime.provider", !reflect.DeepEqual(from.Runtime.Provider, to.Runtime.Provider)},
		{"scheduler.slots", from.Scheduler.Slots != to.Scheduler.Slots},
		{"scheduler.run_limit", from.Scheduler.RunLimit != to.Scheduler.RunLimit},
		{"scheduler.batch", from.Scheduler.Batch != to.Scheduler.Batch},
	} {
		if part.differ {
			names = append(names, part.name)
		}
	}
	for _, old := range from.Models {
		if !sameModel(old, to.Model(old.Name)) {
			names = append(names, fmt.Sprintf("model %q", old.Name))
		}
	}
	for _, m := range to.Models {
		if from.Model(m.Name) == nil {
			names = append(names, fmt.Sprintf("model %q", m.Name))
		}
	}
	return names
}

// watts is the budget in words.
func (s Scheduler) watts() string {
	if s.Budget == 0 {
		return "none"
	}
	return fmt.Sprintf("%g W", s.Budget)
}

// sameModel reports whether a model is as it was. Its evidence is, when its profile and its outcomes are.
func sameModel(old, m *Model) bool {
	if m == nil {
		return false
	}
	a, b := *old, *m
	a.Evidence, b.Evidence = nil, nil
	a.Outcomes, b.Outcomes = "", ""
	a.Segments, b.Segments = nil, nil
	same := func(s, t Segment) bool { // a NaN is as unknown as another
		return s.Nodes == t.Nodes && s.Parameters == t.Parameters && s.HiddenBytes == t.HiddenBytes &&
			(s.FLOPs == t.FLOPs || math.IsNaN(s.FLOPs) && math.IsNaN(t.FLOPs))
	}
	return slices.EqualFunc(old.Segments, m.Segments, same) && reflect.DeepEqual(a, b)
}

// wants is a tenant's objective in canonical form, or nothing.
func wants(t *Tenant) string {
	if t.Objective == nil {
		return ""
	}
	return t.Objective.String()
}

// changed names the attributes in which two tenants differ.
func changed(old, t *Tenant) []string {
	var names []string
	for _, a := range []struct {
		name   string
		differ bool
	}{
		{"share", old.Share != t.Share},
		{"exit_when", old.Criterion.String() != t.Criterion.String()},
		{"objective", wants(old) != wants(t)},
		{"unmet", old.Unmet != t.Unmet},
		{"adapt", old.Adapt != t.Adapt},
		{"deadline", old.Deadline != t.Deadline},
		{"queue", old.Queue != t.Queue},
		{"overflow", old.Overflow != t.Overflow},
		{"audit", old.Audit != t.Audit},
	} {
		if a.differ {
			names = append(names, a.name)
		}
	}
	return names
}

// Undone tells what a node that runs a configuration loses of the orders that were
// given to it since it read a file, when it reads the file anew: in a few words
// each, the tenants in the order of their configuration.
func Undone(file, running, again *Config) []string {
	ordered, err := Compare(file, running)
	if err != nil {
		return nil // the file's models are others: nothing is taken over
	}
	var all []string
	for _, t := range ordered.Added {
		if again.Tenant(t.Name) == nil {
			all = append(all, fmt.Sprintf("tenant %s was added", t.Name))
		}
	}
	for _, t := range ordered.Removed {
		if again.Tenant(t.Name) != nil && running.Tenant(t.Name) == nil {
			all = append(all, fmt.Sprintf("tenant %s was removed", t.Name))
		}
	}
	for _, t := range ordered.Changed {
		if now := again.Tenant(t.Tenant.Name); now != nil && now.Share != t.Tenant.Share {
			all = append(all, fmt.Sprintf("tenant %s had share %g", now.Name, t.Tenant.Share))
		}
	}
	s, now := running.Scheduler, again.Scheduler
	if ordered.Rules && (s.Policy != now.Policy || s.Fairness != now.Fairness) {
		all = append(all, fmt.Sprintf("the policy was %s with fairness %g", s.Policy, s.Fairness))
	}
	if ordered.Rules && s.Budget != now.Budget {
		all = append(all, "the budget was "+s.watts())
	}
	if ordered.Level && running.Log.Level != again.Log.Level {
		all = append(all, "the log's level was "+running.Log.Level)
	}
	return all
}
