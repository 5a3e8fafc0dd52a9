package tenants

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages"
)

// twoInputs is a model of two segments that takes a vector of three numbers and a count.
func twoInputs() *stages.Model {
	return &stages.Model{
		Name: "m", Exits: []string{"e1", "e2"}, Inputs: []int{0, 1},
		Tensors: []stages.Info{
			{Name: "x", Type: stages.Float32, Shape: []int64{3}, RowBytes: 12},
			{Name: "n", Type: stages.Int64, RowBytes: 8},
		},
		Segments: make([]stages.Segment, 2),
	}
}

func newTenant(t testing.TB, change func(*Config)) *Tenant {
	t.Helper()
	c := Config{Name: "t", Index: 7, Model: twoInputs(), Criterion: criteria.Never(), Queue: 3}
	if change != nil {
		change(&c)
	}
	tenant, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func sound() []Input {
	return []Input{
		{Name: "x", Type: stages.Float32, Shape: []int64{3}, Data: make([]byte, 12)},
		{Name: "n", Type: stages.Int64, Data: make([]byte, 8)},
	}
}

func TestAConfigurationThatCannotServeIsRefused(t *testing.T) {
	for words, change := range map[string]func(*Config){
		"name":      func(c *Config) { c.Name = "" },
		"model":     func(c *Config) { c.Model = nil },
		"criterion": func(c *Config) { c.Criterion = nil },
		"queue":     func(c *Config) { c.Queue = 0 },
		"deadline":  func(c *Config) { c.Deadline = -1 },
	} {
		c := Config{Name: "t", Model: twoInputs(), Criterion: criteria.Never(), Queue: 1}
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("a configuration without a good %s gives %v", words, err)
		}
	}
}

func TestInputsAreTakenInAnyOrderWithOrWithoutRowAxis(t *testing.T) {
	a, b := sound(), sound()
	b[0], b[1] = b[1], b[0]
	b[0].Shape, b[1].Shape = []int64{1}, []int64{1, 3}
	for _, inputs := range [][]Input{a, b} {
		k, refusal := newTenant(t, nil).Admit(0, Request{ID: 5, Inputs: inputs})
		if refusal != nil {
			t.Fatal(refusal.Message)
		}
		if len(k.Input[0]) != 12 || len(k.Input[1]) != 8 || k.ID != 5 || k.Tenant != 7 {
			t.Errorf("the ticket is %+v", k)
		}
	}
}

func TestInputsThatTheModelDoesNotTakeAreRefused(t *testing.T) {
	nan := make([]byte, 12)
	binary.LittleEndian.PutUint32(nan[8:], math.Float32bits(float32(math.NaN())))
	for words, spoil := range map[string]func([]Input) []Input{
		`lacks inputs "x", "n" of model `:   func([]Input) []Input { return nil },
		`lacks input "n" of model `:         func(in []Input) []Input { return in[:1] },
		"takes 2 inputs, the request has 3": func(in []Input) []Input { return append(in, in[0]) },
		`"x" is given twice`:                func(in []Input) []Input { in[1] = in[0]; return in },
		`no input "y"; it takes [x n]`:      func(in []Input) []Input { in[0].Name = "y"; return in },
		`no input ""; it takes [x n]`:       func(in []Input) []Input { in[0].Name = ""; return in },
		"is int64, the model takes float32": func(in []Input) []Input { in[0].Type = stages.Int64; return in },
		"shape [3 1]":                       func(in []Input) []Input { in[0].Shape = []int64{3, 1}; return in },
		"shape [2 3]":                       func(in []Input) []Input { in[0].Shape = []int64{2, 3}; return in },
		"shape [1 1 3]":                     func(in []Input) []Input { in[0].Shape = []int64{1, 1, 3}; return in },
		"shape []":                          func(in []Input) []Input { in[0].Shape = nil; return in },
		"has 11 bytes":                      func(in []Input) []Input { in[0].Data = in[0].Data[1:]; return in },
		"holds a NaN":                       func(in []Input) []Input { in[0].Data = nan; return in },
	} {
		tenant := newTenant(t, nil)
		k, r := tenant.Admit(0, Request{Inputs: spoil(sound())})
		if k != nil || r == nil || r.Code != InvalidArgument || r.RetryAfter != 0 || !strings.Contains(r.Message, words) {
			t.Errorf("want %q, got %+v", words, r)
		}
		if a := tenant.Account(); a.Refused != 1 || a.InHouse() != 0 {
			t.Errorf("%s: the account is %+v", words, a)
		}
	}
}

func TestTheOnlyInputNeedsNoName(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Model.Inputs = c.Model.Inputs[:1] })
	in := sound()[:1]
	in[0].Name = ""
	if _, r := tenant.Admit(0, Request{Inputs: in}); r != nil {
		t.Error(r.Message)
	}
}

