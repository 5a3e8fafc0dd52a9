package actors

import (
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/power"
	"github.com/delen-edge/delen/scheduler"
)

// betweenLooks is how often it is looked whether the machine is hot. Heat comes and goes within tens of seconds.
const betweenLooks = 3 * time.Second

// hearth is the actor that knows whether the machine is hot, says so, and tells the planning actor how much slower that makes it.
type hearth struct {
	root     string // below which the machine is read
	core     power.Heat
	house    *actor.PID
	planning *actor.PID
	log      *event.Log

	work   power.Work      // at the last look
	blind  map[string]bool // zones that have been told not to be readable
	factor float64         // that the planning actor has been told
	timer  *time.Timer
}

// look tells the actor that it is time to.
type look struct{}

// Receive implements actor.Actor.
func (h *hearth) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *actor.Started:
		h.work, _ = power.Works(h.root) // nothing is known of others then, and the next look says so
		root, self := ctx.ActorSystem().Root, ctx.Self()
		h.timer = time.AfterFunc(0, func() { root.Send(self, look{}) })
	case look:
		ctx.Send(h.house, pacing{ctx.Self()})
	case paced:
		h.look(ctx, m.Pace)
		h.timer.Reset(betweenLooks)
	case *actor.Stopping, *actor.Restarting:
		h.timer.Stop()
	}
}

// look reads the machine, and says what has changed.
func (h *hearth) look(ctx actor.Context, pace scheduler.Pace) {
	t := power.Thermals(h.root)
	h.tellBlind(t)
	w := h.core.Look(power.Signs{Thermal: t, Pace: pace.Least, Busy: pace.Busy, Others: h.others()})
	if w.Changed {
		e := event.Heat{Reason: w.Why, Zone: w.Zone, Celsius: w.Celsius, Trip: w.Trip, Pace: pace.Least, Clock: t.Clock}
		if w.Hot {
			event.Emit(h.log, event.HeatRising{Heat: e})
		} else {
			event.Emit(h.log, event.HeatOver{Heat: e})
		}
	}
	if w.Changed && !w.Hot || math.Abs(w.Factor/h.factor-1) > paceStep {
		h.factor = w.Factor
		ctx.Send(h.planning, heat{w.Factor})
	}
}

// paceStep is by how much a pace has to change for a plan to be made anew.
const paceStep = 0.1

// others is the part of the cores' time that other programs have taken since the last look.
func (h *hearth) others() float64 {
	before := h.work
	now, err := power.Works(h.root)
	if h.work = now; err != nil {
		return 1
	}
	return now.Others(before)
}

// tellBlind tells of every zone that cannot be read, once.
func (h *hearth) tellBlind(t *power.Thermal) {
	for _, z := range t.Zones {
		if z.Err != nil && !h.blind[z.Path] {
			h.blind[z.Path] = true
			event.Emit(h.log, event.HeatUnknown{Zone: z.Name, Error: z.Err})
		}
	}
}
