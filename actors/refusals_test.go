package actors_test

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

func floats(n int, last float64) []float32 {
	row := make([]float32, n)
	row[n-1] = float32(last)
	return row
}

// Each mistake gets a refusal that names it, under the request's id.
func TestBadInputIsRefusedWithItsReason(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	tensor := func(change func(*wire.Tensor)) func(*wire.Infer) {
		return func(m *wire.Infer) { change(m.Inputs[0]) }
	}
	criterion := func(source string) func(*wire.Infer) {
		return func(m *wire.Infer) { m.Criterion = source }
	}
	for _, c := range []struct {
		name  string
		spoil func(*wire.Infer)
		code  wire.Code
		words string // parted by |
	}{
		{"unknown tenant", func(m *wire.Infer) { m.Tenant = "nobody" }, wire.Code_NOT_FOUND, `there is no tenant "nobody" here; the node serves "doorbell" and "survey"`},
		{"no tenant", func(m *wire.Infer) { m.Tenant = "" }, wire.Code_NOT_FOUND, `no tenant ""`},
		{"long tenant", func(m *wire.Infer) { m.Tenant = strings.Repeat("x", 1<<17) }, wire.Code_NOT_FOUND, "no tenant"},
		{"too large", func(m *wire.Infer) { m.Tenant = strings.Repeat("x", 1<<20) }, wire.Code_INVALID_ARGUMENT, "larger|at most"},
		{"version 0", func(m *wire.Infer) { m.Version = 0 }, wire.Code_UNIMPLEMENTED, "version 0|version 1"},
		{"version 2", func(m *wire.Infer) { m.Version = 2 }, wire.Code_UNIMPLEMENTED, "version 2|version 1"},
		{"wrong name", tensor(func(x *wire.Tensor) { x.Name = "image" }), wire.Code_INVALID_ARGUMENT, `no input "image"|takes`},
		{"wrong type", tensor(func(x *wire.Tensor) { x.Dtype = wire.DType_FLOAT64 }), wire.Code_INVALID_ARGUMENT, "float64|takes float32"},
		{"no type", tensor(func(x *wire.Tensor) { x.Dtype = 0 }), wire.Code_INVALID_ARGUMENT, "takes float32"},
		{"string type", tensor(func(x *wire.Tensor) { x.Dtype = 8 }), wire.Code_INVALID_ARGUMENT, "takes float32"},
		{"unknown type", tensor(func(x *wire.Tensor) { x.Dtype = 99 }), wire.Code_INVALID_ARGUMENT, "takes float32"},
		{"type 257", tensor(func(x *wire.Tensor) { x.Dtype = 257 }), wire.Code_INVALID_ARGUMENT, "takes float32"},
		{"type -255", tensor(func(x *wire.Tensor) { x.Dtype = -255 }), wire.Code_INVALID_ARGUMENT, "takes float32"},
		{"long name", tensor(func(x *wire.Tensor) { x.Name = strings.Repeat("x", 1<<17) }), wire.Code_INVALID_ARGUMENT, "no input"},
		{"no shape", tensor(func(x *wire.Tensor) { x.Shape = nil }), wire.Code_INVALID_ARGUMENT, "shape []|[1 32 32]"},
		{"wrong shape", tensor(func(x *wire.Tensor) { x.Shape = []int64{1, 1, 32, 31} }), wire.Code_INVALID_ARGUMENT, "[1 1 32 31]|[1 32 32]"},
		{"two rows", tensor(func(x *wire.Tensor) { x.Shape[0], x.Data = 2, append(x.Data, x.Data...) }), wire.Code_INVALID_ARGUMENT, "one row of"},
		{"no rows", tensor(func(x *wire.Tensor) { x.Shape[0], x.Data = 0, nil }), wire.Code_INVALID_ARGUMENT, "[0 1 32 32]|one row of"},
		{"bounds", func(m *wire.Infer) { m.Bounds = []*wire.Bound{{Metric: "energy"}} }, wire.Code_FAILED_PRECONDITION, "profile with outcomes|delen profile --samples"},
		{"negative extents", tensor(func(x *wire.Tensor) { x.Shape = []int64{1, 1, -32, -32} }), wire.Code_INVALID_ARGUMENT, "one row of"},
		{"many axes", tensor(func(x *wire.Tensor) { x.Shape = make([]int64, 10_000) }), wire.Code_INVALID_ARGUMENT, "one row of"},
		{"no bytes", tensor(func(x *wire.Tensor) { x.Data = nil }), wire.Code_INVALID_ARGUMENT, "has 0 bytes|4096"},
		{"a byte short", tensor(func(x *wire.Tensor) { x.Data = x.Data[1:] }), wire.Code_INVALID_ARGUMENT, "has 4095 bytes|4096"},
		{"a byte long", tensor(func(x *wire.Tensor) { x.Data = append(x.Data, 0) }), wire.Code_INVALID_ARGUMENT, "has 4097 bytes|4096"},
		{"NaN", tensor(func(x *wire.Tensor) { *x = *clone(client.Float32s("", shape, floats(1024, math.NaN()))) }), wire.Code_INVALID_ARGUMENT, "NaN"},
		{"infinity", tensor(func(x *wire.Tensor) { *x = *clone(client.Float32s("", shape, floats(1024, math.Inf(1)))) }), wire.Code_INVALID_ARGUMENT, "infinity"},
		{"negative infinity", tensor(func(x *wire.Tensor) { *x = *clone(client.Float32s("", shape, floats(1024, math.Inf(-1)))) }), wire.Code_INVALID_ARGUMENT, "infinity"},
		{"no inputs", func(m *wire.Infer) { m.Inputs = nil }, wire.Code_INVALID_ARGUMENT, "lacks input|it has none"},
		{"input twice", func(m *wire.Infer) { m.Inputs = append(m.Inputs, m.Inputs[0]) }, wire.Code_INVALID_ARGUMENT, "takes 1 inputs|has 2"},
		{"negative timeout", func(m *wire.Infer) { m.TimeoutNs = -1 }, wire.Code_INVALID_ARGUMENT, "negative"},
		{"very negative timeout", func(m *wire.Infer) { m.TimeoutNs = math.MinInt64 }, wire.Code_INVALID_ARGUMENT, "negative"},
		{"no time", func(m *wire.Infer) { m.TimeoutNs = 1 }, wire.Code_DEADLINE_EXCEEDED, "deadline"},
		{"half a criterion", criterion("confidence >"), wire.Code_INVALID_ARGUMENT, "the criterion: |confidence >\n|^"},
		{"digit bomb for a criterion", criterion(`exit > "x${1e600000000}"`), wire.Code_INVALID_ARGUMENT, "There are no strings here"},
		{"misspelt criterion", criterion("exit == 2 || confidense > 0.9"), wire.Code_INVALID_ARGUMENT, "^^^^^^^^^^|confidence"},
		{"criterion without unit", criterion("response_time > 20"), wire.Code_INVALID_ARGUMENT, "^^|20*ms"},
		{"criterion without source", criterion("energy > 1*mJ"), wire.Code_INVALID_ARGUMENT, "energy|profile"},
		{"criterion that is a number", criterion("0.9"), wire.Code_INVALID_ARGUMENT, "0.9\n  ^^^"},
		{"criterion of 5 KiB", criterion("confidence >= 0.9" + strings.Repeat(" ", 5<<10)), wire.Code_INVALID_ARGUMENT, "criterion|4096"},
		{"deep criterion", criterion(strings.Repeat("(", 2000) + "true" + strings.Repeat(")", 2000)), wire.Code_INVALID_ARGUMENT, "criterion"},
		{"criterion that calls", criterion("max(1, 2) > confidence"), wire.Code_INVALID_ARGUMENT, "the criterion: |^"},
		{"criterion with a NUL", criterion("confidence > \x00"), wire.Code_INVALID_ARGUMENT, "the criterion: |^"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := proto.Clone(p.infer()).(*wire.Infer)
			c.spoil(m)
			p.say(m)
			r, ok := p.next().(*wire.Refused)
			if !ok || r.GetId() != m.GetId() || r.GetCode() != c.code || r.GetRetryAfterNs() != 0 {
				t.Fatalf("got %v, want a refusal with %s", r, c.code)
			}
			for _, w := range strings.Split(c.words, "|") {
				if !strings.Contains(r.GetMessage(), w) {
					t.Errorf("the message does not say %q: %.500s", w, r.GetMessage())
				}
			}
			if len(r.GetMessage()) > 2000 {
				t.Errorf("the message has %d bytes", len(r.GetMessage()))
			}
		})
	}
	healthy(t, cl)
}