func TestDeadlines(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		name                   string
		tenants, arrived, asks time.Duration
		want                   time.Duration
	}{
		{"none", 0, hour, 0, Never},
		{"the tenant's", time.Second, hour, 0, hour + time.Second},
		{"the request's", time.Second, hour, time.Minute, hour + time.Minute},
		{"the longest", time.Second, hour, math.MaxInt64, Never},
		{"one that just fits", 0, hour, math.MaxInt64 - hour - 1, math.MaxInt64 - 1},
		{"one that is never", 0, hour, math.MaxInt64 - hour, Never},
		{"one that just does not fit", 0, hour, math.MaxInt64 - hour + 1, Never},
	} {
		tenant := newTenant(t, func(cfg *Config) { cfg.Deadline = c.tenants })
		k, r := tenant.Admit(c.arrived, Request{Arrived: c.arrived, Sent: c.arrived, Timeout: c.asks, Inputs: sound()})
		if r != nil {
			t.Errorf("%s: refused: %s", c.name, r.Message)
		} else if k.Deadline != c.want {
			t.Errorf("%s: the deadline is %d, want %d", c.name, k.Deadline, c.want)
		}
	}
}

func TestWhatHasNoTimeLeftIsRefused(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Deadline = time.Millisecond })
	for late, want := range map[time.Duration]Code{time.Millisecond - 1: OK, time.Millisecond: DeadlineExceeded, time.Hour: DeadlineExceeded} {
		got := OK
		if _, r := tenant.Admit(time.Second+late, Request{Arrived: time.Second, Sent: time.Second, Inputs: sound()}); r != nil {
			got = r.Code
		}
		if got != want {
			t.Errorf("a request looked at after %s gives code %d, want %d", late, got, want)
		}
	}
	for _, timeout := range []time.Duration{-1, math.MinInt64} {
		if _, r := tenant.Admit(0, Request{Timeout: timeout, Inputs: sound()}); r == nil || r.Code != InvalidArgument || !strings.Contains(r.Message, "negative") {
			t.Errorf("a timeout of %d gives %+v", timeout, r)
		}
	}
}

func TestACriterionIsFixedAtAdmission(t *testing.T) {
	tenant := newTenant(t, nil)
	own, later := criteria.Thresholds([]float64{0.5}), criteria.Thresholds([]float64{0.9})
	first, _ := tenant.Admit(0, Request{Inputs: sound()})
	if v := tenant.SetCriterion(later); v != 2 || tenant.Version() != 2 {
		t.Errorf("the version is %d", v)
	}
	second, _ := tenant.Admit(0, Request{Inputs: sound()})
	third, _ := tenant.Admit(0, Request{Inputs: sound(), Criterion: own})
	if first.Criterion != criteria.Never() || first.Version != 1 || second.Criterion != later || second.Version != 2 || third.Criterion != own {
		t.Errorf("tickets have criteria %s, %s, %s", first.Criterion, second.Criterion, third.Criterion)
	}
	if tenant.Config().Criterion != later {
		t.Error("the configuration does not tell the criterion that is in force")
	}
}

func TestARecycledTicketRemembersNothing(t *testing.T) {
	tenant := newTenant(t, nil)
	k, _ := tenant.Admit(0, Request{ID: 1, Inputs: sound()})
	k.Exit, k.Busy, k.Reading.Confidence, k.Seen[criteria.Exit] = 2, time.Second, 0.9, 2
	tenant.Ended(0, k, ByLastExit)
	tenant.Recycle(k)
	again, _ := tenant.Admit(time.Minute, Request{ID: 2, Arrived: time.Minute, Sent: time.Minute, Inputs: sound()})
	fresh, _ := newTenant(t, nil).Admit(time.Minute, Request{ID: 2, Arrived: time.Minute, Sent: time.Minute, Inputs: sound()})
	if again != k {
		t.Error("the ticket is not used again")
	}
	if d := cmp.Diff(*fresh, *again, cmp.Comparer(func(a, b *criteria.Criterion) bool { return a == b })); d != "" {
		t.Errorf("a ticket that is used again differs from a new one:\n%s", d)
	}
	if next, _ := tenant.Admit(0, Request{Inputs: sound()}); next == again {
		t.Error("one ticket is given out twice")
	}
}

// With drop-oldest the scheduler makes room, and a newcomer is always let in.
func TestAFullHouseThatDropsTheOldestAdmits(t *testing.T) {
	tenant := newTenant(t, func(c *Config) { c.Queue, c.Overflow = 1, DropOldest })
	first, _ := tenant.Admit(0, Request{Inputs: sound()})
	if _, r := tenant.Admit(0, Request{Inputs: sound()}); r != nil {
		t.Fatalf("refused: %s", r.Message)
	}
	tenant.Ended(0, first, Shed)
	if a := tenant.Account(); a.InHouse() != 1 || a.Ended[Shed] != 1 || a.Refused != 0 {
		t.Errorf("the account is %+v", a)
	}
}

