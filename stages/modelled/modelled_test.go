package modelled

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// exits makes a profile of response times in ms and GFLOPs, NaN for what is not known.
func exits(figures ...[2]float64) *profile.Profile {
	p := &profile.Profile{Source: profile.Published}
	known := func(f, unit float64) *float64 {
		if math.IsNaN(f) {
			return nil
		}
		f *= unit
		return &f
	}
	for i, f := range figures {
		p.Exits = append(p.Exits, profile.Exit{Name: "exit" + string(rune('1'+i)), ResponseTime: known(f[0], 1e-3), FLOPs: known(f[1], 1e9)})
	}
	return p
}

var nan = math.NaN()

func TestLatencies(t *testing.T) {
	for _, c := range []struct {
		name string
		p    *profile.Profile
		want []float64 // ms, of each segment
	}{
		{"all are known", exits([2]float64{1, nan}, [2]float64{3, nan}, [2]float64{3, nan}), []float64{1, 2, 0}},
		{"the published ResNet-50", exits([2]float64{nan, .813}, [2]float64{26.2, 1.856}, [2]float64{43.2, 3.332}, [2]float64{nan, 4.145}),
			[]float64{11.4766, 14.7234, 17, 10.5407}},
		{"between two", exits([2]float64{10, 1}, [2]float64{nan, 2}, [2]float64{nan, 4}, [2]float64{16, 4}), []float64{10, 2, 4, 0}},
		{"exits of the same FLOPs", exits([2]float64{10, 1}, [2]float64{nan, 1}, [2]float64{12, 1}), []float64{10, 0, 2}},
		{"nothing takes FLOPs", exits([2]float64{nan, 0}, [2]float64{12, 0}), []float64{0, 12}},
	} {
		got, err := Latencies(c.p)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !slices.EqualFunc(got, c.want, func(d time.Duration, ms float64) bool { return math.Abs(d.Seconds()*1e3-ms) < 1e-3 }) {
			t.Errorf("%s: %v, want %v ms", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		p    *profile.Profile
		want string
	}{
		{exits([2]float64{nan, 1}, [2]float64{nan, 2}), "gives no response time"},
		{exits([2]float64{nan, nan}, [2]float64{12, 2}), "exit1 has no flops"},
		{exits([2]float64{nan, 1}, [2]float64{12, nan}), "exit2 has no flops"},
		{exits([2]float64{10, nan}, [2]float64{nan, 1}, [2]float64{12, 2}), "exit1 has no flops"},
	} {
		if got, err := Latencies(c.p); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, %v, want an error that says %q", got, err, c.want)
		}
	}
}

func outcome(sample string, exit, predicted int, confidence float64) profile.Outcome {
	return profile.Outcome{Sample: sample, Exit: exit, Predicted: predicted, Confidence: confidence}
}

func load(t *testing.T, c Config) (*Model, []stages.Runner) {
	t.Helper()
	c.Name = "test"
	m, err := Load(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Model().Validate(); err != nil {
		t.Fatal(err)
	}
	var chain []stages.Runner
	for s := range m.Model().Segments {
		r, err := m.Open(s, 1)
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, r)
	}
	return m, chain
}

func alloc(t *testing.T, m *Model, sample int64) *stages.Carry {
	t.Helper()
	c, err := m.Alloc()
	if err != nil {
		t.Fatal(err)
	}
	c.Tensors[0].Put(binary.NativeEndian.AppendUint64(nil, uint64(sample)))
	return c
}

func TestARunTakesTheProfilesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, chain := load(t, Config{Profile: exits([2]float64{10, nan}, [2]float64{25, nan})})
		warm, err := stages.Warm(m, chain, stages.Warming{Rounds: 3}, time.Second)
		if want := []time.Duration{10 * time.Millisecond, 15 * time.Millisecond}; err != nil || !slices.Equal(warm, want) {
			t.Errorf("the segments take %v, %v, want %v", warm, err, want)
		}
		if _, err := stages.Warm(m, chain, stages.Warming{Rounds: 1}, 12*time.Millisecond); err == nil || !strings.Contains(err.Error(), "segment 2") {
			t.Errorf("a segment of 15 ms is not terminated after 12: %v", err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Of runs that take long a few are enough, and the first does not count.
func TestWarmingIsBoundedByTime(t *testing.T) {
	for within, want := range map[time.Duration]int{0: 15, 10 * time.Millisecond: 3, 60 * time.Millisecond: 4, time.Second: 15} {
		synctest.Test(t, func(t *testing.T) {
			m, chain := load(t, Config{Profile: exits([2]float64{10, nan}, [2]float64{25, nan})})
			first := &slowAtFirst{Runner: chain[0]}
			chain[0] = first
			warm, err := stages.Warm(m, chain, stages.Warming{Rounds: 15, Within: within}, 0)
			if err != nil || warm[0] != 10*time.Millisecond || first.runs != want {
				t.Errorf("within %s: %d rounds, want %d; the segments take %v, %v", within, first.runs, want, warm, err)
			}
		})
	}
}

// slowAtFirst is a runner whose first run takes long.
type slowAtFirst struct {
	stages.Runner
	runs int
}

func (s *slowAtFirst) Run(rows []*stages.Carry) (stages.Usage, error) {
	used, err := s.Runner.Run(rows)
	if s.runs++; s.runs == 1 {
		time.Sleep(time.Second)
		used.Busy += time.Second
	}
	return used, err
}

// A run for several takes what was measured of one for as many, as a multiple of what one takes, and each reads its own sample.
func TestARunForSeveralTakesTheProfilesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := exits([2]float64{10, nan}, [2]float64{25, nan})
		p.Segments = []profile.Segment{{Rows: map[int]profile.Cost{1: {Median: new(.010)}, 4: {Median: new(.016)}}}, {}}
		all := []profile.Outcome{outcome("a", 1, 0, 0.5), outcome("a", 2, 1, 0.9), outcome("b", 1, 2, 0.75), outcome("b", 2, 2, 1)}
		m, err := Load(Config{Name: "test", Profile: p, Outcomes: all})
		if err != nil {
			t.Fatal(err)
		}
		first, errA := m.Open(0, 8)
		second, errB := m.Open(1, 8)
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		a, b := alloc(t, m, 0), alloc(t, m, 1)
		for rows, want := range map[int]time.Duration{1: 10, 2: 12, 4: 16, 8: 32} {
			run := slices.Repeat([]*stages.Carry{a, b}, 4)[:rows]
			if used, err := first.Run(run); err != nil || used.Busy != want*time.Millisecond {
				t.Errorf("%d rows take %v, %v, want %d ms", rows, used, err, want)
			}
			if used, err := second.Run(run); err != nil || used.Busy != time.Duration(rows)*15*time.Millisecond {
				t.Errorf("%d rows of a segment that was not measured take %v, %v", rows, used, err)
			}
		}
		for i, c := range []*stages.Carry{a, b} {
			if r, err := stages.Read(c.Tensors[1].Floats(), false); err != nil || r.Predicted != 2*i {
				t.Errorf("sample %d reads %v, %v", i, r, err)
			}
		}
		if _, err := first.Run(slices.Repeat([]*stages.Carry{a}, 9)); err == nil {
			t.Error("a runner for 8 runs 9")
		}
	})
}

func TestTerminateEndsTheRunInProgressAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, chain := load(t, Config{Profile: exits([2]float64{1000, nan})})
		c := alloc(t, m, 0)
		chain[0].Terminate() // there is none
		go func() {
			time.Sleep(300 * time.Millisecond)
			chain[0].Terminate()
			chain[0].Terminate()
		}()
		if usage, err := chain[0].Run([]*stages.Carry{c}); !errors.Is(err, stages.ErrTerminated) || usage.Busy != 300*time.Millisecond {
			t.Errorf("a run that is terminated after 300 ms ends with %v, %v", usage, err)
		}
		if usage, err := chain[0].Run([]*stages.Carry{c}); err != nil || usage.Busy != time.Second {
			t.Errorf("the run after it: %v, %v", usage, err)
		}
	})
}

// Every exit reads as its outcome, also where the outcomes name fewer classes than the network must have had. It is never less
// confident: a threshold that is taken from an outcome would miss it.
func TestExitsSayWhatTheOutcomesSay(t *testing.T) {
	all := []profile.Outcome{
		outcome("b", 1, 2, 0.25), outcome("a", 2, 1, 0.75), outcome("a", 1, 0, 0.5), outcome("b", 2, 2, 1), outcome("c", 1, 0, 1e-9), outcome("c", 2, 3, 0.34),
		outcome("d", 1, 1, 0.7), outcome("d", 2, 2, 1-1e-16), outcome("e", 1, 3, 1e-300), outcome("e", 2, 0, 0.8),
	}
	m, chain := load(t, Config{Profile: exits([2]float64{0, nan}, [2]float64{0, nan}), Outcomes: all})
	numbers := map[string]int64{"b": 0, "a": 1, "c": 2, "d": 3, "e": 4}
	for _, o := range all {
		c := alloc(t, m, numbers[o.Sample])
		if _, err := chain[o.Exit-1].Run([]*stages.Carry{c}); err != nil {
			t.Fatal(err)
		}
		exit := c.Tensors[m.Model().Segments[o.Exit-1].Exit].Floats()
		r, err := stages.Read(exit, m.Model().Logits)
		if err != nil || len(exit) != 4 || r.Predicted != o.Predicted ||
			r.Confidence < o.Confidence || r.Confidence > o.Confidence*(1+1e-6)+1e-44 {
			t.Errorf("%+v reads %+v, %v", o, r, err)
		}
		m.Free(c)
	}
	for _, n := range []int64{-1, 5, math.MaxInt64} {
		if _, err := chain[0].Run([]*stages.Carry{alloc(t, m, n)}); err == nil || !strings.Contains(err.Error(), "samples 0 to 4") {
			t.Errorf("sample %d: %v", n, err)
		}
	}
}

