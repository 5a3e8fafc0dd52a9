package actors

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// errRestarted is why a request fails whose stage has started anew under it.
var errRestarted = errors.New("the stage was restarted while it ran this request")

// stage is one instance of a segment, the one for a slot: it runs what tickets it is given at once, and reads the exit of each.
//
// What goes wrong is judged by whose fault it is. An input that the segment cannot compute fails its ticket and nothing
// else. When the runtime gives an error, the stage runs zeros, as when the node started: if they go through, the runtime
// is sound and the error was an input's; of several, each is run alone to find out whose. If they do not, or if the runtime
// panics, the stage crashes: its supervisor restarts it, its tickets fail at once, and its runner is renewed before the slot
// is free again. A stage whose runner cannot be renewed is out of order: it fails what it is given, with the reason, and
// tries again after a pause.
type stage struct {
	model, segment, slot int
	backend              stages.Backend
	chain                []stages.Runner // of the slot, up to this stage's own: they share its thread
	limit                time.Duration   // of a run
	scheduler            *actor.PID
	log                  *event.Log
	values               []float32               // of an exit that is not float32
	activation           *stages.ActivationWatch // of the model, shared by its stages

	carries []*stages.Carry // of a run, used again by the next
	rows    []scheduler.Row // of a run; the scheduler reads them before it gives this stage another

	broken   error     // why the runner must be renewed; nil: it is sound
	since    time.Time // when it broke
	attempts int       // to renew it
	pause    time.Time // no further attempt before
}

// Receive implements actor.Actor.
func (s *stage) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case scheduler.Run:
		usage, err := s.serve(m.Tickets)
		ctx.Send(s.scheduler, scheduler.Exited{Run: m.Run, Rows: s.rows, Usage: usage, Err: err})
	case *actor.Restarting:
		s.restart(ctx)
	}
}

// restart fails the tickets that were lost and makes the stage whole, which holds its slot meanwhile.
func (s *stage) restart(ctx actor.Context) {
	err := errRestarted // our own code panicked, the runtime did not
	if s.broken != nil {
		err = s.about(s.broken)
	}
	event.Emit(s.log, event.StageRestarted{Model: s.backend.Model().Name, Segment: s.segment + 1, Slot: s.slot, Error: err})
	ctx.Send(s.scheduler, scheduler.Crashed{Model: s.model, Segment: s.segment, Slot: s.slot, Err: err})
	if s.broken != nil {
		s.renew()
	}
	ctx.Send(s.scheduler, scheduler.Recovered{Model: s.model, Segment: s.segment, Slot: s.slot})
}

// serve executes the segment on tickets and reads the exit of each into the stage's rows, as long as there is one to read: the
// error is of all of them. It panics when the stage must be restarted.
func (s *stage) serve(tickets []*tenants.Ticket) (usage stages.Usage, err error) {
	if s.broken != nil && time.Now().After(s.pause) {
		s.renew()
	}
	if s.broken != nil {
		return usage, s.about(fmt.Errorf("out of order: %w", s.broken))
	}
	s.carries, s.rows = s.carries[:0], s.rows[:0]
	for _, k := range tickets {
		err := s.furnish(k)
		if err == nil {
			s.carries = append(s.carries, k.Carry)
		}
		s.rows = append(s.rows, scheduler.Row{Err: err})
	}
	if len(s.carries) > 0 {
		if usage, err = s.run(s.carries); err != nil {
			s.judge(tickets, err)
		}
	}
	for i, k := range tickets {
		if s.rows[i].Err == nil {
			s.read(k, &s.rows[i])
		}
	}
	if len(tickets) == 1 { // what has failed for all of its tickets has failed
		return usage, s.rows[0].Err
	}
	return usage, nil
}

// read reads the exit of a ticket into its row.
func (s *stage) read(k *tenants.Ticket, into *scheduler.Row) {
	model := s.backend.Model()
	exit := k.Carry.Tensors[model.Segments[s.segment].Exit]
	row := exit.Values(&s.values)
	if s.activation.See(s.segment, row) {
		event.Emit(s.log, doubtOf(model, s.segment))
	}
	if into.Reading, into.Err = model.Read(s.segment, row); into.Err != nil {
		into.Err = fmt.Errorf("exit %s of model %s: %w", model.Exits[s.segment], model.Name, into.Err)
	}
}

