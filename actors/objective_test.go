package actors_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/examples"
)

// wanting are a tenant with an objective, one with an objective that cannot be met, and one that states a criterion.
const wanting = `
tenant "doorbell" {
  objective {
    minimize = energy
    where    = accuracy >= 0.9
  }
  queue = 1024
}

tenant "dreamer" {
  objective {
    maximize = accuracy
    where    = energy <= 1*uJ
  }
}

tenant "survey" {
  exit_when = confidence >= 0.97
  queue     = 1024
}
`

func profiled(t *testing.T, tenants string) options {
	t.Helper()
	return options{profile: filepath.Join(examples.Folder(t), "glyphs", "profile.json"), tenants: tenants}
}

// fine sets an objective that the node must take.
func fine(t *testing.T, cl *client.Client, tenant string, o client.Objective) *wire.ObjectiveSet {
	t.Helper()
	for {
		set, err := cl.SetObjective(patiently(t), tenant, o)
		var no *client.Error
		switch {
		case err == nil:
			return set
		case errors.As(err, &no) && no.RetryAfter > 0: // the tenant rests from the last one
			<-time.After(no.RetryAfter) // as long as the node says
		default:
			t.Fatal(err)
		}
	}
}

// askPlanned asks under the criterion that an objective has led to. The plan may have led it further meanwhile: of answers
// under a later version it is not known when they had to stop, and there are none under an earlier.
func askPlanned(t *testing.T, cl *client.Client, tenant string, every int, criterion string, version uint64) [5]int {
	t.Helper()
	o, c := whole(t), parse(t, criterion)
	return ask(t, cl, o, every, client.Request{Tenant: tenant}, nil, func(picture int, a *client.Answer) {
		switch {
		case a.CriterionVersion == version:
			o.check(t, picture, c, a)
		case a.CriterionVersion < version:
			t.Errorf("picture %d was answered under version %d, after version %d was told", picture, a.CriterionVersion, version)
		}
	})
}

// An objective leads to thresholds, requests stop by them, and what they are predicted to bring is told.
func TestAnObjectiveFindsItsCriterion(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	info, err := cl.Tenant(patiently(t), "doorbell")
	if err != nil {
		t.Fatal(err)
	}
	p := info.GetPoint()
	if info.GetObjective() != "minimize energy where accuracy >= 0.9" || info.GetAdapt() != "pareto" || len(info.GetUnmet()) != 0 {
		t.Errorf("the tenant is described as %v", info)
	}
	if len(p.GetThresholds()) != 3 || len(p.GetExitShare()) != 4 || !(p.GetAccuracyLow() >= 0.9 && p.GetAccuracy() >= p.GetAccuracyLow()) {
		t.Errorf("the point is %v", p)
	}
	exits := askPlanned(t, cl, "doorbell", 1, info.GetCriterion(), info.GetCriterionVersion())
	for i, share := range p.GetExitShare() {
		// Of 300 pictures, four standard deviations.
		if got, most := float64(exits[i+1])/300, 4*math.Sqrt(0.25/300); math.Abs(got-share) > most {
			t.Errorf("exit %d answers %.3f of the pictures, promised were %.3f", i+1, got, share)
		}
	}
}

func TestAnObjectiveThatCannotBeMetGetsTheNearestPoint(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	info, err := cl.Tenant(patiently(t), "dreamer")
	if err != nil || len(info.GetUnmet()) != 1 || info.GetUnmet()[0] != "energy <= 1*uJ" {
		t.Fatalf("unmet are %q, %v", info.GetUnmet(), err)
	}
	a, err := cl.Infer(patiently(t), client.Request{Tenant: "dreamer", Inputs: inputs(pictures(t)[0])})
	if err != nil || a.Exit != 1 {
		t.Errorf("the answer is %+v, %v, want one of the cheapest exit", a, err)
	}
}

