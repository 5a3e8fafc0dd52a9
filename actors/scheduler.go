package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
)

// place is a stage as the scheduler actor reaches it.
type place struct {
	pid    *actor.PID
	runner stages.Runner // only to terminate a run: the stage is busy with it and cannot read its mailbox
}

// house is the scheduler actor. It never blocks and never touches a tensor.
type house struct {
	core    *scheduler.Scheduler
	clock   clock
	stages  [][][]place  // by model, segment, slot; filled before the first offer
	models  []string     // their names
	tenants []*actor.PID // by index
	log     *event.Log

	timer *time.Timer
	idle  chan<- struct{} // closed when there is nothing left to do; nil: nobody waits for that
}

// arrival is a tenant that joins.
type arrival struct {
	pid  *actor.PID
	join scheduler.Join
}

// drain asks the scheduler actor to close a channel as soon as it is idle.
type drain struct{ idle chan<- struct{} }

// pacing asks the scheduler actor how much longer segments take than at the start; paced is the answer.
type (
	pacing struct{ to *actor.PID }
	paced  struct{ scheduler.Pace }
)

// Receive implements actor.Actor.
func (h *house) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case scheduler.Event:
		h.step(ctx, m)
	case arrival:
		h.seat(m.join.Tenant, m.pid)
		h.step(ctx, m.join)
	case pacing:
		ctx.Send(m.to, paced{h.core.Pace()})
	case drain:
		h.idle = m.idle
		h.rest()
	case *actor.Stopping:
		event.Emit(h.log, event.SlowdownLearnt{Slowdown: h.core.Slowdown()})
		if h.timer != nil {
			h.timer.Stop()
		}
	}
}

// seat notes where a tenant is reached. One that had the place before is gone.
func (h *house) seat(index int, pid *actor.PID) {
	if index == len(h.tenants) {
		h.tenants = append(h.tenants, nil)
	}
	h.tenants[index] = pid
}

func (h *house) step(ctx actor.Context, e scheduler.Event) {
	effects := h.core.Step(h.clock.now(), e)
	if event.On[event.SchedulerStep](h.log) {
		// Before anything is sent: then the tickets belong to others.
		event.Emit(h.log, event.SchedulerStep{Input: e.String(), Effects: texts(effects)})
	}
	for _, effect := range effects {
		switch x := effect.(type) {
		case *scheduler.Run:
			ctx.Send(h.stages[x.Model][x.Segment][x.Slot].pid, *x)
		case *scheduler.End:
			ctx.Send(h.tenants[x.Ticket.Tenant], *x)
		case *scheduler.Audited:
			ctx.Send(h.tenants[x.Ticket.Tenant], *x)
		case *scheduler.Release:
			ctx.Send(h.tenants[x.Ticket.Tenant], *x)
		case *scheduler.Terminate:
			event.Emit(h.log, event.RunTerminated{Run: x.Run, Model: h.models[x.Model], Segment: x.Segment + 1, Slot: x.Slot})
			h.stages[x.Model][x.Segment][x.Slot].runner.Terminate()
		case *scheduler.Gone:
			ctx.Send(h.tenants[x.Tenant], *x)
		case *scheduler.Lost:
			event.Emit(h.log, event.SlotLost{Run: x.Run, Model: h.models[x.Model], Segment: x.Segment + 1, Slot: x.Slot})
			h.stages[x.Model][x.Segment][x.Slot].runner.Terminate() // once more: it may have begun late
		case *scheduler.Back:
			event.Emit(h.log, event.SlotBack{Slot: x.Slot, After: x.After})
		case *scheduler.Wake:
			h.wake(ctx, x.At)
		}
	}
	h.rest()
}

func texts(effects []scheduler.Effect) []string {
	all := make([]string, len(effects))
	for i, x := range effects {
		all[i] = x.String()
	}
	return all
}

func (h *house) wake(ctx actor.Context, at time.Duration) {
	in := at - h.clock.now()
	if h.timer != nil {
		h.timer.Reset(in)
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	h.timer = time.AfterFunc(in, func() { root.Send(self, scheduler.Tick{}) })
}

func (h *house) rest() {
	if h.idle != nil && h.core.Idle() {
		close(h.idle)
		h.idle = nil
	}
}
