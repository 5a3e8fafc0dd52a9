package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/power"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
	"github.com/delen-edge/delen/stages/profile"
)

// furnished makes a folder with models, and skips a test where nothing can run them.
func furnished(t *testing.T) string {
	t.Helper()
	if _, err := onnx.Library(""); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// metered profiles the glyphs model on a machine whose only rail shows what a file says.
func metered(t *testing.T, dir, milliwatts string) (f *profiling, stderr *strings.Builder) {
	t.Helper()
	const rail = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/"
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, rail), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"rail_name_0": "POM_5V_IN", "in_power0_input": milliwatts} {
		if err := os.WriteFile(filepath.Join(root, rail, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	stderr = new(strings.Builder)
	return &profiling{
		models: []string{filepath.Join(dir, "glyphs/model.onnx")}, output: filepath.Join(dir, "profile.json"), root: root,
		rows: []int{1, 2}, rounds: 5, limit: time.Minute, threads: 1, provider: "cpu", span: 50 * time.Millisecond, stderr: stderr, bar: newProgress(stderr),
	}, stderr
}

// A machine that draws 5 W whatever it does makes an energy of 5 W times the time that a run took when it was metered.
func TestEnergyIsMeasured(t *testing.T) {
	dir := furnished(t)
	f, _ := metered(t, dir, "5000\n")
	var stdout strings.Builder
	if err := f.run(t.Context(), &stdout); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(stdout.String(), "\nenergy: measured by ina3221 POM_5V_IN: 5 W idle\n") {
		t.Errorf("it says\n%s", stdout.String())
	}
	p, err := profile.Read(f.output)
	if err != nil {
		t.Fatal(err)
	}
	if p.EnergySource != profile.Measured || p.IdlePower == nil || math.Abs(*p.IdlePower-5) > 1e-9 {
		t.Errorf("energy is %s, idle power %v", p.EnergySource, p.IdlePower)
	}
	sum := 0.0
	for i, s := range p.Segments {
		for n, c := range s.Rows {
			if c.Energy == nil || *c.Energy <= 0 {
				t.Errorf("segment %d, %d rows: energy %v", i+1, n, c.Energy)
			}
		}
		sum += *s.Rows[1].Energy
		if e := p.Exits[i].Energy; e == nil || math.Abs(*e-sum) > 1e-12 {
			t.Errorf("exit %d: energy %v, its segments' %v", i+1, e, sum)
		}
	}
}

// What --power says goes before a meter, and that is told.
func TestPowerThatIsToldGoesBeforeAMeter(t *testing.T) {
	f, _ := metered(t, furnished(t), "5000\n")
	f.power, f.rows = "4,8", []int{1}
	var stdout strings.Builder
	if err := f.run(t.Context(), &stdout); err != nil {
		t.Fatal(err)
	}
	const want = "\nenergy: modelled: 4 W idle, 8 W busy (--power goes before what is measured by ina3221 POM_5V_IN)\n"
	if !strings.Contains(stdout.String(), want) {
		t.Errorf("it says\n%s", stdout.String())
	}
}

// A meter that cannot be read makes energy unknown, not nothing, and the rest is measured.
func TestAMeterThatCannotBeReadLeavesEnergyUnknown(t *testing.T) {
	dir := furnished(t)
	never, _ := metered(t, dir, "much\n")
	later, stderr := metered(t, dir, "5000\n")
	if err := later.idle(t.Context()); err != nil || later.energy.source != profile.Measured {
		t.Fatalf("%+v, %v", later.energy, err)
	}
	if err := os.RemoveAll(filepath.Join(later.root, "sys")); err != nil {
		t.Fatal(err)
	}
	var stdout strings.Builder
	if err := never.run(t.Context(), &stdout); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Read(never.output)
	if err != nil {
		t.Fatal(err)
	}
	if p.IdlePower != nil || p.EnergySource != "" || p.Exits[0].Energy != nil || p.Segments[0].Rows[2].Energy != nil {
		t.Errorf("%+v", p)
	}
	if !strings.Contains(stdout.String(), "holds no number; --power IDLE,BUSY models it\n") {
		t.Errorf("it says\n%s", stdout.String())
	}
	m := modelOf(t, later)
	if all, err := later.allRuns(t.Context(), m); err != nil || all[0].energies[0] != nil || later.energy.source != "" {
		t.Errorf("%+v, %v", all, err)
	}
	if !strings.Contains(stderr.String(), "delen: warning: energy is not known: "+power.ErrNoMeter.Error()) {
		t.Errorf("it warns %q", stderr.String())
	}
}

// modelOf is what a profile is to be made of, loaded until the test is over.
func modelOf(t *testing.T, f *profiling) *onnx.Model {
	t.Helper()
	if err := openLibrary(""); err != nil {
		t.Fatal(err)
	}
	m, err := f.load()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// Numbers of rows take turns: whenever time is over, all have been measured as often.
func TestNumbersOfRowsTakeTurns(t *testing.T) {
	f, _ := metered(t, furnished(t), "5000\n")
	f.rounds, f.limit, f.energy = 1_000_000, 50*time.Millisecond, &energies{}
	m := modelOf(t, f)
	all, err := f.allRuns(t.Context(), m)
	if err != nil || len(all) != 2 || all[0].rows != 1 || all[1].rows != 2 || len(all[0].exits[3]) != len(all[1].exits[3]) {
		t.Errorf("%+v, %v", all, err)
	}
}

// Every run asks first: short ones are over before they can be ended.
func TestAnInterruptionIsNoticedBetweenShortRuns(t *testing.T) {
	f, _ := metered(t, furnished(t), "5000\n")
	m := modelOf(t, f)
	c, err := newChain(m, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.round(ctx); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := c.read(ctx, func(int, []float32) {}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Whenever it is interrupted, the files of before stay as they are, and no others are left.
func TestAnInterruptedProfileLeavesWhatWasThere(t *testing.T) {
	dir := furnished(t)
	if err := os.WriteFile(filepath.Join(dir, "profile.json"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadDir(dir)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	var stderr strings.Builder
	args := []string{"profile", filepath.Join(dir, "endless.onnx"), "-o", filepath.Join(dir, "profile.json")}
	if status := run(ctx, args, io.Discard, &stderr); status != statusInterrupted || stderr.String() != "delen: interrupted: nothing is written\n" {
		t.Errorf("status %d, %q", status, stderr.String())
	}
	if old, err := os.ReadFile(filepath.Join(dir, "profile.json")); err != nil || string(old) != "old" {
		t.Errorf("the file of before is %q, %v", old, err)
	}
	if after, _ := os.ReadDir(dir); len(after) != len(before) {
		t.Errorf("left behind: %v", after)
	}
}

func TestADisturbanceIsSeen(t *testing.T) {
	steady := func(n int, f func(i int) float64) []float64 {
		var all []float64
		for i := range n {
			all = append(all, f(i))
		}
		return all
	}
	for name, c := range map[string]struct {
		times []float64
		want  string
	}{
		"a quiet machine":      {steady(300, func(i int) float64 { return 1e-3 * (1 + .05*float64(i%3)) }), ""},
		"a few slow rounds":    {steady(300, func(i int) float64 { return 1e-3 * (1 + 9*float64(i%100/99)) }), ""},
		"something beside it":  {steady(300, func(i int) float64 { return 1e-3 * (1 + 2*float64(i%10/9)) }), "the 95th percentile of the rounds is 3 ms, 3.0 times their median"},
		"one that gets warmer": {steady(300, func(i int) float64 { return 1e-3 * (1 + .2*float64(i/200)) }), "the first third of the rounds took 1 ms, the last 1.2 ms"},
		"one that wakes up":    {steady(300, func(i int) float64 { return 1e-3 * (1.5 - .5*float64(min(1, i/100))) }), "the first third of the rounds took 1.5 ms, the last 1 ms"},
		"too few to tell":      {[]float64{1, 9, 9, 9}, ""},
	} {
		if got := disturbance(c.times); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestQuantiles(t *testing.T) {
	for _, c := range []struct {
		values    []float64
		half, top float64
	}{
		{[]float64{7}, 7, 7},
		{[]float64{2, 1}, 1, 2},
		{[]float64{3, 1, 2}, 2, 3},
	} {
		kept := slices.Clone(c.values)
		if half, top := median(c.values), p95(c.values); half != c.half || top != c.top || !slices.Equal(kept, c.values) {
			t.Errorf("%v: %v and %v", kept, half, top)
		}
	}
	var hundred []float64
	for i := range 100 {
		hundred = append(hundred, float64(100-i))
	}
	if median(hundred) != 50 || p95(hundred) != 95 {
		t.Errorf("of 1 to 100: %v and %v", median(hundred), p95(hundred))
	}
}

// Wilson's own: 8 of 10, and none of 10, as tables have them.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		fraction float64
		n        int
		want     string
	}{{.8, 10, "0.490 to 0.943"}, {0, 10, "0.000 to 0.278"}, {1, 10, "0.722 to 1.000"}, {.5, 1000, "0.469 to 0.531"}} {
		low, high := wilson(c.fraction, c.n)
		if got := fmt.Sprintf("%.3f to %.3f", low, high); got != c.want {
			t.Errorf("%v of %d: %s, want %s", c.fraction, c.n, got, c.want)
		}
	}
}

func TestProgressLine(t *testing.T) {
	for _, c := range []struct {
		done  float64
		since time.Duration
		want  string
	}{
		{0, 0, "[                        ]   0 %  8 rows"},
		{.5, 3 * time.Second, "[============            ]  50 %  8 rows, 3 s left"},
		{.25, time.Millisecond, "[======                  ]  25 %  8 rows"},
		{1.5, 10 * time.Second, "[========================] 100 %  8 rows, 0 s left"},
	} {
		if got := progressLine("8 rows", c.done, c.since); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	var out strings.Builder
	p := newProgress(&out)
	p.show("sample", " 1 of 2", .5)
	p.clear()
	if out.Len() > 0 {
		t.Errorf("what is no terminal gets %q", out.String())
	}
	p.live = true
	p.show("sample", " 1 of 2", .5)
	p.show("sample", " 2 of 2", 1) // too soon to be drawn
	p.clear()
	p.clear() // there is nothing any more
	const want = "\r\x1b[?7l[============            ]  50 %  sample 1 of 2\x1b[K\x1b[?7h\r\x1b[K"
	if out.String() != want {
		t.Errorf("a terminal gets %q, want %q", out.String(), want)
	}
}

// Labels that come as often as logits of another temperature say lead back to it, and to outcomes that say so.
func TestCalibrationFindsTheTemperature(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	wanted := []float64{heat(6), heat(heats / 2), heat(25)}
	p := &profile.Profile{Exits: make([]profile.Exit, len(wanted))}
	var c calibration
	var outcomes []profile.Outcome
	var rows [][]float32
	for range 4000 {
		for exit, temperature := range wanted {
			row := make([]float32, 5)
			for i := range row {
				row[i] = float32(rng.NormFloat64() * 2 * temperature)
			}
			label := 0
			for at, sum := rng.Float64(), 0.0; ; label++ { // by the softmax of row / temperature
				if sum += softmaxAt(row, temperature, label); at < sum || label == len(row)-1 {
					break
				}
			}
			c.add(exit, row, label, true)
			c.add(exit, row, (label+1)%len(row), false) // has no say
			rows = append(rows, row, row)
			outcomes = append(outcomes, profile.Outcome{Exit: exit + 1}, profile.Outcome{Exit: exit + 1})
		}
	}
	c.settle(p, outcomes)
	for exit, want := range wanted {
		if got := *p.Exits[exit].Temperature; got < want/1.1 || got > want*1.1 {
			t.Errorf("exit %d: temperature %g, want %g", exit+1, got, want)
		}
	}
	model := &stages.Model{Logits: true, Temperatures: p.Temperatures()}
	for n, row := range rows {
		r, err := model.Read(outcomes[n].Exit-1, row)
		if err != nil || r.Confidence != outcomes[n].Confidence {
			t.Fatalf("the outcome has confidence %g, what reads the exit %g, %v", outcomes[n].Confidence, r.Confidence, err)
		}
	}
}

// A sample that promises are tested on or accuracies are estimated by has no say in the temperatures, whatever its label.
func TestTemperaturesAreOfTheSamplesThatPointsAreFoundBy(t *testing.T) {
	dir := furnished(t)
	pictures, err := filepath.Abs("../../examples/glyphs/test")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(pictures, filepath.Join(dir, "pictures")); err != nil {
		t.Fatal(err)
	}
	labelled, err := readLabels(pictures)
	if err != nil {
		t.Fatal(err)
	}
	labelled = labelled[:60]
	labels := filepath.Join(dir, "glyphs/labels.txt")
	names := make([]string, len(labelled))
	for i, s := range labelled {
		names[i] = "pictures/" + filepath.Base(s.path)
	}
	searched := profile.Searched(names)
	temperatures := func(wrong func(i int) bool) []float64 {
		table := "file,label\n"
		for i, s := range labelled {
			if wrong(i) {
				s.label = "0"
			}
			table += names[i] + "," + s.label + "\n"
		}
		if err := os.WriteFile(filepath.Join(dir, "labels.csv"), []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
		f, _ := metered(t, dir, "5000\n")
		f.samples, f.labels, f.mean, f.std, f.calibrate, f.rows = dir, labels, []float64{0.5}, []float64{0.5}, true, []int{1}
		if err := f.run(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
		p, err := profile.Read(f.output)
		if err != nil {
			t.Fatal(err)
		}
		return p.Temperatures()
	}
	want := temperatures(func(int) bool { return false })
	if got := temperatures(func(i int) bool { return !searched[i] }); !slices.Equal(got, want) {
		t.Errorf("with wrong labels of other samples: %v, want %v", got, want)
	}
	if got := temperatures(func(i int) bool { return searched[i] }); slices.Equal(got, want) {
		t.Errorf("with wrong labels of these samples: still %v", got)
	}
}

func softmaxAt(row []float32, temperature float64, class int) float64 {
	sum := 0.0
	for _, v := range row {
		sum += math.Exp(float64(v) / temperature)
	}
	return math.Exp(float64(row[class])/temperature) / sum
}
