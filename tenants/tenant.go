package tenants

import (
	"fmt"
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// Config is what a tenant is made from.
type Config struct {
	Name      string
	Index     int32               // among the node's tenants, from 0
	Model     *stages.Model       // that its requests run on
	Criterion *criteria.Criterion // when to stop; nil: Goal is not
	Goal      *Goal               // what Criterion is found for; nil: it was stated
	Deadline  time.Duration       // of a request that brings none; 0: none
	Queue     int                 // tickets in the house at a time, at least 1
	Overflow  Overflow            // what happens to a request beyond that
	Audit     float64             // fraction of the requests that are audited
	Evidence  *profile.Evidence   // that audits are held against; nil: they are counted
}

// Overflow says who has to go when a tenant's queue is full.
type Overflow uint8

const (
	// Refuse does not admit the newcomer.
	Refuse Overflow = iota
	// DropOldest admits it, and the scheduler ends the oldest ticket that waits: for cameras, whose newest picture is
	// worth most.
	DropOldest
)

// Validate says what is wrong with the configuration, if anything.
func (c *Config) Validate() error {
	switch {
	case c.Name == "":
		return fmt.Errorf("a tenant needs a name")
	case c.Model == nil || c.Criterion == nil && c.Goal == nil:
		return fmt.Errorf("tenant %s needs a model and a criterion or a goal", c.Name)
	case c.Queue < 1:
		return fmt.Errorf("tenant %s has a queue of %d: it needs room for at least one ticket", c.Name, c.Queue)
	case c.Deadline < 0:
		return fmt.Errorf("tenant %s has a negative deadline", c.Name)
	case !(c.Audit >= 0 && c.Audit <= 1):
		return fmt.Errorf("tenant %s audits %g of its requests: it must be a fraction from 0 to 1", c.Name, c.Audit)
	}
	return nil
}

// Tenant owns a guest's terms, count and account. It is used by one goroutine.
type Tenant struct {
	config  Config
	version uint64 // of the criterion, from 1
	state   state
	account Account
	steers  *controller // to Config.Goal; nil when there is none
	audit   auditor
	pace    pace
	demands demands
	sluice  sluice
	grant   Grant // the latest: it holds for a goal that comes before the next one
	windows []*Window
	free    []*Ticket
}

// state is whether a tenant admits requests, and if not why.
type state uint8

const (
	open state = iota
	closed
	removed
)

// Account is what a tenant's requests have come to since the node's start.
type Account struct {
	Admitted uint64
	Refused  uint64
	Ended    [Closed + 1]uint64 // by Reason
	Exits    []uint64           // answers by exit; Exits[0] counts exit 1
	Busy     time.Duration
	Audit    Audit
}

// InHouse is the number of tickets that are admitted and have not ended.
func (a *Account) InHouse() int {
	n := a.Admitted
	for _, ended := range a.Ended {
		n -= ended
	}
	return int(n)
}

// New makes a tenant.
func New(c Config) (*Tenant, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	exits := len(c.Model.Segments)
	t := &Tenant{
		config: c, version: 1, pace: pace{interval: time.Millisecond},
		account: Account{Exits: make([]uint64, exits), Audit: Audit{Exits: make([]uint64, exits), Agreed: make([]uint64, exits)}},
	}
	if c.Goal != nil {
		t.steer(newController(c.Goal, nil, profile.Allowance{}))
	}
	return t, nil
}

// Config is what the tenant was made from, with what has changed since.
func (t *Tenant) Config() Config { return t.config }

// Room is how many of the tenant's tickets may be live before the scheduler ends the oldest for a newer one; 0: any number, since
// newer ones are refused.
func (t *Tenant) Room() int {
	if t.config.Overflow == DropOldest {
		return t.config.Queue
	}
	return 0
}

// Version counts the tenant's criteria, from 1.
func (t *Tenant) Version() uint64 { return t.version }

// Account is a copy of the account.
func (t *Tenant) Account() Account {
	a := t.account
	a.Exits = append([]uint64(nil), a.Exits...)
	a.Audit = a.Audit.since(&Audit{Exits: make([]uint64, len(a.Exits)), Agreed: make([]uint64, len(a.Exits))})
	return a
}

// SetCriterion replaces the criterion for tickets admitted from now on, and the goal if there is one. It gives the
// criterion's version.
func (t *Tenant) SetCriterion(c *criteria.Criterion) uint64 {
	t.config.Criterion, t.config.Goal, t.steers = c, nil, nil
	t.demands.spent = spent{}
	t.version++
	t.audit = auditor{}
	return t.version
}

// Check says why a configuration cannot be applied to the running tenant, if so: its name, index and model stay.
func (t *Tenant) Check(c Config) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if c.Name != t.config.Name || c.Index != t.config.Index || c.Model != t.config.Model {
		return fmt.Errorf("tenant %s cannot change its name, its index or its model while it runs: remove it and add another", t.config.Name)
	}
	return nil
}

