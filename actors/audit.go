package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// Tickets that wait for the last exit after they have been answered hold the memory of their tensors.
const (
	mostClones  = 16
	cloneMemory = 64 << 20 // for all of them: a quarter of what there is for the tensors of a model's requests
)

// clones is how many tickets may wait for the last exit after they have been answered.
func (n *Node) clones() int {
	most := mostClones
	for _, m := range n.models {
		most = min(most, cloneMemory/max(1, stages.NewLayout(m.backend.Model()).Bytes))
	}
	return max(1, most)
}

// heard takes a ticket that the last exit has answered without being asked to, if it was chosen to be audited.
func (g *guest) heard(ctx actor.Context, e scheduler.End) {
	if e.Ticket.Audit && e.Reason == tenants.ByLastExit {
		g.audited(ctx, scheduler.Audited{Ticket: e.Ticket, Complete: true})
	}
}

// audited holds an answer against the last exit's, and does what that leads to.
func (g *guest) audited(ctx actor.Context, a scheduler.Audited) {
	old := g.tenant.Config().Criterion
	f := g.tenant.Audited(a.Ticket, a.Complete, a.Busy)
	if f == nil {
		return
	}
	account := g.tenant.Account()
	e := event.Audit{
		Tenant: g.name(), Exit: f.Exit, Promised: f.Promised, Observed: f.Observed, Audited: f.Audited, Raised: f.Raised, Old: f.Old, New: f.New,
		Coverage: account.Audit.Coverage(),
	}
	if f.Over {
		event.Emit(g.log, event.AuditOver{Audit: e})
	} else {
		event.Emit(g.log, event.AuditFound{Audit: e})
	}
	g.followed(ctx, old, tenants.Progress{Looked: true, Why: f.Why})
}

// auditsWatched is what a watch sees of the audits; nil where there are none.
func (g *guest) auditsWatched(a *tenants.Audit) *wire.Audit {
	if g.tenant.Config().Audit == 0 {
		return nil
	}
	w := &wire.Audit{
		Chosen: a.Chosen[:], Complete: a.Complete[:], Exits: a.Exits, Agreed: a.Agreed, BusyNs: int64(a.Busy), Raised: g.tenant.Raised(),
	}
	for _, p := range g.tenant.Promised() {
		w.Promised = append(w.Promised, p.Rate)
	}
	return w
}
