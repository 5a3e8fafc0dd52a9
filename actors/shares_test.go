package actors_test

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/internal/examples"
	"github.com/delen-edge/delen/stages/profile"
)

// BenchmarkShares keeps two tenants with shares of 60 and 40 % busy and looks, in windows of a second, how far the part of
// the first is from its share, in percentage points: by what its answers were charged for, and by the work of the requests
// that were answered, which is what the same request takes when its tenant is alone. All go to the last exit. The goal is 2
// points.
//
// The first reads characters in four segments. The second does too, or it hears: in one long segment, or in four that draw
// twice the power, which counts when fairness says so. Two networks that suffer differently from each other differ in work
// by that.
func BenchmarkShares(b *testing.B) {
	for _, c := range []struct {
		name, scheduler, second string // the second's model
		exits                   string // of that model, in its block
		hungry                  float64
		time                    float64 // that shares are parts of, against energy
	}{
		{"one-slot", "slots = 1", "glyphs", "", 1, 1},
		{"two-slots", "slots = 2", "glyphs", "", 1, 1},
		{"long-segments", "slots = 2", "speech", `exits = ["exit4"]`, 1, 1},
		{"energy", "slots = 2\nfairness = \"energy\"", "speech", "", 2, 0},
		{"hybrid", "slots = 2\nhybrid = 0.5", "speech", "", 2, .5},
	} {
		b.Run(c.name, func(b *testing.B) {
			seen, heard := hungry(b, "glyphs", 1), hungry(b, "speech", c.hungry)
			o := options{scheduler: c.scheduler, tenants: fmt.Sprintf(`
tenant "first" {
	model = "glyphs"
	share = 60
	queue = %[2]d
}
tenant "second" {
	model = %[1]q
	share = 40
	queue = %[2]d
}
`, c.second, backlog)}
			if c.time < 1 {
				o.profile = written(b, seen)
				c.exits = fmt.Sprintf("profile = %q", written(b, heard))
			}
			first, second := contender{tenant: "first", profile: seen}, contender{tenant: "second", profile: seen}
			if c.second == "speech" {
				o.tenants += fmt.Sprintf("model \"speech\" {\npath = %q\n%s\n}\n", filepath.Join(examples.Folder(b), "speech", "model.onnx"), c.exits)
				second.profile = heard
			}
			n := start(b, o)
			most := max(power(first.profile), power(second.profile))
			for _, who := range []*contender{&first, &second} {
				who.price = c.time + (1-c.time)*power(who.profile)/most
				who.work = 1
				if c.second != "glyphs" {
					who.work = solo(b, n, who)
				}
			}
			for _, who := range []*contender{&first, &second} {
				who.flooder = busyOn(b, n, who)
			}
			compete(b, &first, &second, .6)
		})
	}
}

// contender is a tenant that is always busy.
type contender struct {
	tenant  string
	profile *profile.Profile
	price   float64 // of a second that its segments run
	work    float64 // of a request, in any unit that both have
	flooder *flooder
}

// solo is what a request of a contender costs while nobody else has any.
func solo(b *testing.B, n *child, who *contender) float64 {
	b.Helper()
	f := busyOn(b, n, who)
	time.Sleep(time.Second / 2)
	before := f.sofar()
	time.Sleep(time.Second)
	e := f.sofar().minus(before)
	f.rest()
	f.settle()
	return e.Busy / float64(e.Answered) * who.price
}

// compete reports how far the first of two is from its share.
func compete(b *testing.B, first, second *contender, share float64) {
	const windows = 12
	var byWork, byCharge []float64
	time.Sleep(time.Second)
	for range windows {
		a, c := first.flooder.sofar(), second.flooder.sofar()
		time.Sleep(time.Second)
		a, c = first.flooder.sofar().minus(a), second.flooder.sofar().minus(c)
		off := func(mine, theirs float64) float64 { return 100 * math.Abs(mine/(mine+theirs)-share) }
		byWork = append(byWork, off(float64(a.Answered)*first.work, float64(c.Answered)*second.work))
		byCharge = append(byCharge, off(a.Busy*first.price, c.Busy*second.price))
	}
	for _, who := range []*contender{first, second} {
		who.flooder.rest()
		who.flooder.settle()
	}
	slices.Sort(byWork)
	slices.Sort(byCharge)
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(byWork[windows/2], "work-points")
	b.ReportMetric(byWork[windows-1], "work-max-points")
	b.ReportMetric(byCharge[windows/2], "charge-points")
	b.ReportMetric(byCharge[windows-1], "charge-max-points")
}

// backlog is how many requests of a contender are in the house: enough that it has some when the sender has to wait for the
// processor.
const backlog = 256

// busyOn keeps the house full of a contender's requests.
func busyOn(b *testing.B, n *child, who *contender) *flooder {
	b.Helper()
	input := inputs(pictures(b)[0])[0]
	if who.profile.Model == "speech" {
		input = client.Float32s("", []int64{1, 16000}, make([]float32, 16000))
	}
	f := newFlooder(b, n.address, who.tenant, input)
	f.run(math.MaxInt, 1, f.upTo(backlog))
	return f
}

// minus is what has come since.
func (e ends) minus(before ends) ends {
	e.Answered -= before.Answered
	e.Busy -= before.Busy
	return e
}

// hungry is the profile of an example whose network draws so many times the power.
func hungry(b *testing.B, model string, times float64) *profile.Profile {
	b.Helper()
	p, err := profile.Read(filepath.Join(examples.Folder(b), model, "profile.json"))
	if err != nil {
		b.Fatal(err)
	}
	for i := range p.Exits {
		e := &p.Exits[i]
		idle := *p.IdlePower * *e.ResponseTime
		*e.Energy = idle + times*(*e.Energy-idle)
	}
	p.Segments = nil // their energies are others, and every run is for one
	return p
}

// power is what a network draws beyond idle, on average.
func power(p *profile.Profile) float64 {
	last := p.Exits[len(p.Exits)-1]
	return *last.Energy / *last.ResponseTime - *p.IdlePower
}

// written is the path of a profile without outcomes, which nobody asks for here.
func written(b *testing.B, p *profile.Profile) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "profile.json")
	p.Outcomes, p.OutcomesDigest = "", ""
	if err := p.Write(path); err != nil {
		b.Fatal(err)
	}
	return path
}
