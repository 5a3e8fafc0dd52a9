package actors

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
)

// doom supervises the actors that hold the fate of requests: the scheduler and the tenants. If one of them panics, what it
// knows cannot be trusted any more, and to go on without it would leave calls without an end. So the process ends: every
// app is told at once that the connection is lost, and whoever supervises the process starts it anew. A stage is not
// among them: it has no memory of requests, and is restarted.
type doom struct{ log *event.Log }

var _ actor.SupervisorStrategy = doom{}

// HandleFailure implements actor.SupervisorStrategy.
func (d doom) HandleFailure(_ *actor.ActorSystem, _ actor.Supervisor, child *actor.PID, _ *actor.RestartStatistics, reason, message any) {
	panicked(d.log, child, message, reason)
	go panic(fmt.Sprintf("actor %s: %v", child.GetId(), reason)) // past all who would recover
}

func panicked(log *event.Log, who *actor.PID, message, value any) {
	event.Emit(log, event.ActorPanicked{
		Actor: who.GetId(), Message: fmt.Sprintf("%T", message), Panic: fmt.Sprint(value), Stack: strings.Split(string(debug.Stack()), "\n"),
	})
}

// aside has work done on a goroutine of its own, and sends the actor what it has made. Work that panics has made nothing: then the
// actor gets it as it was.
func aside[T any](ctx actor.Context, log *event.Log, message any, made T, work func(*T)) {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	go func() {
		defer func() {
			if value := recover(); value != nil {
				panicked(log, self, message, value)
			}
			root.Send(self, made)
		}()
		work(&made)
	}()
}

// survive ends a message of an app under which an actor panics before it has made anything of it: a mistake of ours that
// one message brings to light must not cost the others anything.
func survive(ctx actor.Context, log *event.Log, a *door.Arrival) {
	value := recover()
	if value == nil {
		return
	}
	panicked(log, ctx.Self(), a.Body, value)
	if m, ok := a.Body.(numbered); ok {
		ctx.Send(ctx.Sender(), &wire.Refused{Id: m.GetId(), Code: wire.Code_INTERNAL, Message: "the node has made a mistake with this message: see its log"})
	}
}