// judge finds out which tickets a run has failed for, and gives their rows the error. Whoever sends what cannot be computed
// pays for the doubt; when it was nobody, all do. It panics when the runtime is to blame.
func (s *stage) judge(tickets []*tenants.Ticket, cause error) {
	begun := time.Now()
	var guilty, innocent []int
	if s.probe() != nil {
		s.breaks(cause)
		panic(cause)
	}
	split := event.RunSplit{Model: s.backend.Model().Name, Segment: s.segment + 1, Slot: s.slot, Rows: len(s.carries), Error: cause}
	for i, k := range tickets {
		if s.rows[i].Err != nil {
			continue // it was not part of the run
		}
		err := cause
		if split.Rows > 1 && !errors.Is(cause, stages.ErrTerminated) {
			if err = s.alone(k); errors.Is(err, stages.ErrTerminated) {
				cause = err // whoever asks a run to end has ended all its tickets
			}
		}
		if err != nil {
			s.rows[i].Err = s.about(err)
			guilty = append(guilty, i)
		} else {
			innocent = append(innocent, i)
		}
	}
	if split.Failed = len(guilty); split.Failed == 0 {
		guilty = innocent
	}
	for _, i := range guilty {
		s.rows[i].Busy = time.Since(begun) / time.Duration(len(guilty))
	}
	if split.Rows > 1 && !errors.Is(split.Error, stages.ErrTerminated) {
		event.Emit(s.log, split)
	}
}

// alone runs a ticket again that was part of a run which has failed.
func (s *stage) alone(k *tenants.Ticket) error {
	defer s.survive()
	s.carries = append(s.carries[:0], k.Carry)
	_, err := stages.RunWithin(s.limit, s.runner(), s.carries)
	return err
}

// furnish gives a ticket its memory, once, and copies the input into it.
func (s *stage) furnish(k *tenants.Ticket) error {
	if k.Carry != nil {
		return nil
	}
	carry, err := s.backend.Alloc()
	if err != nil {
		return err
	}
	for i, row := range k.Input {
		carry.Tensors[s.backend.Model().Inputs[i]].Put(row)
	}
	k.Carry, k.Input = carry, nil
	return nil
}

// run is the native call.
func (s *stage) run(rows []*stages.Carry) (stages.Usage, error) {
	defer s.survive()
	return s.runner().Run(rows)
}

// survive is deferred around the native call: a panic in it leaves the runner in a state that nobody knows.
func (s *stage) survive() {
	if p := recover(); p != nil {
		s.breaks(fmt.Errorf("the runtime panicked: %v", p))
		panic(p)
	}
}

func (s *stage) breaks(err error) {
	s.broken, s.since, s.attempts = err, time.Now(), 0
}

func (s *stage) about(err error) error {
	return fmt.Errorf("segment %d of model %s: %w", s.segment+1, s.backend.Model().Name, err)
}

// runner is the stage's own.
func (s *stage) runner() stages.Runner { return s.chain[s.segment] }

// probe runs zeros through the model up to this stage, and gives the error that no request is to blame for. The runners
// before its own belong to other stages of the slot, which do nothing meanwhile: they are on the same thread.
func (s *stage) probe() (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the runtime panicked: %v", p)
		}
	}()
	_, err = stages.Warm(s.backend, s.chain, stages.Warming{Rounds: 1}, s.limit)
	if errors.Is(err, stages.ErrMemory) {
		return nil // there is no telling, and no harm in going on
	}
	return err
}

// The pause after an attempt to renew a runner that failed: it doubles up to the longest.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 30 * time.Second
)

// renew tries to make the runner whole.
func (s *stage) renew() {
	s.attempts++
	event.Emit(s.log, event.StageRebuilding{
		Model: s.backend.Model().Name, Segment: s.segment + 1, Slot: s.slot, Attempt: s.attempts, Error: s.broken,
	})
	// A stage that gets no new session goes on with the one it has, if that works.
	err := s.runner().Renew()
	if fault := s.probe(); fault != nil {
		s.broken = errors.Join(err, fault)
		s.pause = time.Now().Add(min(firstPause<<min(s.attempts-1, 10), longestPause))
		return
	}
	event.Emit(s.log, event.StageRebuilt{
		Model: s.backend.Model().Name, Segment: s.segment + 1, Slot: s.slot, After: time.Since(s.since),
	})
	s.broken = nil
}