// A new objective takes effect at once, also for those that were admitted before; a criterion ends it.
func TestAnAppChangesTheObjective(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	version := uint64(1)
	for _, want := range []client.Objective{
		{Maximize: "accuracy"},
		{Minimize: "response_time", Where: "accuracy >= 0.85"},
		{Minimize: "energy", Where: "accuracy >= 0.9", Adapt: "per-workload"},
		{Maximize: "accuracy", Where: "energy <= 12*mJ && response_time <= 1*s"},
		{Maximize: "accuracy", Adapt: "full"},
	} {
		set := fine(t, cl, "survey", want)
		if set.GetVersion() <= version || len(set.GetUnmet()) != 0 || len(set.GetPoint().GetExitShare()) != 4 {
			t.Errorf("%+v is answered by %v, want a version above %d", want, set, version)
		}
		version = set.GetVersion()
		info, err := cl.Tenant(patiently(t), "survey")
		if err != nil || info.GetObjective() != set.GetObjective() || info.GetCriterionVersion() < version ||
			info.GetCriterionVersion() == version && (info.GetCriterion() != set.GetCriterion() || !proto.Equal(info.GetPoint(), set.GetPoint())) {
			t.Errorf("the tenant is described as %v, %v, want as in %v", info, err, set)
		}
		exits := askPlanned(t, cl, "survey", 3, set.GetCriterion(), version)
		if want.Adapt == "full" && exits[4] != 100 {
			t.Errorf("the exits that answer are %v", exits)
		}
	}
	if _, err := cl.SetCriterion(patiently(t), "survey", "exit >= 2"); err != nil {
		t.Fatal(err)
	}
	info, err := cl.Tenant(patiently(t), "survey")
	if err != nil || info.GetObjective() != "" || info.GetAdapt() != "none" || info.GetPoint() != nil || info.GetCriterion() != "exit >= 2" {
		t.Errorf("after a criterion the tenant is described as %v, %v", info, err)
	}
	ask(t, cl, whole(t), 5, client.Request{Tenant: "survey"}, parse(t, "exit >= 2"), nil)
}

func TestObjectivesThatMakeNoSenseAreRefused(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	for _, c := range []struct {
		objective client.Objective
		words     string
	}{
		{client.Objective{}, "maximize"},
		{client.Objective{Maximize: "accuracy", Minimize: "energy"}, "minimize"},
		{client.Objective{Maximize: "energy"}, "minimize = energy"},
		{client.Objective{Maximize: "accuracy", Where: "energy <= 80"}, "mJ"},
		{client.Objective{Maximize: "accuracy", Where: "confidence >= 0.9"}, "confidence"},
		{client.Objective{Maximize: "accuracy", Where: strings.Repeat("(", 5000)}, "4096"},
		{client.Objective{Maximize: "accuracy", Adapt: "wildly"}, `"pareto", "per-workload" or "full"`},
	} {
		_, err := cl.SetObjective(patiently(t), "survey", c.objective)
		want(t, err, wire.Code_INVALID_ARGUMENT, true, c.words)
	}
	if info, err := cl.Tenant(patiently(t), "survey"); err != nil || info.GetCriterionVersion() != 1 || info.GetCriterion() != "confidence >= 0.97" {
		t.Errorf("the tenant is described as %v, %v", info, err)
	}
}

// Without a profile there is nothing to predict from, and the node says what to do.
func TestAnObjectiveNeedsOutcomes(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, options{}).dial()
	_, err := cl.SetObjective(patiently(t), "survey", client.Objective{Maximize: "accuracy"})
	want(t, err, wire.Code_FAILED_PRECONDITION, true, "delen profile --samples")
	_, err = cl.Infer(patiently(t), client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[0]), Bounds: []*wire.Bound{most("energy", 1)}})
	want(t, err, wire.Code_FAILED_PRECONDITION, true, "delen profile --samples")
}

func most(metric string, v float64) *wire.Bound  { return &wire.Bound{Metric: metric, Max: &v} }
func least(metric string, v float64) *wire.Bound { return &wire.Bound{Metric: metric, Min: &v} }

