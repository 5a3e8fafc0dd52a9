package actors

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/tenants"
)

// ErrStopping is the error of a Reload of a node that stops.
var ErrStopping = errors.New("the node is stopping")

// Reload makes the node serve the tenants of another configuration. A tenant that comes is served from now on. One that
// goes admits nobody any more: what waits ends, with its deepest answer if it has one, and what runs ends at its next
// exit. One that changes keeps its requests, and they keep the terms that they were admitted on. A criterion that an app
// has set stays, unless the configuration has another than before. Anything but tenants must be as it is: else nothing
// changes, and the error names what needs a restart.
func (n *Node) Reload(c *config.Config) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stopping {
		return ErrStopping
	}
	change, err := config.Compare(n.config, c)
	if err != nil {
		return err
	}
	added, err := n.newGuests(c, change.Added)
	if err != nil {
		return err
	}
	goals := map[string]*tenants.Goal{} // sought here: what may take long is over before anything changes
	for _, t := range change.Changed {
		if orders(t.Attributes) {
			goals[t.Tenant.Name] = n.seeker(c, t.Tenant).goalOf(t.Tenant)
		}
	}
	if c.Scheduler != n.config.Scheduler {
		n.govern(c.Scheduler)
	}
	n.config = c
	n.apply(change, added, goals)
	n.heard()
	event.Emit(n.log, event.ConfigReloaded{
		Files: slices.Sorted(maps.Keys(c.Files)), Added: names(change.Added), Removed: names(change.Removed), Changed: changedNames(change.Changed),
	})
	return nil
}

// govern puts other rules in force.
func (n *Node) govern(s config.Scheduler) {
	n.system.Root.Send(n.house, scheduler.Rule{Policy: s.Policy, Fairness: s.Fairness})
	n.system.Root.Send(n.planning, governed{s.Policy, s.Budget})
}

// apply makes the change. It cannot fail.
func (n *Node) apply(change *config.Change, added []*guest, goals map[string]*tenants.Goal) {
	for _, t := range change.Removed {
		n.system.Root.Send(n.reception, eviction{t.Name})
	}
	for i, g := range added {
		n.settle(g)
		t := change.Added[i]
		event.Emit(n.log, event.TenantAdded{Tenant: t.Name, Model: t.Model.Name, Share: t.Share})
	}
	attributes := map[string][]string{}
	for _, t := range change.Changed {
		attributes[t.Tenant.Name] = t.Attributes
	}
	// Also to those that are as they were: what is guaranteed to one depends on the shares of all.
	for _, t := range n.config.Tenants {
		n.system.Root.Send(n.reception, amendment{terms: t, guarantee: n.config.Guarantee(t), seek: n.seeker(n.config, t), goal: goals[t.Name], attributes: attributes[t.Name]})
	}
	n.payers.Store(newPayers(n.config, n.maxMessage()))
}

// heard waits until every tenant has what the reception has been sent for it: whoever asks from now on is told the new terms.
func (n *Node) heard() {
	n.catchUp(time.Second, n.reception)
	n.catchUp(time.Second, n.seats.all()...)
}

func names(all []*config.Tenant) []string {
	var s []string
	for _, t := range all {
		s = append(s, t.Name)
	}
	return s
}

func changedNames(all []config.ChangedTenant) []string {
	var s []string
	for _, t := range all {
		s = append(s, t.Tenant.Name)
	}
	return s
}
