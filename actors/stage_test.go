package actors

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"go.uber.org/zap"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/tenants"
)

// rig is a stage of the first segment of a model, that the test gives runs to, in place of the scheduler.
type rig struct {
	t       *testing.T
	backend *onnx.Model
	stage   *stage
	system  *actor.ActorSystem
	pid     *actor.PID
	said    chan scheduler.Event
	runs    uint64
}

// newRig makes a stage for so many rows. Its runner is what wrap makes of the model's own.
func newRig(t *testing.T, text string, rows int, limit time.Duration, wrap func(stages.Runner) stages.Runner) *rig {
	t.Helper()
	library, err := onnx.Library("")
	if err == nil {
		err = onnx.Open(library)
	}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err == nil {
		err = os.WriteFile(path, sketch.Encode(sketch.Model(text)), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := &rig{t: t, system: actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(slog.DiscardHandler) })), said: make(chan scheduler.Event, 10)}
	if b.backend, err = onnx.Load(onnx.Config{Name: "small", Files: []string{path}, Logits: true}); err != nil {
		t.Fatal(err)
	}
	runner, err := b.backend.Open(0, rows)
	if err != nil {
		t.Fatal(err)
	}
	desk := b.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		if e, ok := ctx.Message().(scheduler.Event); ok {
			b.said <- e
		}
	}))
	b.stage = &stage{backend: b.backend, chain: []stages.Runner{wrap(runner)}, limit: limit, scheduler: desk, log: event.NewLog(zap.NewNop())}
	b.pid = b.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return b.stage }, actor.WithGuardian(actor.NewRestartingStrategy())))
	t.Cleanup(func() {
		b.system.Root.PoisonFuture(b.pid).Wait()
		b.system.Root.PoisonFuture(desk).Wait()
		if err := errors.Join(runner.Close(), b.backend.Close()); err != nil {
			t.Error(err)
		}
	})
	return b
}

func asItIs(r stages.Runner) stages.Runner { return r }

// start gives the stage a run.
func (b *rig) start(tickets []*tenants.Ticket) {
	b.runs++
	b.system.Root.Send(b.pid, scheduler.Run{Run: b.runs, Tickets: tickets})
}

// next is what the stage says next.
func (b *rig) next() scheduler.Event {
	b.t.Helper()
	select {
	case e := <-b.said:
		return e
	case <-time.After(time.Minute):
		b.t.Fatal("the stage says nothing")
		return nil
	}
}

// run gives the stage a run and has it back.
func (b *rig) run(tickets []*tenants.Ticket) scheduler.Exited {
	b.t.Helper()
	b.start(tickets)
	e, ok := b.next().(scheduler.Exited)
	if !ok || e.Run != b.runs {
		b.t.Fatalf("the stage says %v", e)
	}
	return e
}

// free gives the memory of tickets back.
func (b *rig) free(tickets []*tenants.Ticket) {
	for _, k := range tickets {
		b.backend.Free(k.Carry)
	}
}

// words is a model that looks numbers up in a table of nine, and has an exit behind that: no run can be for a tenth.
const words = `
	input words int64[N 4]
	input x[N 8]
	init table[9 8]
	init flat int64[2] = 0 32
	init head[32 5]
	init column[8 1]
	h = Gather(table, words) axis=0
	r = Reshape(h, flat)
	m = MatMul(r, head)
	s = MatMul(x, column)
	y = Mul(m, s)
	output y[N 5]`

// ticket is a request for a word, four times, and a number that its logits grow by.
func ticket(word int64, x float32) *tenants.Ticket {
	var first, second []byte
	for range 4 {
		first = binary.NativeEndian.AppendUint64(first, uint64(word))
	}
	for range 8 {
		second = binary.NativeEndian.AppendUint32(second, math.Float32bits(x))
	}
	return &tenants.Ticket{Input: [][]byte{first, second}}
}

// What goes wrong with one ticket of a run is its own: no other notices, whatever the order.
func TestOneTicketOfARunFailsAlone(t *testing.T) {
	b := newRig(t, words, 8, time.Minute, asItIs)
	alone := map[int64]stages.Reading{}
	for word := range int64(9) {
		k := []*tenants.Ticket{ticket(word, 1)}
		e := b.run(k)
		if e.Err != nil || e.Rows[0].Err != nil {
			t.Fatalf("word %d: %v", word, e)
		}
		alone[word] = e.Rows[0].Reading
		b.free(k)
	}
	nan := float32(math.NaN())
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var run []*tenants.Ticket
		var want []string
		var asked []int64
		for range 1 + rng.IntN(8) {
			word, x, says := rng.Int64N(9), float32(1), ""
			switch rng.IntN(10) {
			case 0:
				word, says = 9, "segment 1 of model small"
			case 1:
				x, says = nan, "holds a NaN"
			}
			run, want, asked = append(run, ticket(word, x)), append(want, says), append(asked, word)
		}
		e := b.run(run)
		if len(run) > 1 && e.Err != nil {
			t.Fatal(e)
		}
		for i, row := range e.Rows {
			if blamed := asked[i] == 9; blamed != (row.Busy > 0) { // who is found out pays for it
				t.Fatalf("ticket %d of %d, word %d, is billed %s", i, len(run), asked[i], row.Busy)
			}
			switch {
			case want[i] != "":
				if row.Err == nil || !strings.Contains(row.Err.Error(), want[i]) {
					t.Fatalf("ticket %d of %d fails with %v, want %q", i, len(run), row.Err, want[i])
				}
			case row.Err != nil || math.Abs(row.Reading.Confidence-alone[asked[i]].Confidence) > 1e-5 || row.Reading.Predicted != alone[asked[i]].Predicted:
				t.Fatalf("ticket %d of %d reads %v, want %v", i, len(run), row, alone[asked[i]])
			}
		}
		b.free(run)
	}
	if n := b.backend.Outstanding(); n != 0 {
		t.Errorf("%d tickets have left their memory behind", n)
	}
}