// Apply changes deadline, queue, overflow and criterion for requests from now on, or the goal. If Check fails it changes
// nothing. The version grows when the criterion is another, or somebody else finds it.
func (t *Tenant) Apply(c Config) error {
	if err := t.Check(c); err != nil {
		return err
	}
	old := t.config
	t.config = c
	switch {
	case c.Goal != old.Goal && c.Goal != nil:
		t.Pursue(c.Goal)
	case c.Goal != nil:
		t.config.Criterion = old.Criterion // as the goal has it
	case old.Goal != nil || c.Criterion.String() != old.Criterion.String():
		t.SetCriterion(c.Criterion)
	}
	return nil
}

// Close ends admission because the node stops: every later request is refused as Unavailable.
func (t *Tenant) Close() { t.state = max(t.state, closed) }

// Leave ends admission because the tenant is removed: every later request is refused as NotFound.
func (t *Tenant) Leave() { t.state = removed }

// Closed says whether admission has ended.
func (t *Tenant) Closed() bool { return t.state != open }

// Ended books the end of an admitted ticket, once for each.
func (t *Tenant) Ended(now time.Duration, k *Ticket, r Reason) {
	t.account.Ended[r]++
	t.account.Busy += k.Busy
	if r.Answered() {
		t.account.Exits[k.Exit-1]++
	}
	if k.Audit && r == ByCriterion {
		t.account.Audit.chose(k, now-k.Arrived)
	}
	for _, w := range t.windows {
		w.ended(now, k, r)
	}
	if t.steers != nil && k.Criterion == nil && k.Version == t.version {
		switch r {
		case ByCriterion, ByLastExit:
			t.steers.ended(k, now-k.Arrived, false)
		case ByDeadline, Expired, ByOverflow, Shed:
			t.steers.ended(k, now-k.Arrived, true)
		}
	}
	if t.steers == nil && k.Busy > 0 {
		t.demands.spent.ended(k, t.config.Evidence.Active(k.Exit))
	}
	t.pace.ended(now)
}

// Late books the time of a run that came back after its ticket had ended.
func (t *Tenant) Late(busy time.Duration) { t.account.Busy += busy }

// Recycle takes back a ticket that has ended and that nobody uses any more. Its Carry must have been freed.
func (t *Tenant) Recycle(k *Ticket) {
	*k = Ticket{}
	t.free = append(t.free, k)
}

// pace measures how fast tickets leave, for the hint that a refusal gives.
type pace struct {
	last, interval time.Duration
	refused        uint64 // since the last end
}

// ended updates the moving average of the interval between ends, with a weight of 1/8 for the newest.
func (p *pace) ended(now time.Duration) {
	if p.last != 0 {
		p.interval += (min(now-p.last, time.Second) - p.interval) / 8
	}
	p.last = now
	p.refused = 0
}

// retry is the time in which a place should come free for who is refused now: as many intervals as have been refused since
// the last end, within 1 ms and 1 s. So those who are refused at once do not come back at once, to be refused again.
func (p *pace) retry() time.Duration {
	p.refused++
	wait := min(float64(p.refused)*p.interval.Seconds(), 1)
	return max(time.Duration(wait*float64(time.Second)), time.Millisecond)
}
