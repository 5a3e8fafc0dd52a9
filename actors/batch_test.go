package actors_test

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages/profile"
)

// batching writes a profile of the glyphs model that has batches of 8 pay for every segment, and gives its path. On this
// machine they need not.
func batching(t testing.TB) string {
	t.Helper()
	p, err := profile.Read(filepath.Join(glyphs, "profile.json"))
	if err != nil {
		t.Fatal(err)
	}
	for s := range p.Segments {
		one := *p.Segments[s].Rows[1].Median
		p.Segments[s].Rows = map[int]profile.Cost{1: {Median: &one}, 8: {Median: new(4 * one)}}
	}
	p.Outcomes, p.OutcomesDigest = "", ""
	path := filepath.Join(t.TempDir(), "profile.json")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// Requests that run together are answered as if each had been alone, whoever sends them, and the faulty ones among them fail
// alone.
func TestRequestsThatRunTogetherAreAnsweredAsAlone(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	n := start(t, options{profile: batching(t), scheduler: "slots = 1\nbatch = 8"})
	cl := n.dial()
	var all sync.WaitGroup
	for worker := range 24 {
		rng := rand.New(rand.NewPCG(uint64(worker), 1))
		tenant := []string{"doorbell", "survey"}[worker%2]
		all.Go(func() {
			for range trials.Pick(20, 8) {
				if rng.IntN(10) == 0 {
					what := []int{breaks, nan}[rng.IntN(2)]
					r := client.Request{Tenant: tenant, Inputs: faulty(t, 1+rng.IntN(4), what), Criterion: "false"}
					_, err := inferAdmitted(patiently(t), cl, r)
					want(t, err, wire.Code_INTERNAL, false, map[int]string{breaks: "the run breaks", nan: "NaN"}[what])
					continue
				}
				picture := rng.IntN(300)
				a, err := inferAdmitted(patiently(t), cl, client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[picture]), WantOutputs: true})
				if err != nil {
					t.Errorf("picture %d: %v", picture, err)
					continue
				}
				if r := o.readings[picture][a.Exit-1]; a.Predicted != r.Predicted || math.Abs(a.Confidence-r.Confidence) > 1e-4 {
					t.Errorf("picture %d at exit %d: class %d with %g, want %+v", picture, a.Exit, a.Predicted, a.Confidence, r)
				}
			}
		})
	}
	all.Wait()
	healthy(t, cl)
	n.stop()
	if n.last.Logged["run.split"] == 0 {
		t.Error("no run of several failed")
	}
	if n.last.Together == 0 {
		t.Error("no two requests ran together")
	}
	t.Logf("%d requests ran together with others", n.last.Together)
	if n.last.Renewed > 0 || n.last.Carries > 0 {
		t.Errorf("%d runners were renewed, and the memory of %d tickets was not freed", n.last.Renewed, n.last.Carries)
	}
}

// A crash takes the tickets of its run with it, and nothing else: the node goes on.
func TestABatchThatCrashesLeavesTheNodeWhole(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{profile: batching(t), scheduler: "slots = 1\nbatch = 8"})
	cl := n.dial()
	var all sync.WaitGroup
	for worker := range 16 {
		all.Go(func() {
			for i := range 10 {
				r := client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[i]), Criterion: "false"}
				if worker == 0 && i%3 == 0 {
					r.Inputs = faulty(t, 2, panics)
				}
				if _, err := inferAdmitted(patiently(t), cl, r); err != nil {
					want(t, err, wire.Code_INTERNAL, false, "segment 2 of model glyphs", "the run panics")
				}
			}
		})
	}
	all.Wait()
	healthy(t, cl)
	if n.stop(); n.last.Renewed < 4 || n.last.Carries > 0 {
		t.Errorf("%d runners were renewed, and the memory of %d tickets was not freed", n.last.Renewed, n.last.Carries)
	}
}