// A request's bounds take the place of the objective's on the same metrics, for this request alone.
func TestARequestBringsBounds(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	for _, c := range []struct {
		tenant string
		bounds []*wire.Bound
		check  func(a *client.Answer) bool
	}{
		{"doorbell", []*wire.Bound{most("energy", 7e-3)}, func(a *client.Answer) bool { return a.Exit == 1 && a.Energy <= 7e-3 }},
		{"survey", []*wire.Bound{most("energy", 13e-3)}, func(a *client.Answer) bool { return a.Exit <= 2 && a.Energy <= 13e-3 && len(a.Unmet) == 0 }},
		{"survey", []*wire.Bound{most("flops", 1e15)}, func(a *client.Answer) bool { return a.Exit >= 1 && len(a.Unmet) == 0 }},
		{"survey", []*wire.Bound{least("accuracy", 1)}, func(a *client.Answer) bool { return len(a.Unmet) == 1 && a.Unmet[0] == "accuracy >= 1" }},
		{"survey", []*wire.Bound{most("response_time", 1e-6)}, func(a *client.Answer) bool { return a.Exit == 1 && len(a.Unmet) == 1 }},
	} {
		for picture := range 20 {
			a, err := cl.Infer(patiently(t), client.Request{Tenant: c.tenant, Inputs: inputs(pictures(t)[picture]), Bounds: c.bounds})
			if err != nil || !c.check(a) || a.CriterionVersion != 0 {
				t.Errorf("%s with %v: picture %d gets %+v, %v", c.tenant, c.bounds, picture, a, err)
			}
		}
	}
	for _, c := range []struct {
		bounds []*wire.Bound
		words  string
	}{
		{[]*wire.Bound{most("confidence", 1)}, "accuracy, response_time, energy and flops"},
		{[]*wire.Bound{most("hope", 1)}, "hope"},
		{[]*wire.Bound{most("accuracy", 1)}, "no greatest"},
		{[]*wire.Bound{least("accuracy", 90)}, "fraction"},
		{[]*wire.Bound{{Metric: "energy"}}, "greatest value"},
		{[]*wire.Bound{most("energy", math.NaN())}, "greatest value"},
		{[]*wire.Bound{most("energy", -1)}, "greatest value"},
		{[]*wire.Bound{most("energy", 1), most("energy", 2)}, "twice"},
		{[]*wire.Bound{most("flops", 1), most("computation", 2)}, "twice"},
	} {
		_, err := cl.Infer(patiently(t), client.Request{Tenant: "survey", Inputs: inputs(pictures(t)[0]), Bounds: c.bounds})
		want(t, err, wire.Code_INVALID_ARGUMENT, true, c.words)
	}
	_, err := cl.Infer(patiently(t), client.Request{
		Tenant: "survey", Inputs: inputs(pictures(t)[0]), Bounds: []*wire.Bound{most("energy", 1)}, Criterion: "exit >= 2",
	})
	want(t, err, wire.Code_INVALID_ARGUMENT, true, "leave one of them out")
}

// As for a criterion: an objective that an app has set is the app's, until the operator states another one.
func TestAReloadKeepsAnAppsObjectiveUnlessItHasAnother(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, profiled(t, wanting))
	cl := n.dial()
	set := fine(t, cl, "doorbell", client.Objective{Minimize: "flops", Where: "accuracy >= 0.8"})
	for _, c := range []struct{ edit, want, adapt string }{
		{strings.Replace(wanting, "queue = 1024", "queue = 1023", 1), set.GetObjective(), "pareto"},
		{strings.Replace(wanting, "accuracy >= 0.9\n", "accuracy >= 0.85\n", 1), "minimize energy where accuracy >= 0.85", "pareto"},
		{strings.Replace(wanting, "  queue = 1024", "  adapt = \"per-workload\"", 1), "minimize energy where accuracy >= 0.9", "per-workload"},
		{usual, "", "none"},
		{wanting, "minimize energy where accuracy >= 0.9", "pareto"},
	} {
		if e := n.reload(c.edit); e != "" {
			t.Fatal(e)
		}
		info, err := cl.Tenant(patiently(t), "doorbell")
		if err != nil || info.GetObjective() != c.want || info.GetAdapt() != c.adapt || (info.GetPoint() == nil) != (c.want == "") {
			t.Errorf("the tenant is described as %v, %v, want %q", info, err, c.want)
		}
		askPlanned(t, cl, "doorbell", 10, info.GetCriterion(), info.GetCriterionVersion())
	}
}

// What the point promises goes along with what is measured of it.
func TestAWatchTellsThePromise(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	for r, err := range cl.Watch(patiently(t), "doorbell", 20*time.Millisecond) {
		if err != nil {
			t.Fatal(err)
		}
		info, err := cl.Tenant(patiently(t), "doorbell")
		if err != nil || r.GetPoint() == nil || !proto.Equal(r.GetPoint(), info.GetPoint()) {
			t.Errorf("the report says %v, the tenant %v, %v", r.GetPoint(), info.GetPoint(), err)
		}
		break
	}
}