func TestWithoutOutcomesEveryExitIsUnsure(t *testing.T) {
	m, chain := load(t, Config{Profile: exits([2]float64{0, nan})})
	c := alloc(t, m, 12345)
	if _, err := chain[0].Run([]*stages.Carry{c}); err != nil {
		t.Fatal(err)
	}
	if r, err := stages.Read(c.Tensors[1].Floats(), false); err != nil || r.Predicted != 0 || r.Confidence != 0.5 {
		t.Errorf("it reads %+v, %v", r, err)
	}
}

func TestOutcomesThatCannotBeReplayed(t *testing.T) {
	for _, c := range []struct {
		outcomes []profile.Outcome
		want     string
	}{
		{[]profile.Outcome{outcome("a", 1, 0, 0.5)}, `"a" has no outcome for exit 2`},
		{[]profile.Outcome{outcome("a", 1, 0, 0.5), outcome("a", 1, 0, 0.6)}, "two outcomes"},
		{[]profile.Outcome{outcome("a", 3, 0, 0.5)}, "has 2 exits"},
		{[]profile.Outcome{outcome("a", 0, 0, 0.5)}, "has 2 exits"},
		{[]profile.Outcome{outcome("a", 1, 0, 0)}, "not 0"},
		{[]profile.Outcome{outcome("a", 1, 0, nan)}, "not NaN"},
		{[]profile.Outcome{outcome("a", 1, 1<<40, 0.5)}, "classes go from 0"},
		{[]profile.Outcome{outcome("a", 1, -1, 0.5)}, "classes go from 0"},
	} {
		_, err := Load(Config{Name: "test", Profile: exits([2]float64{1, nan}, [2]float64{2, nan}), Outcomes: c.outcomes})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want an error that says %q", c.outcomes, err, c.want)
		}
	}
}

func TestCarriesAreUsedAgainAndLimited(t *testing.T) {
	m, _ := load(t, Config{Profile: exits([2]float64{1, nan}), Carries: 2})
	a, b := alloc(t, m, 0), alloc(t, m, 0)
	if _, err := m.Alloc(); !errors.Is(err, stages.ErrMemory) {
		t.Errorf("a third carry: %v", err)
	}
	m.Free(a)
	m.Free(nil)
	if c := alloc(t, m, 0); c != a {
		t.Error("what was freed is not used again")
	}
	if err := m.Close(); err == nil {
		t.Error("it is closed although two tickets hold its memory")
	}
	m.Free(a)
	m.Free(b)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}