func clone(x *wire.Tensor) *wire.Tensor { return proto.Clone(x).(*wire.Tensor) }

func TestWhatIsUnusualButSoundIsAnswered(t *testing.T) {
	if alone(t) {
		return
	}
	p := newPeer(t, start(t, options{}).address)
	for name, change := range map[string]func(*wire.Infer){
		"many negations":      func(m *wire.Infer) { m.Criterion = strings.Repeat("!", 4000) + "true" },
		"the longest timeout": func(m *wire.Infer) { m.TimeoutNs = math.MaxInt64 },
		"no row axis":         func(m *wire.Infer) { m.Inputs[0].Shape = []int64{1, 32, 32} },
		"id 0":                func(m *wire.Infer) { m.Id = 0 },
		"the largest id":      func(m *wire.Infer) { m.Id = math.MaxUint64 },
		"the largest numbers": func(m *wire.Infer) { m.Inputs = inputs(floats(1024, math.MaxFloat32)) },
	} {
		m := p.infer()
		change(m)
		p.say(m)
		if a, ok := p.next().(*wire.Inferred); !ok && name != "the largest numbers" || a != nil && a.GetId() != m.GetId() {
			t.Errorf("%s: got %v", name, a)
		}
	}
}

// A criterion's text that is no UTF-8 makes a message that cannot be decoded.
func TestAMessageThatCannotBeDecodedIsRefused(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p := newPeer(t, n.address)
	m := p.infer()
	b := p.batch(m)
	b.Envelopes[0].MessageData = protowire.AppendBytes(protowire.AppendTag(b.Envelopes[0].MessageData, 5, protowire.BytesType), []byte{0xff, 0xfe})
	p.sendBatch(b)
	if r, ok := p.next().(*wire.Refused); !ok || r.GetId() != m.GetId() || r.GetCode() != wire.Code_INVALID_ARGUMENT || !strings.Contains(r.GetMessage(), "decoded") {
		t.Errorf("got %v", r)
	}
	b = p.batch(p.infer())
	b.Envelopes[0].MessageData = []byte{0xff, 0xff, 0xff, 0xff}
	p.sendBatch(b)
	if r, ok := p.next().(*wire.Refused); !ok || r.GetId() != 0 || r.GetCode() != wire.Code_INVALID_ARGUMENT {
		t.Errorf("got %v", r)
	}
	healthy(t, cl)
}

