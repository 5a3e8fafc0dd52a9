package actors

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/actors/door"
	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/stages"
)

// Options are what a node needs beside its configuration.
type Options struct {
	Load    func(*config.Model) (stages.Backend, error) // gives the node a model; the node closes it
	Log     *event.Log
	Level   func(string) // has the log take events of a level and above, as in config.Log; nil: it stays as it is
	Actors  *slog.Logger // for the actor library; nil: none
	Version string       // of the program, told to apps
	Root    string       // below which the machine says how hot it is; empty: "/"
}

// Node is a running system: models loaded and warm, actors spawned, the door open.
type Node struct {
	options Options
	log     *event.Log
	clock   clock

	mu       sync.Mutex     // held by Reload, while an order is carried out, and by Stop as it begins
	config   *config.Config // that is in force
	read     *config.Config // that was read last: config without the orders since
	stopping bool

	system  *actor.ActorSystem
	door    *door.Door
	payers  atomic.Pointer[payers]
	threads []thread // by slot
	peers   sync.Map // addresses of the apps that are connected

	models    []*loaded
	warming   sync.Mutex // held while an instance is warmed
	house     *actor.PID
	planning  *actor.PID
	hearth    *actor.PID
	seats     seats
	looks     looks
	numbers   numbers
	orders    *actor.PID // carries them out
	reception *actor.PID
	stages    []*actor.PID
}

// Start brings a node up. When it returns without error the node is ready: an app's first request is as fast as the next.
// The caller stops the node.
func Start(c *config.Config, o Options) (*Node, error) {
	n := &Node{options: o, config: c, read: c, log: o.Log.Node(c.Node.Name), clock: clock{time.Now()}}
	if err := n.start(); err != nil {
		n.log.Silence()
		return nil, errors.Join(err, n.close())
	}
	event.Emit(n.log, event.NodeReady{
		Vocabulary: event.Version, Address: n.Address(), After: n.clock.now(),
		Slots: c.Scheduler.Slots, Models: len(c.Models), Tenants: len(c.Tenants),
	})
	return n, nil
}

func (n *Node) start() error {
	if err := door.CheckListen(n.config.Node.Listen); err != nil {
		return err
	}
	var err error
	if n.models, err = n.loadAll(n.config.Models); err != nil {
		return err
	}
	if err := n.config.CheckRoom(n.maxMessage()); err != nil {
		return err
	}
	n.system = actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return n.actorsLog() }))
	n.looks.send = func(pid *actor.PID) { n.system.Root.Send(pid, glance{}) }
	if err := n.populate(); err != nil {
		return err
	}
	for _, m := range n.models {
		m.prepare()
	}
	return n.open()
}

func (n *Node) actorsLog() *slog.Logger {
	if n.options.Actors == nil {
		return slog.New(slog.DiscardHandler)
	}
	return n.options.Actors
}

// Address is where peers reach the node.
func (n *Node) Address() string { return n.system.Address() }

// populate spawns the actors, from the inside out.
func (n *Node) populate() error {
	if err := n.checkCriteria(n.config); err != nil {
		return err
	}
	core, err := scheduler.New(n.schedulerConfig())
	if err != nil {
		return err
	}
	house := &house{core: core, clock: n.clock, log: n.log.Named("scheduler")}
	inline := actor.NewSynchronizedDispatcher(300)
	n.house = n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return house },
		actor.WithDispatcher(inline), actor.WithGuardian(doom{n.log})))
	planning := &planning{
		desk: planner.NewDesk(n.config.Scheduler.Policy, n.config.Scheduler.Slots, n.config.Scheduler.Budget), clock: n.clock,
		guests: map[int]*actor.PID{}, log: n.log.Named("planner"),
	}
	n.planning = n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return planning }, actor.WithGuardian(doom{n.log})))
	hearth := &hearth{
		root: cmp.Or(n.options.Root, "/"), house: n.house, planning: n.planning, log: n.log.Named("heat"), blind: map[string]bool{}, factor: 1,
	}
	n.hearth = n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return hearth }))
	segments := 0
	for _, m := range n.models {
		segments += len(m.runners)
	}
	for range n.config.Scheduler.Slots {
		n.threads = append(n.threads, newThread(segments))
	}
	for i, m := range n.models {
		house.stages = append(house.stages, n.spawnStages(i, m))
		house.models = append(house.models, m.config.Name)
	}
	if err := n.welcome(); err != nil {
		return err
	}
	guests, err := n.newGuests(n.config, n.config.Tenants)
	for _, g := range guests {
		n.settle(g)
	}
	return err
}

// welcome spawns the administration and the reception.
func (n *Node) welcome() (err error) {
	waiting, now := new(atomic.Int32), standingOf(n.config)
	n.orders = n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor {
		return &administration{node: n, waiting: waiting, log: n.log.Named("administration")}
	}))
	r := &reception{
		node: n.config.Node.Name, version: n.options.Version, largest: uint64(n.maxMessage()),
		residents: map[string]resident{}, seats: &n.seats, clock: n.clock, log: n.log.Named("reception"),
		rules: now.rules, orders: n.orders,
		gate: gate{token: now.token, guesses: guesses{map[string]time.Duration{}}, waiting: waiting},
	}
	n.reception, err = n.system.Root.SpawnNamed(actor.PropsFromProducer(func() actor.Actor { return r }), wire.Root)
	return err
}

