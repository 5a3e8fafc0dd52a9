package actors_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/delen-edge/delen/actors"
	events "github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/internal/patience"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/modelled"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// The node runs in a process of its own: this test binary, started with the path of a configuration in the environment.
// It talks to the test in lines: events as JSON on standard output, orders on standard input.
const (
	configVariable = "DELEN_TEST_CONFIG"
	graceVariable  = "DELEN_TEST_GRACE"
	rootVariable   = "DELEN_TEST_ROOT"
)

func TestMain(m *testing.M) {
	var err error
	if path := os.Getenv(configVariable); path != "" {
		err = serve(path)
	} else if address := os.Getenv(appVariable); address != "" {
		err = runApp(address)
	} else if node, input, ok := strings.Cut(os.Getenv(floodVariable), " "); ok {
		floodAsOrdered(node, input)
	} else {
		os.Exit(m.Run())
	}
	if err != nil {
		emit(event{Kind: "error", Text: err.Error()})
		os.Exit(1)
	}
}

// event is a line of the node's process.
type event struct {
	Kind     string           // "ready", "error", "hanging", "done", "stopped"; of an app "answered", "tally"
	Text     string           `json:",omitempty"` // the address of a node that is ready, or an error
	Carries  int              `json:",omitempty"` // stopped: allocated and not freed
	Renewed  int              `json:",omitempty"` // stopped: how often a runner was renewed
	Together int              `json:",omitempty"` // stopped: requests that ran with others, counted at each segment
	Bytes    int              `json:",omitempty"` // done: of messages in the house
	Tasks    int              `json:",omitempty"` // done: goroutines
	Logged   map[string]int   `json:",omitempty"` // done, stopped: the node's events by name
	Left     string           `json:",omitempty"` // stopped: goroutines and descriptors that were not there before the node
	Tenants  map[string]books `json:",omitempty"` // stopped: what the tenants have booked
	Tally    *appCalls        `json:",omitempty"` // tally: how an app's calls have ended
	Ends     *ends            `json:",omitempty"` // done: how a flooder's requests have ended
}

// books are a tenant's, as the node logs them when it stops.
type books struct {
	Admitted, Refused, Answered, Cancelled uint64
	Lost                                   int64 // requests without an answer
}

// booksOf reads them from the log.
func booksOf(log *observer.ObservedLogs) map[string]books {
	all := map[string]books{}
	for _, entry := range log.FilterMessage("tenant.stopped").All() {
		fields := entry.ContextMap()
		b := books{
			Admitted: fields["admitted"].(uint64), Refused: fields["refused"].(uint64), Cancelled: fields["cancelled"].(uint64), Lost: fields["lost"].(int64),
		}
		for _, n := range fields["exits"].([]any) {
			b.Answered += n.(uint64)
		}
		all[fields["tenant"].(string)] = b
	}
	return all
}

// countsOf counts events by name.
func countsOf(log *observer.ObservedLogs) map[string]int {
	counts := map[string]int{}
	for _, entry := range log.All() {
		counts[entry.Message]++
	}
	return counts
}

var emitting sync.Mutex

func emit(e event) {
	emitting.Lock()
	defer emitting.Unlock()
	json.NewEncoder(os.Stdout).Encode(e)
}