func TestARepeatedIDInFlightIsRefusedAndTheFirstIsAnswered(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p, other := newPeer(t, n.address), newPeer(t, n.address)
	m := p.infer()
	m.Inputs, m.Criterion = faulty(t, 2, running), "false"
	p.say(m)
	n.await("hanging")
	p.say(m)
	if r, ok := p.next().(*wire.Refused); !ok || r.GetId() != m.GetId() || r.GetCode() != wire.Code_INVALID_ARGUMENT || !strings.Contains(r.GetMessage(), "in flight") {
		t.Errorf("the second gets %v", r)
	}
	same := other.infer()
	same.Id = m.GetId()
	other.say(same)
	if a, ok := other.next().(*wire.Inferred); !ok || a.GetId() != m.GetId() {
		t.Errorf("another app with the same id gets %v", a)
	}
	n.order("release")
	if a, ok := p.next().(*wire.Inferred); !ok || a.GetId() != m.GetId() {
		t.Errorf("the first gets %v", a)
	}
	m.Inputs = inputs(pictures(t)[0])
	p.say(m)
	if a, ok := p.next().(*wire.Inferred); !ok || a.GetId() != m.GetId() {
		t.Errorf("the id cannot be used again: %v", a)
	}
	healthy(t, cl)
}

func TestCancelEndsItsOwnRequestAndNoOther(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	cl := n.dial()
	p, other := newPeer(t, n.address), newPeer(t, n.address)
	m := p.infer()
	m.Inputs, m.Criterion = faulty(t, 2, running), "false"
	p.say(m)
	n.await("hanging")
	p.say(&wire.Cancel{Id: m.GetId() + 1, Tenant: "doorbell"}, &wire.Cancel{Id: m.GetId(), Tenant: "survey"},
		&wire.Cancel{Id: m.GetId(), Tenant: "nobody"}, &wire.Cancel{Id: m.GetId()})
	other.say(&wire.Cancel{Id: m.GetId(), Tenant: "doorbell"})
	other.silent()
	p.silent()
	p.say(&wire.Cancel{Id: m.GetId(), Tenant: "doorbell"})
	if f, ok := p.next().(*wire.Failed); !ok || f.GetId() != m.GetId() || f.GetCode() != wire.Code_CANCELLED {
		t.Errorf("a cancelled request gets %v", f)
	}
	n.order("release")
	p.say(&wire.Cancel{Id: m.GetId(), Tenant: "doorbell"}) // it has ended
	p.silent()
	healthy(t, cl)
}