// spawnStages gives every instance of every segment an actor, on the thread of its slot. A stage that crashes is restarted,
// however often: it knows best whether it can go on.
func (n *Node) spawnStages(model int, m *loaded) [][]place {
	always := actor.NewRestartingStrategy()
	activation := stages.NewActivationWatch(m.backend.Model())
	var places [][]place
	for s, runners := range m.runners {
		var instances []place
		for i, r := range runners {
			st := &stage{
				model: model, segment: s, slot: i, backend: m.backend, chain: m.chain(i, s), scheduler: n.house,
				limit: n.config.Scheduler.RunLimit, log: n.log.Named("stage"), activation: activation,
			}
			pid := n.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return st },
				actor.WithDispatcher(n.threads[i]), actor.WithGuardian(always)))
			n.stages = append(n.stages, pid)
			instances = append(instances, place{pid: pid, runner: r})
		}
		places = append(places, instances)
	}
	return places
}

// ErrStuck is the error of a Stop that a native call did not let finish: its memory cannot be released.
var ErrStuck = errors.New("a segment is still running that was asked to terminate")

// Stop closes admission, lets what is in the house end until the context is done, ends the rest as Closed, and releases
// everything. It waits for native calls to come back, for the configured run limit; if one does not, it releases nothing
// that the call may use and fails with ErrStuck.
func (n *Node) Stop(ctx context.Context) error {
	event.Emit(n.log, event.NodeStopping{})
	n.mu.Lock()
	n.stopping = true
	n.mu.Unlock()
	for _, g := range n.seats.all() {
		n.system.Root.Send(g, closing{})
	}
	idle := n.drained(ctx)
	if !idle {
		n.system.Root.Send(n.house, scheduler.Close{})
		limit, cancel := context.WithTimeout(context.Background(), n.config.Scheduler.RunLimit+time.Second)
		defer cancel()
		idle = n.drained(limit)
	}
	err := ErrStuck
	if idle {
		err = n.close()
	} else {
		n.leave()
	}
	event.Emit(n.log, event.NodeStopped{After: n.clock.now(), Error: err})
	return err
}

// drained waits until no ticket is in the scheduler, or the context is done. What sits in a tenant's mailbox before its
// closing has been offered before the drain is: both go through the same tenants.
func (n *Node) drained(ctx context.Context) bool {
	caughtUp := make(chan struct{})
	go func() {
		n.catchUp(time.Hour, n.seats.all()...)
		close(caughtUp)
	}()
	select {
	case <-caughtUp:
	case <-ctx.Done():
		return false
	}
	idle := make(chan struct{})
	n.system.Root.Send(n.house, drain{idle})
	select {
	case <-idle:
		return true
	case <-ctx.Done():
		return false
	}
}

// catchUp waits until actors have dealt with what is in their mailboxes.
func (n *Node) catchUp(limit time.Duration, pids ...*actor.PID) {
	var replies []*actor.Future
	for _, p := range pids {
		replies = append(replies, n.system.Root.RequestFuture(p, &actor.Touch{}, limit))
	}
	for _, r := range replies {
		r.Wait() // one that has stopped has nothing in its mailbox
	}
}

// linger is how long answers have to leave through the remoting, whose shutdown drops what it has not sent.
const linger = 100 * time.Millisecond

// close stops whatever has been started, from the outside in, and releases it. No run is in progress; a stage that does not
// stop all the same, because it makes its session anew, may use anything.
func (n *Node) close() error {
	if n.system != nil {
		n.leave()
		n.poison(n.hearth, n.planning, n.house)
		if !n.poison(n.stages...) {
			return ErrStuck
		}
		n.system.Shutdown()
	}
	for _, t := range n.threads {
		close(t)
	}
	n.threads = nil
	var errs []error
	for _, m := range n.models {
		errs = append(errs, m.close())
	}
	n.models = nil
	return errors.Join(errs...)
}

// leave stops what apps see: the last answers go out, and the connections end.
func (n *Node) leave() {
	n.looks.stop()
	n.poison(n.reception)
	n.poison(n.orders)
	n.poison(n.seats.all()...)
	if n.door != nil {
		time.Sleep(linger)
		n.door.Shutdown()
	}
}

// poison stops actors after what is in their mailboxes, and says whether all of them have stopped. The library waits for ten
// seconds.
func (n *Node) poison(pids ...*actor.PID) bool {
	var ends []*actor.Future
	for _, p := range pids {
		if p != nil {
			ends = append(ends, n.system.Root.PoisonFuture(p))
		}
	}
	stopped := true
	for _, e := range ends {
		stopped = e.Wait() == nil && stopped
	}
	return stopped
}