// serve runs a node until standard input ends or SIGTERM comes.
func serve(path string) error {
	c, diags := config.Load(path)
	if diags.HasErrors() {
		return diags
	}
	library, err := onnx.Library(c.Runtime.Library)
	if err == nil {
		err = onnx.Open(library)
	}
	if err != nil {
		return err
	}
	grace, err := time.ParseDuration(os.Getenv(graceVariable))
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(runtime.NumCPU() + c.Scheduler.Slots) // as delen serve does
	f := &faults{release: make(chan struct{})}
	core, logged := observer.New(zap.InfoLevel)
	log := events.NewLog(zap.New(core))
	over := make(chan os.Signal, 1)
	signal.Notify(over, syscall.SIGTERM)
	f.logged = func() map[string]int { return countsOf(logged) }
	started := make(chan *actors.Node)
	go func() {
		node := <-started
		f.bytes = node.InHouse
		f.obey(over, func() error {
			c, diags := config.Load(path)
			if diags.HasErrors() {
				return diags
			}
			return node.Reload(c)
		})
	}()
	before := holding()
	node, err := actors.Start(c, actors.Options{Load: f.load, Log: log, Version: "test", Root: os.Getenv(rootVariable)})
	if err != nil {
		return err
	}
	f.together.Store(0) // warming up is over
	started <- node
	emit(event{Kind: "ready", Text: node.Address()})
	<-over
	limit, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	stopped := event{Kind: "stopped"}
	if err := node.Stop(limit); err != nil {
		stopped.Text = err.Error()
	} else {
		stopped.Left = before.more(patience.Given())
	}
	stopped.Tenants = booksOf(logged)
	stopped.Carries = int(f.carries.Load())
	stopped.Renewed = int(f.renewed.Load())
	stopped.Together = int(f.together.Load())
	stopped.Logged = countsOf(logged)
	emit(stopped)
	return nil
}

// faults is what a node's process does to the requests that ask for it, and what it has counted.
type faults struct {
	memory   atomic.Bool  // Alloc fails
	panics   atomic.Bool  // Free panics
	once     atomic.Bool  // Model panics, once
	session  atomic.Int32 // of segment 2: whole, broken or lost
	carries  atomic.Int64
	renewed  atomic.Int64
	together atomic.Int64
	release  chan struct{} // each value lets a stuck run go on
	bytes    func() int    // in the house
	logged   func() map[string]int
}

// The states of the session of segment 2.
const (
	sessionWhole  = iota
	sessionBroken // every run gives an error until a runner is renewed
	sessionLost   // nor can a runner be renewed
	sessionHung   // renewing a runner takes until the test says so
)

// obey follows the orders on standard input. Its end is an order to stop.
func (f *faults) obey(over chan<- os.Signal, reload func() error) {
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		done := event{Kind: "done"}
		switch orders.Text() {
		case "reload":
			if err := reload(); err != nil {
				done.Text = err.Error()
			}
		case "model panics":
			f.once.Store(true)
		case "free panics":
			f.panics.Store(true)
		case "memory full":
			f.memory.Store(true)
		case "memory free":
			f.memory.Store(false)
		case "session whole":
			f.session.Store(sessionWhole)
		case "session broken":
			f.session.Store(sessionBroken)
		case "session lost":
			f.session.Store(sessionLost)
		case "session hung":
			f.session.Store(sessionHung)
		case "logged":
			done.Logged = f.logged()
		case "release":
			f.release <- struct{}{}
		}
		done.Bytes, done.Tasks = f.bytes(), runtime.NumGoroutine()
		emit(done)
	}
	over <- syscall.SIGTERM
}

func (f *faults) load(m *config.Model) (stages.Backend, error) {
	if m.Profile != nil && m.Profile.Source == profile.Published {
		var outcomes []profile.Outcome
		if m.Outcomes != "" {
			var err error
			if outcomes, _, err = profile.ReadOutcomes(m.Outcomes); err != nil {
				return nil, err
			}
		}
		modelled, err := modelled.Load(modelled.Config{Name: m.Name, Profile: m.Profile, Outcomes: outcomes})
		return &faultyBackend{Backend: modelled, faults: f, asked: map[*stages.Carry]fault{}}, err
	}
	loaded, err := onnx.Load(onnx.Config{Name: m.Name, Files: m.Files, Exits: m.Exits, Logits: m.Activation == config.Softmax})
	if err != nil {
		return nil, err
	}
	return &faultyBackend{Backend: loaded, faults: f, asked: map[*stages.Carry]fault{}}, nil
}

// fault is a number that the first value of an input can be: 1000, plus 10 times the segment (from 1), plus what goes wrong
// there. No picture has such a value.
type fault int

// What goes wrong.
const (
	breaks  = iota + 1 // the run gives an error
	panics             // the run panics
	nan                // the exit is full of NaN
	hangs              // the run comes back when it is terminated
	stuck              // the run comes back when the test says so
	running            // as stuck, but then it computes
)

func faultAt(segment, what int) fault { return fault(1000 + 10*segment + what) }