// A random walk, with books of the test's own.
func TestAdmissionKeepsItsLawOnARandomWalk(t *testing.T) {
	for seed := range uint64(trials.Pick(100, 15)) {
		walk(t, rand.New(rand.NewPCG(seed, 3)))
	}
}

func walk(t *testing.T, rng *rand.Rand) {
	t.Helper()
	tenant := newTenant(t, func(c *Config) { c.Queue = 1 + rng.IntN(8) })
	queue := tenant.Config().Queue
	var (
		now   time.Duration
		house []*Ticket
		free  []*Ticket
		want  = Account{Exits: make([]uint64, 2), Audit: emptySummary().Audit}
	)
	for step := range 500 {
		now += time.Duration(rng.Int64N(int64(3 * time.Second >> rng.IntN(20))))
		if rng.IntN(2) == 0 || len(house) == 0 {
			r := Request{ID: uint64(step), Arrived: now, Sent: now, Inputs: sound()}
			spoilt := rng.IntN(10) == 0
			if spoilt {
				r.Inputs = r.Inputs[:1]
			}
			k, refusal := tenant.Admit(now, r)
			switch full := len(house) == queue; {
			case (refusal == nil) == (full || spoilt):
				t.Fatalf("%d of %d in the house, spoilt: %v: got %+v", len(house), queue, spoilt, refusal)
			case refusal == nil:
				want.Admitted++
				house = append(house, k)
			case full:
				want.Refused++
				if refusal.Code != Exhausted || refusal.RetryAfter < time.Millisecond || refusal.RetryAfter > time.Second || k != nil {
					t.Fatalf("a full house gives %+v", refusal)
				}
			default:
				want.Refused++
				if refusal.Code != InvalidArgument {
					t.Fatalf("a spoilt request gives %+v", refusal)
				}
			}
		} else {
			i := rng.IntN(len(house))
			k := house[i]
			house = append(house[:i], house[i+1:]...)
			reason := Reason(1 + rng.IntN(int(Closed)))
			k.Exit, k.Busy = rng.IntN(3), time.Duration(rng.IntN(1000))
			if reason.Answered() {
				k.Exit = 1 + rng.IntN(2)
				want.Exits[k.Exit-1]++
			}
			want.Ended[reason]++
			want.Busy += k.Busy
			tenant.Ended(now, k, reason)
			if rng.IntN(4) == 0 { // its run comes back later
				late := time.Duration(rng.IntN(1000))
				want.Busy += late
				tenant.Late(late)
			}
			free = append(free, k)
		}
		if len(free) > 0 && rng.IntN(2) == 0 {
			tenant.Recycle(free[0])
			free = free[1:]
		}
		got := tenant.Account()
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("the account differs (-want +got):\n%s", d)
		}
		if got.InHouse() != len(house) || got.InHouse() > queue {
			t.Fatalf("%d in the house, want %d of at most %d", got.InHouse(), len(house), queue)
		}
		for _, k := range free {
			for _, other := range house {
				if k == other {
					t.Fatal("a ticket that is not recycled yet is given out")
				}
			}
		}
	}
}

func TestReasonsAndTheirCodes(t *testing.T) {
	for r, want := range map[Reason]struct {
		name     string
		answered bool
		code     Code
	}{
		ByCriterion: {"criterion", true, OK}, ByLastExit: {"last_exit", true, OK}, ByDeadline: {"deadline", true, OK},
		ByOverflow: {"overflow", true, OK}, ByRemoval: {"removed", true, OK},
		Shed: {"shed", false, Exhausted}, Removed: {"evicted", false, Canceled},
		Expired: {"expired", false, DeadlineExceeded}, Cancelled: {"cancelled", false, Canceled},
		Broken: {"broken", false, Internal}, Closed: {"closed", false, Unavailable}, 0: {"none", false, OK}, 200: {"reason(200)", false, OK},
	} {
		if r.String() != want.name || r.Answered() != want.answered || r.Code() != want.code {
			t.Errorf("%d is %s, answered %v, code %d; want %+v", r, r, r.Answered(), r.Code(), want)
		}
	}
}

func TestAdmissionDoesNotAllocateATicketOnceWarm(t *testing.T) {
	tenant := newTenant(t, nil)
	inputs := sound()
	k, _ := tenant.Admit(0, Request{Inputs: inputs})
	tenant.Ended(0, k, Expired)
	tenant.Recycle(k)
	n := testing.AllocsPerRun(100, func() {
		k, _ := tenant.Admit(0, Request{Inputs: inputs})
		tenant.Ended(0, k, Expired)
		tenant.Recycle(k)
	})
	if n > 1 { // the list of rows
		t.Errorf("an admission allocates %v times", n)
	}
}
