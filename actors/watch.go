package actors

import (
	"fmt"
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/tenants"
)

// watch is an app that looks on: it gets a report at every interval.
type watch struct {
	name     name
	sender   *actor.PID
	every    time.Duration
	window   *tenants.Window
	sequence uint64
	timer    *time.Timer
}

// report tells a tenant actor that a watch's next report is due.
type report struct{ name name }

// What a watch may ask for.
const (
	maxWatches   = 16 // of a tenant
	shortestLook = 10 * time.Millisecond
	longestLook  = time.Hour
	usualLook    = time.Second
)

// watch begins to report to an app, or refuses.
func (g *guest) watch(ctx actor.Context, m *wire.Watch) {
	w := &watch{name: named(ctx.Sender(), m.GetId()), sender: ctx.Sender(), every: time.Duration(m.GetEveryNs())}
	if w.every == 0 {
		w.every = usualLook
	}
	if r := g.mayWatch(w); r != nil {
		ctx.Send(w.sender, refused(w.name.id, r))
		return
	}
	w.window = g.tenant.Watch(g.clock.now())
	root, self := ctx.ActorSystem().Root, ctx.Self()
	w.timer = time.AfterFunc(w.every, func() { root.Send(self, report{w.name}) })
	g.watches[w.name] = w
	event.Emit(g.log, event.WatchStarted{Tenant: g.name(), App: w.name.address, Every: w.every})
}

func (g *guest) mayWatch(w *watch) *tenants.Refusal {
	switch {
	case g.tenant.Closed():
		return &tenants.Refusal{Code: tenants.Unavailable, Message: endings[tenants.Closed], RetryAfter: time.Second}
	case w.every < shortestLook || w.every > longestLook:
		return &tenants.Refusal{Code: tenants.InvalidArgument,
			Message: fmt.Sprintf("an interval of %s: a watch looks every %s at the most, and every %s at the least", w.every, shortestLook, longestLook)}
	case g.inFlight(w.name):
		return &tenants.Refusal{Code: tenants.InvalidArgument, Message: inFlight}
	case len(g.watches) >= maxWatches:
		return &tenants.Refusal{Code: tenants.Exhausted, RetryAfter: time.Second,
			Message: fmt.Sprintf("tenant %s has %d watches, as many as it can have", g.name(), maxWatches)}
	}
	return nil
}

// report sends a watch's next report. A watch that has ended may have been due already.
func (g *guest) report(ctx actor.Context, n name) {
	if w := g.watches[n]; w != nil {
		w.sequence++
		ctx.Send(w.sender, g.watched(w))
		w.timer.Reset(w.every)
	}
}

func (g *guest) watched(w *watch) *wire.Watched {
	s, account, terms := w.window.Take(g.clock.now()), g.tenant.Account(), g.terms.Load()
	r := &wire.Watched{
		Id: w.name.id, Sequence: w.sequence, WindowNs: int64(s.Span),
		Admitted: s.Admitted, Refused: s.Refused, Exits: s.Exits, CutShort: s.CutShort, Expired: s.Expired,
		Cancelled: s.Cancelled, Shed: s.Shed, Failed: s.Failed,
		ResponseMeanNs: int64(s.ResponseMean), ResponseP50Ns: int64(s.ResponseP50), ResponseP95Ns: int64(s.ResponseP95),
		ResponseMaxNs: int64(s.ResponseMax), QueueMeanNs: int64(s.QueueMean), ConfidenceMean: s.Confidence,
		BusyNs: int64(s.Busy), Used: min(1, s.Busy.Seconds()/(float64(g.slots)*s.Span.Seconds())), Share: terms.GetShare(),
		EnergyJ: s.Energy, EnergySource: g.source, Battery: math.NaN(),
		InHouse: uint32(account.InHouse()), Criterion: terms.GetCriterion(), CriterionVersion: terms.GetCriterionVersion(),
		Point: terms.GetPoint(), Unmet: terms.GetUnmet(), Audit: g.auditsWatched(&s.Audit),
	}
	if math.IsNaN(r.EnergyJ) || g.source == wire.Source_NONE {
		r.EnergyJ, r.EnergySource = math.NaN(), wire.Source_NONE
	}
	return r
}

// unwatch ends a watch and tells the app why.
func (g *guest) unwatch(ctx actor.Context, w *watch, code tenants.Code, why string) {
	g.forget(w, why)
	ctx.Send(w.sender, &wire.Failed{Id: w.name.id, Code: wire.Code(code), Message: why})
}

func (g *guest) unwatchAll(ctx actor.Context, code tenants.Code, why string) {
	for _, w := range g.watches {
		g.unwatch(ctx, w, code, why)
	}
}

// forget ends a watch.
func (g *guest) forget(w *watch, why string) {
	w.timer.Stop()
	g.tenant.Unwatch(w.window)
	delete(g.watches, w.name)
	event.Emit(g.log, event.WatchEnded{Tenant: g.name(), App: w.name.address, Reason: why})
}
