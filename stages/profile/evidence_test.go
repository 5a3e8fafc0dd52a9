package profile

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
)

func TestEvidenceSaysWhatIsWrong(t *testing.T) {
	right := func(sample string, exit int) Outcome { return Outcome{sample, 3, exit, 3, 0.5} }
	for _, c := range []struct {
		outcomes []Outcome
		want     string
	}{
		{nil, "there are no outcomes: no sample, no prediction; run delen profile with labelled samples"},
		{[]Outcome{right("a", 1), right("a", 2), right("b", 2)}, `sample "b" has outcomes for 1 exit of 2: every sample needs one for each exit`},
		{[]Outcome{right("a", 1), right("a", 2), right("a", 2)}, `sample "a" has 3 outcomes for 2 exits: names of samples must differ`},
		{[]Outcome{right("a", 2), right("a", 2)}, `sample "a" has two outcomes for exit 2: names of samples must differ`},
		{[]Outcome{right("a", 1), right("a", 3)}, `sample "a" has an outcome for exit 3, but the profile has 2 exits: outcomes of another profile; run delen profile again`},
		{[]Outcome{right("a", 1), {"a", 4, 2, 3, 0.5}}, `sample "a" has label 3 and at exit 2 label 4`},
		{[]Outcome{right("a", 1), {"a", 3, 2, 3, math.NaN()}}, `sample "a", exit 2: confidence NaN is not from 0 to 1`},
		{[]Outcome{right("a", 1), {"a", 3, 2, 1, 0.5}}, "exit 2 is right about 0 of the samples, but its accuracy in the profile is 1: outcomes of another profile; run delen profile again"},
		{[]Outcome{right("a", 1), right("b", 2), right("b", 1), right("a", 2)}, ""},
	} {
		p := &Profile{Exits: []Exit{{Name: "x"}, {Name: "y", Accuracy: new(0.9996)}}}
		if strings.Contains(c.want, "profile is 1:") {
			p.Exits[1].Accuracy = new(1.0)
		}
		_, err := NewEvidence(p, c.outcomes)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v, want %q", c.outcomes, err, c.want)
		}
	}
	if _, err := NewEvidence(&Profile{}, []Outcome{right("a", 1)}); err == nil {
		t.Error("a profile without exits is evidence")
	}
}

// Outcomes that have changed are another profile's, whatever they say of accuracies. A profile that is made by hand names no digest.
func TestEvidenceIsOfTheProfilesOutcomes(t *testing.T) {
	p, path := written(t)
	outcomes := []Outcome{{"s", 0, 1, 0, 0.5}, {"s", 0, 2, 0, 0.6}}
	if err := p.WriteWith(path, outcomes); err != nil {
		t.Fatal(err)
	}
	digest := p.OutcomesDigest
	outcomes[0].Confidence = 0.51
	if err := p.WriteWith(path, outcomes); err != nil {
		t.Fatal(err)
	}
	p.OutcomesDigest = digest
	_, _, err := ReadEvidence(path, p)
	if err == nil || !strings.Contains(err.Error(), "outcomes.csv: outcomes of another profile: ") || !strings.Contains(err.Error(), "run delen profile again") {
		t.Error(err)
	}
	p.OutcomesDigest = ""
	if _, _, err := ReadEvidence(path, p); err != nil {
		t.Error(err)
	}
}

func TestEvidenceKnowsWhatAllExitsHave(t *testing.T) {
	p := population{exits: 2}.profile()
	p.Exits[1].FLOPs = nil
	e, err := NewEvidence(p, population{exits: 2}.outcomes(rand.New(rand.NewPCG(1, 1)), 50))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := e.Knows(), criteria.Of(criteria.Accuracy, criteria.ResponseTime, criteria.Energy); got != want {
		t.Errorf("knows %v, want %v", got, want)
	}
	f := e.Frontier(cheap, Certainty{})
	if !math.IsNaN(f.Single[0].FLOPs) || f.Single[0].Energy != 1 || f.Single[1].ResponseP95 != 1.5*0.0023 {
		t.Errorf("a single exit is %+v", f.Single[0])
	}
}

// TestSlowSegmentsComeTogether: their percentiles are added up as far as they are known.
func TestSlowSegmentsComeTogether(t *testing.T) {
	p := population{exits: 3}.profile() // 1, 2.3 and 3.9 ms
	p.Segments = []Segment{{map[int]Cost{1: {P95: new(0.002)}}}, {map[int]Cost{1: {P95: new(0.003)}}}, {map[int]Cost{2: {P95: new(0.1)}}}}
	medians := []float64{0.001, 0.0023, 0.0039}
	if diff := cmp.Diff([]float64{0.002, 0.005, 1.5 * medians[2]}, p.slow(medians)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestWarnings(t *testing.T) {
	few := population{exits: 2}.evidence(1, 10).Warnings()
	if len(few) != 2 || !strings.HasPrefix(few[0], "10 samples are few: if all ") || !strings.HasPrefix(few[1], "all samples have label 0: ") {
		t.Errorf("of ten samples of one class: %q", few)
	}
	if e, err := shipped("glyphs"); err != nil || len(e.Warnings()) > 0 {
		t.Errorf("of a shipped model: %q, %v", e.Warnings(), err)
	}
}

// TestSamplesKeepTheirPart: it is that of the name, and the parts are as good as equal.
func TestSamplesKeepTheirPart(t *testing.T) {
	var names, others []string
	for i := range 3000 {
		names = append(names, fmt.Sprintf("%04d.png", i))
		others = append([]string{names[i]}, others...)
	}
	a, b := new(Evidence), new(Evidence)
	a.split(names)
	b.split(others)
	for i := range names {
		if a.part[i] != b.part[len(names)-1-i] {
			t.Fatalf("%s is in parts %d and %d", names[i], a.part[i], b.part[len(names)-1-i])
		}
	}
	for part, n := range a.sizes {
		if n < 900 || n > 1100 {
			t.Errorf("part %d has %d of 3000", part, n)
		}
	}
}

// TestSearchedAreTheSamplesThatPointsAreFoundBy: those of the first part, or all where a part would have none.
func TestSearchedAreTheSamplesThatPointsAreFoundBy(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprintf("%04d.png", i))
	}
	e := new(Evidence)
	e.split(names)
	for i, searched := range Searched(names) {
		if searched != (e.part[i] == search) {
			t.Errorf("%s of part %d: %v", names[i], e.part[i], searched)
		}
	}
	if diff := cmp.Diff([]bool{true, true}, Searched(names[:2])); diff != "" {
		t.Errorf("of two (-want +got):\n%s", diff)
	}
}
