package actors_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"path/filepath"
	"sync"
	"testing"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/onnx"
)

// oracle knows what the whole model says of every test picture: at each exit the logits of the network up to there, run
// in one piece, and their reading.
type oracle struct {
	logits   [][4][]float32
	readings [][4]stages.Reading
}

var loadOracle = sync.OnceValues(func() (*oracle, error) {
	library, err := onnx.Library("")
	if err == nil {
		err = onnx.Open(library)
	}
	if err != nil {
		return nil, err
	}
	rows, err := loadPictures()
	if err != nil {
		return nil, err
	}
	o := &oracle{logits: make([][4][]float32, len(rows)), readings: make([][4]stages.Reading, len(rows))}
	for exit := range 4 {
		if err := o.fill(exit, rows); err != nil {
			return nil, err
		}
	}
	return o, nil
})

// fill runs the network up to one exit, as a model with that exit alone.
func (o *oracle) fill(exit int, rows [][]float32) error {
	m, err := onnx.Load(onnx.Config{Name: "whole", Files: []string{filepath.Join(glyphs, "model.onnx")}, Exits: []string{fmt.Sprintf("exit%d", exit+1)}, Logits: true})
	if err != nil {
		return err
	}
	defer m.Close()
	r, err := m.Open(0, 1)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := m.Alloc()
	if err != nil {
		return err
	}
	defer m.Free(c)
	for i, row := range rows {
		copy(c.Tensors[m.Model().Inputs[0]].Floats(), row)
		if _, err := r.Run([]*stages.Carry{c}); err != nil {
			return err
		}
		o.logits[i][exit] = append([]float32(nil), c.Tensors[m.Model().Segments[0].Exit].Floats()...)
		if o.readings[i][exit], err = stages.Read(o.logits[i][exit], true); err != nil {
			return err
		}
	}
	return nil
}

func whole(t testing.TB) *oracle {
	t.Helper()
	o, err := loadOracle()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// stopsAt is the exit, from 1, at which a criterion stops for a picture. It is not sure when a reading lies so near to what
// makes the difference that rounding decides.
func (o *oracle) stopsAt(picture int, c *criteria.Criterion) (exit int, sure bool) {
	at := func(nudge float64) int {
		agreed := 0
		for e, r := range o.readings[picture] {
			if e == 0 || r.Predicted != o.readings[picture][e-1].Predicted {
				agreed = 0
			}
			agreed++
			seen := criteria.Unknown()
			seen[criteria.Confidence], seen[criteria.Margin], seen[criteria.Entropy] = r.Confidence+nudge, r.Margin+nudge, r.Entropy-nudge
			seen[criteria.Exit], seen[criteria.Agreement] = float64(e+1), float64(agreed)
			if c.Stop(&seen) {
				return e + 1
			}
		}
		return 4
	}
	exit = at(0)
	return exit, exit == at(1e-5) && exit == at(-1e-5)
}

// check holds an answer against the whole model's.
func (o *oracle) check(t testing.TB, picture int, c *criteria.Criterion, a *client.Answer) {
	t.Helper()
	exit, sure := a.Exit, false // without a criterion any exit will do
	if c != nil {
		exit, sure = o.stopsAt(picture, c)
	}
	if a.Exit < 1 || a.Exit > 4 || sure && a.Exit != exit {
		t.Errorf("picture %d under %s: answered by exit %d, want %d", picture, c, a.Exit, exit)
		return
	}
	r := o.readings[picture][a.Exit-1]
	near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-4 }
	if a.Predicted != r.Predicted || !near(a.Confidence, r.Confidence) || !near(a.Margin, r.Margin) || !near(a.Entropy, r.Entropy) {
		t.Errorf("picture %d: got class %d, confidence %g, margin %g, entropy %g, want %+v", picture, a.Predicted, a.Confidence, a.Margin, a.Entropy, r)
	}
	if sure {
		want := wire.Reason_CRITERION
		if exit == 4 {
			want = wire.Reason_LAST_EXIT
		}
		if a.Reason != want {
			t.Errorf("picture %d: reason %s at exit %d, want %s", picture, a.Reason, a.Exit, want)
		}
	}
}

