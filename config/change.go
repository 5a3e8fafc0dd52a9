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
}

// ChangedTenant is a tenant that is not as it was.
type ChangedTenant struct {
	// Tenant is as the new configuration says.
	Tenant *Tenant
	// Attributes are the names of those that differ.
	Attributes []string
}

// Compare returns what has to change for a node that runs one configuration to
// run the other. Only tenants can change while a node runs; anything else is an
// error that names all of it.
func Compare(from, to *Config) (*Change, error) {
	if fixed := differing(from, to); len(fixed) > 0 {
		return nil, fmt.Errorf("only tenants can change while the node runs, and %s changed: start the node anew", strings.Join(fixed, ", "))
	}
	c := &Change{}
	for _, old := range from.Tenants {
		if t := to.Tenant(old.Name); t == nil || t.Model.Name != old.Model.Name {
			c.Removed = append(c.Removed, old)
		}
	}
	for _, t := range to.Tenants {
		old := from.Tenant(t.Name)
		if old == nil || old.Model.Name != t.Model.Name {
			c.Added = append(c.Added, t)
		} else if names := changed(old, t); len(names) > 0 {
			c.Changed = append(c.Changed, ChangedTenant{t, names})
		}
	}
	return c, nil
}

// differing names what differs and cannot change.
func differing(from, to *Config) []string {
	var names []string
	for _, part := range []struct {
		name     string
		old, new any
	}{
		{"node", from.Node, to.Node}, {"log", from.Log, to.Log},
		{"runtime", from.Runtime, to.Runtime}, {"scheduler", from.Scheduler, to.Scheduler},
	} {
		if !reflect.DeepEqual(part.old, part.new) {
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