func (f fault) in(segment int) int {
	if int(f-1000)/10 == segment+1 {
		return int(f) % 10
	}
	return 0
}

// faultyBackend passes everything on to a real backend, and makes the faults that inputs ask for.
type faultyBackend struct {
	stages.Backend
	faults *faults
	mu     sync.Mutex
	asked  map[*stages.Carry]fault
}

func (b *faultyBackend) Model() *stages.Model {
	if b.faults.once.CompareAndSwap(true, false) {
		panic("the model is not told, as the test ordered")
	}
	return b.Backend.Model()
}

func (b *faultyBackend) Alloc() (*stages.Carry, error) {
	if b.faults.memory.Load() {
		return nil, fmt.Errorf("%w: as the test ordered", stages.ErrMemory)
	}
	c, err := b.Backend.Alloc()
	if err == nil {
		b.faults.carries.Add(1)
	}
	return c, err
}

func (b *faultyBackend) Free(c *stages.Carry) {
	if b.faults.panics.Load() {
		panic("memory cannot be freed, as the test ordered")
	}
	if c != nil {
		b.faults.carries.Add(-1)
	}
	b.Backend.Free(c)
}

func (b *faultyBackend) Open(segment, rows int) (stages.Runner, error) {
	r, err := b.Backend.Open(segment, rows)
	return &faultyRunner{Runner: r, backend: b, segment: segment}, err
}

// fault is what a carry's request asks for. The first segment reads it off the input.
func (b *faultyBackend) fault(c *stages.Carry, segment int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if input := c.Tensors[b.Model().Inputs[0]].Floats(); segment == 0 && input != nil {
		b.asked[c] = fault(input[0])
	}
	return b.asked[c].in(segment)
}

type faultyRunner struct {
	stages.Runner
	backend *faultyBackend
	segment int

	mu   sync.Mutex
	hung chan struct{} // closed by Terminate; nil: no run hangs
}

func (r *faultyRunner) Renew() error {
	if r.segment == 1 {
		switch r.backend.faults.session.Load() {
		case sessionLost:
			return errors.New("the session is lost, as the test ordered")
		case sessionHung:
			emit(event{Kind: "hanging"})
			<-r.backend.faults.release
		}
		r.backend.faults.session.Store(sessionWhole)
	}
	r.backend.faults.renewed.Add(1)
	return r.Runner.Renew()
}

func (r *faultyRunner) Run(rows []*stages.Carry) (stages.Usage, error) {
	if r.segment == 1 && r.backend.faults.session.Load() != sessionWhole {
		return stages.Usage{}, errors.New("the session is broken, as the test ordered")
	}
	var spoilt []*stages.Carry
	for _, c := range rows {
		what := r.backend.fault(c, r.segment)
		if what == nan {
			spoilt = append(spoilt, c)
		}
		if err := r.suffer(what); err != nil {
			return stages.Usage{Busy: time.Millisecond}, err
		}
	}
	if len(rows) > 1 {
		r.backend.faults.together.Add(int64(len(rows)))
	}
	usage, err := r.Runner.Run(rows)
	for _, c := range spoilt {
		exit := c.Tensors[r.backend.Model().Segments[r.segment].Exit].Floats()
		for i := range exit {
			exit[i] = float32(math.NaN())
		}
	}
	return usage, err
}

// suffer is what a row does to a run.
func (r *faultyRunner) suffer(what int) error {
	switch what {
	case breaks:
		return errors.New("the run breaks, as the test ordered")
	case panics:
		panic("the run panics, as the test ordered")
	case hangs:
		hung := make(chan struct{})
		r.mu.Lock()
		r.hung = hung
		r.mu.Unlock()
		emit(event{Kind: "hanging"})
		<-hung
		return stages.ErrTerminated
	case stuck:
		emit(event{Kind: "hanging"})
		<-r.backend.faults.release
		return errors.New("the run was stuck")
	case running:
		emit(event{Kind: "hanging"})
		<-r.backend.faults.release
	}
	return nil
}

func (r *faultyRunner) Terminate() {
	r.mu.Lock()
	if r.hung != nil {
		close(r.hung)
		r.hung = nil
	}
	r.mu.Unlock()
	r.Runner.Terminate()
}