func parse(t testing.TB, source string) *criteria.Criterion {
	t.Helper()
	c, diags := criteria.Parse(source, 4, criteria.All())
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

// ask sends every so-manyth picture under a criterion, some at a time, and checks the answers.
func ask(t *testing.T, cl *client.Client, o *oracle, every int, r client.Request, c *criteria.Criterion, also func(picture int, a *client.Answer)) [5]int {
	t.Helper()
	var (
		mu    sync.Mutex
		exits [5]int
		wg    sync.WaitGroup
		turn  = make(chan int)
		ctx   = patiently(t)
	)
	for range 8 {
		wg.Go(func() {
			for i := range turn {
				mine := r
				mine.Inputs = inputs(pictures(t)[i])
				a, err := inferAdmitted(ctx, cl, mine)
				if err != nil {
					t.Errorf("picture %d for %s: %v", i, r.Tenant, err)
					continue
				}
				o.check(t, i, c, a)
				if also != nil {
					also(i, a)
				}
				mu.Lock()
				exits[min(a.Exit, 4)]++
				mu.Unlock()
			}
		})
	}
	for i := 0; i < len(pictures(t)); i += every {
		turn <- i
	}
	close(turn)
	wg.Wait()
	return exits
}

func TestEveryImageGetsTheExitAndClassOfTheWholeModel(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	cl := start(t, options{}).dial()
	var wg sync.WaitGroup
	for tenant, source := range map[string]string{"doorbell": "confidence >= 0.9", "survey": "confidence >= 0.97"} {
		wg.Go(func() {
			exits := ask(t, cl, o, trials.Pick(1, 3), client.Request{Tenant: tenant}, parse(t, source), func(picture int, a *client.Answer) {
				if a.CriterionVersion != 1 || len(a.Outputs) != 0 {
					t.Errorf("picture %d: version %d, %d outputs, want 1 and none", picture, a.CriterionVersion, len(a.Outputs))
				}
			})
			if early := exits[1] + exits[2] + exits[3]; early == 0 || exits[4] == 0 {
				t.Errorf("%s used exits %v: the pictures do not tell early from late", tenant, exits[1:])
			}
		})
	}
	wg.Wait()
}

func TestARequestsOwnCriterionReplacesTheTenants(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	cl := start(t, options{}).dial()
	for _, source := range []string{
		"exit >= 3", "margin > 0.5 && exit >= 2", "entropy < 0.3", "agreement >= 2", "true", "false",
		"[confidence >= 0.99, null, confidence > 0.5]",
	} {
		ask(t, cl, o, trials.Pick(3, 10), client.Request{Tenant: "survey", Criterion: source}, parse(t, source), func(picture int, a *client.Answer) {
			if a.CriterionVersion != 0 {
				t.Errorf("picture %d: version %d of the tenant's criterion, but the request had its own", picture, a.CriterionVersion)
			}
		})
	}
}

func TestWantedOutputsAreTheExitsLogits(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	cl := start(t, options{}).dial()
	ask(t, cl, o, trials.Pick(3, 10), client.Request{Tenant: "doorbell", WantOutputs: true}, parse(t, "confidence >= 0.9"), func(picture int, a *client.Answer) {
		if len(a.Outputs) != 1 || len(a.Outputs[0].GetData()) != 4*36 || a.Outputs[0].GetName() != fmt.Sprintf("exit%d", a.Exit) {
			t.Errorf("picture %d: outputs %v", picture, a.Outputs)
			return
		}
		for i, want := range o.logits[picture][a.Exit-1] {
			got := math.Float32frombits(binary.LittleEndian.Uint32(a.Outputs[0].GetData()[4*i:]))
			if math.Abs(float64(got-want)) > 1e-3 {
				t.Errorf("picture %d: logit %d is %g, want %g", picture, i, got, want)
				return
			}
		}
	})
}

func TestAChangedCriterionHoldsForLaterRequestsAndCounts(t *testing.T) {
	if alone(t) {
		return
	}
	o := whole(t)
	cl := start(t, options{}).dial()
	for i, source := range []string{"exit >= 2", "", "confidence >= 0.5", "[null, true, null]"} {
		version, err := cl.SetCriterion(patiently(t), "doorbell", source)
		if err != nil || version != uint64(i+2) {
			t.Fatalf("setting %q gives version %d, %v, want %d", source, version, err, i+2)
		}
		c := criteria.Never()
		if source != "" {
			c = parse(t, source)
		}
		info, err := cl.Tenant(patiently(t), "doorbell")
		if err != nil || info.GetCriterion() != c.String() || info.GetCriterionVersion() != version {
			t.Errorf("the description says %q, version %d, %v", info.GetCriterion(), info.GetCriterionVersion(), err)
		}
		ask(t, cl, o, trials.Pick(3, 10), client.Request{Tenant: "doorbell"}, c, func(picture int, a *client.Answer) {
			if a.CriterionVersion != version {
				t.Errorf("picture %d: criterion version %d, want %d", picture, a.CriterionVersion, version)
			}
		})
	}
	_, err := cl.SetCriterion(patiently(t), "doorbell", "confidence >")
	want(t, err, wire.Code_INVALID_ARGUMENT, true)
	info, err := cl.Tenant(patiently(t), "doorbell")
	if err != nil || info.GetCriterionVersion() != 5 {
		t.Errorf("a refused criterion changes the version to %d, %v", info.GetCriterionVersion(), err)
	}
	if other, err := cl.Tenant(patiently(t), "survey"); err != nil || other.GetCriterionVersion() != 1 {
		t.Errorf("the other tenant's version is %d, %v", other.GetCriterionVersion(), err)
	}
}
