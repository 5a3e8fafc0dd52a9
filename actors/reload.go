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
// has set stays, unless the configuration has another than before. What an administrator has ordered does not: the node is
// as the configuration says. Anything but tenants, policy, fairness, budget and the log's level must be as it is: else nothing changes, and the error
// names what needs a restart.
func (n *Node) Reload(c *config.Config) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	undone := config.Undone(n.read, n.config, c)
	change, err := n.takeOver(c, "")
	if err != nil {
		return err
	}
	n.read = c
	event.Emit(n.log, event.ConfigReloaded{
		Files: slices.Sorted(maps.Keys(c.Files)), Added: names(change.Added), Removed: names(change.Removed), Changed: changedNames(change.Changed),
		Undone: undone,
	})
	return nil
}

// inForce is the configuration that the node runs.
func (n *Node) inForce() *config.Config {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.config
}

// amend carries out an order of an administrator.
func (n *Node) amend(by string, as amended) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	c, err := as(n.config)
	if err == nil {
		_, err = n.takeOver(c, by)
	}
	return err
}

// takeOver makes the node serve another configuration, by order of an administrator, or of nobody: then it has been read. The
// node is locked.
func (n *Node) takeOver(c *config.Config, by string) (*config.Change, error) {
	if n.stopping {
		return nil, ErrStopping
	}
	change, err := config.Compare(n.config, c)
	if err != nil {
		return nil, err
	}
	if err := c.CheckRoom(n.maxMessage()); err != nil {
		return nil, err
	}
	if err := n.checkCriteria(c); err != nil {
		return nil, err
	}
	added, err := n.newGuests(c, change.Added)
	if err != nil {
		return nil, err
	}
	all := n.crowdOf(c)
	goals := map[string]*tenants.Goal{} // sought here: what may take long is over before anything changes
	for _, t := range change.Changed {
		if orders(t.Attributes) {
			goals[t.Tenant.Name] = n.seeker(all, t.Tenant).goalOf(t.Tenant)
		}
	}
	old, level := n.config.Scheduler, n.config.Log.Level
	n.config = c
	if change.Level { // first, so that what the rest leads to is logged as is wanted from now on
		n.setLevel(event.LogLevelChanged{New: c.Log.Level, Old: level, By: by})
	}
	n.apply(change, added, goals, by)
	if change.Rules {
		n.govern(c.Scheduler)
		event.Emit(n.log, event.PolicyChanged{
			Policy: string(c.Scheduler.Policy), Fairness: c.Scheduler.Fairness, Budget: c.Scheduler.Budget,
			OldPolicy: string(old.Policy), OldFairness: old.Fairness, OldBudget: old.Budget, By: by,
		})
	}
	n.system.Root.Send(n.reception, standingOf(c))
	n.heard()
	return change, nil
}

// setLevel has the log take events of a level and above. It says so before or after, as one of the levels lets it.
func (n *Node) setLevel(e event.LogLevelChanged) {
	said := event.On[event.LogLevelChanged](n.log)
	event.Emit(n.log, e)
	if n.options.Level != nil {
		n.options.Level(e.New)
	}
	if !said {
		event.Emit(n.log, e)
	}
}

// govern puts other rules in force.
func (n *Node) govern(s config.Scheduler) {
	n.system.Root.Send(n.house, scheduler.Rule{Policy: s.Policy, Fairness: s.Fairness})
	n.system.Root.Send(n.planning, governed{s.Policy, s.Budget})
}

// apply makes the change of tenants. It cannot fail.
func (n *Node) apply(change *config.Change, added []*guest, goals map[string]*tenants.Goal, by string) {
	for _, t := range change.Removed {
		n.system.Root.Send(n.reception, eviction{t.Name, by})
	}
	for i, g := range added {
		n.settle(g)
		t := change.Added[i]
		event.Emit(n.log, event.TenantAdded{Tenant: t.Name, Model: t.Model.Name, Share: t.Share, By: by})
	}
	all, attributes := n.crowdOf(n.config), map[string][]string{}
	for _, t := range change.Changed {
		attributes[t.Tenant.Name] = t.Attributes
	}
	// Also to those that are as they were: what is guaranteed to one depends on the shares of all.
	for _, t := range n.config.Tenants {
		n.system.Root.Send(n.reception, amendment{terms: t, guarantee: n.config.Guarantee(t), seek: n.seeker(all, t), goal: goals[t.Name], attributes: attributes[t.Name], by: by})
	}
	n.payers.Store(newPayers(n.config))
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