// A queue counts what runs, what waits between two segments and what waits for the first; what is taken back is counted no longer, also
// while its run has not come back.
func TestAQueueCountsEverythingThatIsInTheHouse(t *testing.T) {
	if alone(t) {
		return
	}
	// No run is ended for its length, however slow the machine is.
	n := start(t, options{scheduler: "slots = 1\nrun_limit = \"5m\"", tenants: "tenant \"doorbell\" { queue = 3 }\ntenant \"survey\" {}"})
	p := newPeer(t, n.address)
	var flying []*wire.Infer
	offer := func() *wire.Infer {
		m := p.infer()
		m.Criterion = "false"
		return m
	}
	for range 3 {
		m := offer()
		if flying == nil {
			m.Inputs = faulty(t, 2, running) // it has an exit behind it
		}
		p.say(m)
		if flying == nil {
			n.await("hanging")
		}
		flying = append(flying, m)
	}
	full := func() {
		t.Helper()
		m := offer()
		p.say(m)
		a := p.next()
		if r, ok := a.(*wire.Refused); !ok || r.GetId() != m.GetId() || r.GetCode() != wire.Code_RESOURCE_EXHAUSTED {
			t.Fatalf("got %v", a)
		}
	}
	full()
	for i, m := range flying[:2] { // what runs, and what waits
		p.say(&wire.Cancel{Id: m.GetId(), Tenant: "doorbell"})
		if f, ok := p.next().(*wire.Failed); !ok || f.GetId() != m.GetId() || f.GetCode() != wire.Code_CANCELLED {
			t.Fatalf("got %v", f)
		}
		flying[i] = offer()
		p.say(flying[i])
		full()
	}
	n.order("release")
	for range flying {
		if a, ok := p.next().(*wire.Inferred); !ok || a.GetReason() != wire.Reason_LAST_EXIT {
			t.Errorf("got %v", a)
		}
	}
	if b := n.stop()["doorbell"]; b.Admitted != 5 || b.Cancelled != 2 || b.Answered != 3 || b.Refused != 3 {
		t.Errorf("the books say %+v", b)
	}
}

func TestAFullQueueRefusesWithAHintAndLeavesOthersAlone(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{tenants: "tenant \"doorbell\" { queue = 2 }\ntenant \"survey\" {}"})
	cl := n.dial()
	p := newPeer(t, n.address)
	for range 2 {
		m := p.infer()
		m.Inputs = faulty(t, 2, running)
		p.say(m)
		n.await("hanging")
	}
	m := p.infer()
	p.say(m)
	r, ok := p.next().(*wire.Refused)
	if !ok || r.GetId() != m.GetId() || r.GetCode() != wire.Code_RESOURCE_EXHAUSTED || r.GetRetryAfterNs() <= 0 {
		t.Errorf("got %v", r)
	}
	n.order("release")
	p.next()
	n.order("release")
	p.next()
	healthy(t, cl)
}
