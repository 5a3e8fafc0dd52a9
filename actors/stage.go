package actors

import (
	"errors"
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// errRestarted is why a request fails whose stage has started anew under it.
var errRestarted = errors.New("the stage was restarted while it ran this request")

// stage is one instance of a segment, the one for a slot: it runs a ticket at a time and reads the exit. A panic in the runtime restarts the
// actor with the same runner; the scheduler is told and fails the ticket that was lost.
type stage struct {
	place     scheduler.Recovered // model, segment, slot
	backend   stages.Backend
	runner    stages.Runner
	scheduler *actor.PID
	log       *event.Log
}

// Receive implements actor.Actor.
func (s *stage) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case scheduler.Run:
		reading, usage, err := s.run(m.Ticket)
		ctx.Send(s.scheduler, scheduler.Exited{Run: m.Run, Reading: reading, Usage: usage, Err: err})
	case *actor.Restarting:
		event.Emit(s.log, event.StageRestarted{Model: s.backend.Model().Name, Segment: s.place.Segment + 1, Slot: s.place.Slot})
		ctx.Send(s.scheduler, scheduler.Crashed{Model: s.place.Model, Segment: s.place.Segment, Slot: s.place.Slot, Err: errRestarted})
		ctx.Send(s.scheduler, s.place)
	}
}

// run executes the segment on a ticket. The first segment takes the memory and copies the input into it.
func (s *stage) run(k *tenants.Ticket) (stages.Reading, stages.Usage, error) {
	model := s.backend.Model()
	if k.Carry == nil {
		carry, err := s.backend.Alloc()
		if err != nil {
			return stages.Reading{}, stages.Usage{}, err
		}
		for i, row := range k.Input {
			copy(carry.Tensors[model.Inputs[i]].Data, row)
		}
		k.Carry, k.Input = carry, nil
	}
	usage, err := s.runner.Run(k.Carry)
	if err != nil {
		return stages.Reading{}, usage, fmt.Errorf("segment %d of model %s: %w", s.place.Segment+1, model.Name, err)
	}
	exit := k.Carry.Tensors[model.Segments[s.place.Segment].Exit]
	reading, err := stages.Read(exit.Floats(), model.Logits)
	if err != nil {
		return reading, usage, fmt.Errorf("exit %s of model %s: %w", model.Exits[s.place.Segment], model.Name, err)
	}
	return reading, usage, nil
}