// A ticket for which there is no memory fails, and the others of its run go on.
func TestATicketWithoutMemoryFailsAlone(t *testing.T) {
	b := newRig(t, words, 8, time.Minute, asItIs)
	b.stage.backend = &scarce{Backend: b.backend, left: 2}
	run := []*tenants.Ticket{ticket(1, 1), ticket(2, 1), ticket(3, 1)}
	e := b.run(run)
	for i, row := range e.Rows {
		if missing := i == 2; errors.Is(row.Err, stages.ErrMemory) != missing || (row.Err == nil) == missing {
			t.Errorf("ticket %d: %v", i, row.Err)
		}
	}
	none := b.run([]*tenants.Ticket{ticket(1, 1), ticket(2, 1)})
	for i, row := range none.Rows {
		if !errors.Is(row.Err, stages.ErrMemory) || none.Usage.Busy != 0 {
			t.Errorf("without any memory ticket %d: %v", i, row.Err)
		}
	}
	b.free(run)
}

// scarce is a model with memory for few tickets.
type scarce struct {
	stages.Backend
	left int
}

func (s *scarce) Alloc() (*stages.Carry, error) {
	if s.left == 0 {
		return nil, stages.ErrMemory
	}
	s.left--
	return s.Backend.Alloc()
}

// A run of several tickets that is terminated fails for all of them, and none is tried again: each would take as long.
func TestARunThatIsTerminatedIsNotTriedAgain(t *testing.T) {
	endless := strings.Replace(sketch.Endless, "init yes bool[] = 1", "init zero[] = 0\n\tm = ReduceMax(x) keepdims=0\n\tyes = Greater(m, zero)", 1)
	running := make(chan struct{}, 10)
	b := newRig(t, endless, 4, time.Minute, func(r stages.Runner) stages.Runner { return &heard{r, running} })
	input := func(x float32) *tenants.Ticket {
		var row []byte
		for range 4 {
			row = binary.NativeEndian.AppendUint32(row, math.Float32bits(x))
		}
		return &tenants.Ticket{Input: [][]byte{row}}
	}
	run := []*tenants.Ticket{input(1), input(0), input(1)}
	b.start(run)
	<-running
	var e scheduler.Event
	for e == nil { // it may not have begun
		b.stage.runner().Terminate()
		select {
		case e = <-b.said:
		case <-time.After(time.Millisecond):
		}
	}
	x, ok := e.(scheduler.Exited)
	if !ok || x.Err != nil {
		t.Fatal(e)
	}
	for i, row := range x.Rows {
		if !errors.Is(row.Err, stages.ErrTerminated) {
			t.Errorf("ticket %d: %v", i, row.Err)
		}
	}
	if n := len(running); n != 1 { // zeros, to see whether the runtime is sound
		t.Errorf("%d runs after it", n)
	}
	sound := []*tenants.Ticket{input(0), input(-1)}
	if e := b.run(sound); e.Rows[0].Err != nil || e.Rows[1].Err != nil {
		t.Errorf("the run after it: %v", e)
	}
	b.free(slices.Concat(run, sound))
}

// heard tells of each run that begins.
type heard struct {
	stages.Runner
	running chan<- struct{}
}

func (r *heard) Run(rows []*stages.Carry) (stages.Usage, error) {
	r.running <- struct{}{}
	return r.Runner.Run(rows)
}

// A runtime that panics takes the run with it, all tickets at once, and the stage is whole again after it.
func TestACrashFailsAllTicketsOfARun(t *testing.T) {
	crash := &crashing{}
	b := newRig(t, words, 4, time.Minute, func(r stages.Runner) stages.Runner { crash.Runner = r; return crash })
	crash.next = true
	run := []*tenants.Ticket{ticket(1, 1), ticket(2, 1)}
	b.start(run)
	if e, ok := b.next().(scheduler.Crashed); !ok || !strings.Contains(e.Err.Error(), "the runtime panicked") {
		t.Fatalf("the stage says %v", e)
	}
	if e, ok := b.next().(scheduler.Recovered); !ok {
		t.Fatalf("the stage says %v", e)
	}
	if e := b.run(run); len(e.Rows) != 2 || e.Rows[0].Err != nil || e.Rows[1].Err != nil {
		t.Errorf("the run after it: %v", e)
	}
	b.free(run)
}

// crashing panics at its next run.
type crashing struct {
	stages.Runner
	next bool
}

func (r *crashing) Run(rows []*stages.Carry) (stages.Usage, error) {
	if r.next {
		r.next = false
		panic("as the test ordered")
	}
	return r.Runner.Run(rows)
}