// However orders overtake each other, every one is answered, and what is in force is the one with the last version.
func TestOrdersThatOvertakeEachOther(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	type order struct {
		version   uint64
		criterion string
		err       error
	}
	orders := make(chan order)
	const each = 20
	for i := range each {
		go func() {
			set, err := cl.SetObjective(patiently(t), "survey", client.Objective{Minimize: "energy", Where: fmt.Sprintf("accuracy >= 0.%d", 70+i)})
			orders <- order{set.GetVersion(), set.GetCriterion(), err}
		}()
		go func() {
			criterion := fmt.Sprintf("confidence >= 0.%d", 70+i)
			version, err := cl.SetCriterion(patiently(t), "survey", criterion)
			orders <- order{version, criterion, err}
		}()
	}
	var last order
	for range 2 * each {
		o := <-orders
		if o.err != nil {
			var no *client.Error
			if !errors.As(o.err, &no) || !strings.Contains(no.Message, "set yours again") {
				t.Error(o.err)
			}
			continue
		}
		if o.version > last.version {
			last = o
		}
	}
	info, err := cl.Tenant(patiently(t), "survey")
	if err != nil || info.GetCriterionVersion() != last.version || parse(t, info.GetCriterion()).String() != parse(t, last.criterion).String() {
		t.Errorf("in force is %q, version %d, %v; the last order was %+v", info.GetCriterion(), info.GetCriterionVersion(), err, last)
	}
}

// A criterion that replaces an objective is what bounds of single requests start from at once.
func TestBoundsFollowTheTenantsTerms(t *testing.T) {
	if alone(t) {
		return
	}
	cl := start(t, profiled(t, wanting)).dial()
	fine(t, cl, "doorbell", client.Objective{Minimize: "energy"})
	cheap := client.Request{Tenant: "doorbell", Inputs: inputs(pictures(t)[0]), Bounds: []*wire.Bound{most("energy", 1)}}
	if a, err := cl.Infer(patiently(t), cheap); err != nil || a.Exit != 1 {
		t.Fatalf("to minimize energy gives %+v, %v", a, err)
	}
	if _, err := cl.SetCriterion(patiently(t), "doorbell", ""); err != nil {
		t.Fatal(err)
	}
	deeper := 0
	for picture := range 50 {
		cheap.Inputs = inputs(pictures(t)[picture])
		a, err := cl.Infer(patiently(t), cheap)
		if err != nil {
			t.Fatal(err)
		}
		deeper += a.Exit - 1
	}
	if deeper == 0 {
		t.Error("without an objective a request with room for the best answer gets the cheapest")
	}
}

// An order whose tenant goes while its goal is sought is answered, like everything that an app sends.
func TestAnOrderIsAnsweredWhateverHappens(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, profiled(t, wanting))
	cl := n.dial()
	without := wanting[:strings.Index(wanting, `tenant "survey"`)]
	for i := range 3 { // a search takes seconds in a race build
		answered := make(chan error, 1)
		go func() {
			// Every time another bound, which takes another search.
			_, err := cl.SetObjective(patiently(t), "survey", client.Objective{Maximize: "accuracy", Where: fmt.Sprintf("energy <= %d*mJ && flops <= 1*GFLOPs", 8+i)})
			answered <- err
		}()
		if e := n.reload(without); e != "" {
			t.Fatal(e)
		}
		var no *client.Error
		if err := <-answered; err != nil && !errors.As(err, &no) {
			t.Errorf("an order to a tenant that is removed ends with %v", err)
		}
		if e := n.reload(wanting); e != "" {
			t.Fatal(e)
		}
	}
}

// No answer is better than a wrong one, where the configuration says so: as long as the bound is not kept.
func TestABoundRefusesUntilItIsKept(t *testing.T) {
	if alone(t) {
		return
	}
	const demanding = "tenant \"doorbell\" {\n objective {\n minimize = energy\n where = accuracy >= %s\n unmet = \"refuse\"\n }\n}\ntenant \"survey\" {}"
	n := start(t, profiled(t, fmt.Sprintf(demanding, "0.999")))
	cl := n.dial()
	n.logs("objective.refusing", 1)
	ask := func(r client.Request) error {
		r.Tenant, r.Inputs = "doorbell", inputs(pictures(t)[0])
		_, err := cl.Infer(patiently(t), r)
		return err
	}
	want(t, ask(client.Request{}), wire.Code_FAILED_PRECONDITION, true, "accuracy >= 0.999", "certain of an accuracy of 0.9")
	want(t, ask(client.Request{Bounds: []*wire.Bound{client.AtMost("energy", 1)}}), wire.Code_FAILED_PRECONDITION, true, "accuracy >= 0.999")
	for _, r := range []client.Request{{Criterion: "exit >= 1"}, {Bounds: []*wire.Bound{client.AtLeast("accuracy", 0.8)}}} { // terms of their own
		if err := ask(r); err != nil {
			t.Error(err)
		}
	}
	if e := n.reload(fmt.Sprintf(demanding, "0.8")); e != "" {
		t.Fatal(e)
	}
	n.logs("objective.answering", 1)
	if err := ask(client.Request{}); err != nil {
		t.Error(err)
	}
}
