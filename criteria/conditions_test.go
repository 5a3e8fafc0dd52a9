package criteria_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
)

func TestConditionFilesBecomeCriteria(t *testing.T) {
	for _, c := range []struct {
		file  string
		exits int
		want  string
	}{
		{`[{"metric": "response_time", "op": "greater", "threshold": 0.02}]`, 0, "response_time > 20*ms"},
		{`[{"metric": "energy", "op": "greater_eq", "threshold": 45.99}]`, 0, "energy >= 45.99*mJ"},
		{`[{"metric": "computation", "op": "less", "threshold": 0.813}]`, 0, "flops < 813*MFLOPs"},
		{`[{"metric": "confidence", "op": "less_eq", "threshold": 9e-1 }]`, 0, "confidence <= 0.9"},
		{`[{"metric": "accuracy", "op": "equal", "threshold": 0.7675}]`, 0, "accuracy == 0.7675"},

		// Exits count from 0 there, and from 1 here.
		{`[{"metric": "exit", "op": "greater", "threshold": 1}]`, 0, "exit > 2"},
		{`[{"metric": "exit", "op": "equal", "threshold": 0}]`, 0, "exit == 1"},
		{`[{"metric": "exit", "op": "less", "threshold": -0.0}]`, 0, "exit < 1"},
		{`[{"metric": "exit", "op": "less_eq", "threshold": 1.5}]`, 0, "exit <= 2.5"},

		// Never is said in three ways.
		{`[null]`, 0, "false"},
		{`[{"metric": null, "op": "less", "threshold": 1}]`, 0, "false"},
		{`[{"metric": "exit", "op": null}]`, 0, "false"},
		{`[null, {"metric": "confidence", "op": "greater", "threshold": 0.5}]`, 0, "[false, confidence > 0.5]"},

		// Rules that are all the same become one, but only if they are the same for every exit that may ask.
		{sure + ", " + sure + ", " + sure, 0, "confidence >= 0.9"},
		{sure + ", " + sure + ", null", 0, "[confidence >= 0.9, confidence >= 0.9, false]"},
		{sure + ", " + sure + ", null", 3, "confidence >= 0.9"},
		{sure + ", " + sure + ", null", 4, "[confidence >= 0.9, confidence >= 0.9, false]"},
		{sure + ", " + late + ", " + sure, 3, "[confidence >= 0.9, response_time > 35*ms]"},
		{sure + ", " + late, 3, "[confidence >= 0.9, response_time > 35*ms]"},
		{sure, 1, "false"}, // the only exit always answers
		{``, 1, "false"},
	} {
		file := c.file
		if !strings.HasPrefix(file, "[") {
			file = "[" + file + "]"
		}
		got, err := criteria.ImportConditions([]byte(file), c.exits)
		if err != nil || got.String() != c.want {
			t.Errorf("%s for %d exits: got %v, %v; want %s", file, c.exits, got, err, c.want)
		}
	}
}

const (
	sure = `{"metric": "confidence", "op": "greater_eq", "threshold": 0.9}`
	late = `{"metric": "response_time", "op": "greater", "threshold": 0.035}`
)

func TestBadConditionFilesSayWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		file  string
		exits int
		want  string // all of the error
	}{
		{`{"metric": "exit"}`, 0, "the file is a JSON object: write a list, [ ], with one element per exit"},
		{`[]`, 0, "the list is empty: write one element per exit, null for one that never stops"},
		{`null`, 0, "the list is empty: write one element per exit, null for one that never stops"},
		{`[null, null]`, 4, "the list has 2 elements, the model 4 exits: write one element per exit, null for one that never stops; the last may be left out"},
		{`[0.9]`, 0, `element 1: this is a number: write {"metric": "confidence", "op": "greater_eq", "threshold": 0.9}, or null for never`},
		{`[null, {"metric": "latency", "op": "less", "threshold": 1}]`, 0,
			`element 2: there is no metric "latency": it is one of accuracy, computation, confidence, energy, exit, response_time`},
		{`[{"metric": "confidense", "op": "less", "threshold": 1}]`, 0,
			`element 1: there is no metric "confidense" (did you mean "confidence"?): it is one of accuracy, computation, confidence, energy, exit, response_time`},
		{`[{"metric": "exit", "op": "great", "threshold": 1}]`, 0,
			`element 1: there is no op "great": it is one of equal, greater, greater_eq, less, less_eq`},
		{`[{"metric": "exit", "op": ">", "threshold": 1}]`, 0,
			`element 1: there is no op ">": it is one of equal, greater, greater_eq, less, less_eq`},
		{`[{"metric": "exit", "op": "less", "treshold": 1}]`, 0,
			`element 1: there is no field "treshold" (did you mean "threshold"?): it is one of metric, op, threshold`},
		{`[{}]`, 0, "element 1: metric is missing: write one of accuracy, computation, confidence, energy, exit, response_time, or null for never"},
		{`[{"metric": "exit", "threshold": 1}]`, 0, "element 1: op is missing: write one of equal, greater, greater_eq, less, less_eq, or null for never"},
		{`[{"metric": 1, "op": "less", "threshold": 1}]`, 0,
			"element 1: metric is a number: write one of accuracy, computation, confidence, energy, exit, response_time in quotes, or null for never"},
		{`[{"metric": "exit", "op": "less"}]`, 0, "element 1: threshold is missing: write a number"},
		{`[{"metric": "exit", "op": "less", "threshold": "1"}]`, 0, "element 1: threshold is a string: write a number, without quotes"},
		{`[{"metric": "exit", "op": "less", "threshold": null}]`, 0, "element 1: threshold is null: write a number, without quotes"},
		{`[{"metric": "energy", "op": "less", "threshold": -1}]`, 0, "element 1: threshold -1 is negative, which energy never is: write 0 or more"},
		{`[{"metric": "energy", "op": "less", "threshold": 1e400}]`, 0, "element 1: threshold 1e400 is too large for a 64-bit floating-point number"},
		{`[{"metric": "confidence", "op": "less", "threshold": 90}]`, 0,
			"element 1: threshold 90: confidence is a fraction between 0 and 1; did you mean 0.9?"},
		{`[{"metric": "accuracy", "op": "less", "threshold": 101}]`, 0, "element 1: threshold 101: accuracy is a fraction between 0 and 1"},
		// All at once.
		{`[{"metric": "exit", "op": "less"}, null, 7]`, 3,
			"element 1: threshold is missing: write a number\nelement 3: this is a number: write" +
				` {"metric": "confidence", "op": "greater_eq", "threshold": 0.9}, or null for never`},
	} {
		got, err := criteria.ImportConditions([]byte(c.file), c.exits)
		if got != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s for %d exits: got %v,\n     %v\nwant %s", c.file, c.exits, got, err, c.want)
		}
	}
}

func TestWhatIsNoJSONKeepsItsPlace(t *testing.T) {
	_, err := criteria.ImportConditions([]byte(`[{"threshold": .9}]`), 0)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) || syntax.Offset != 16 {
		t.Errorf("got %#v, want a syntax error at 16", err)
	}
}

// A rule is an element of a condition file as the original system understands it.
type rule struct{ metric, op, threshold string }

func (r rule) String() string {
	if r.op == "" {
		return "null"
	}
	return fmt.Sprintf(`{"metric": %q, "op": %q, "threshold": %s}`, r.metric, r.op, r.threshold)
}

// limit is the threshold in our unit, by rational arithmetic.
func (r rule) limit() float64 {
	f, ok := new(big.Rat).SetString(r.threshold)
	if !ok {
		panic(r.threshold)
	}
	switch r.metric {
	case "energy":
		f.Quo(f, big.NewRat(1000, 1))
	case "computation":
		f.Mul(f, big.NewRat(1_000_000_000, 1))
	}
	limit, _ := f.Float64()
	return limit
}

// stops is the oracle: what the original decides for an exit that it counts from 0, and a value in its metric.
func (r rule) stops(value float64) bool {
	switch r.op {
	case "less":
		return value < r.limit()
	case "less_eq":
		return value <= r.limit()
	case "equal":
		return value == r.limit()
	case "greater":
		return value > r.limit()
	case "greater_eq":
		return value >= r.limit()
	}
	return false
}

var imported = map[string]criteria.Metric{
	"response_time": criteria.ResponseTime, "confidence": criteria.Confidence, "accuracy": criteria.Accuracy,
	"energy": criteria.Energy, "computation": criteria.FLOPs,
}

func (g generator) rule() rule {
	if g.IntN(6) == 0 {
		return rule{}
	}
	r := rule{
		metric: g.pick("response_time", "confidence", "accuracy", "energy", "computation", "exit"),
		op:     g.pick("less", "less_eq", "equal", "greater", "greater_eq"),
	}
	switch r.metric {
	case "confidence", "accuracy":
		r.threshold = g.pick("0", "1", "1e-1", fmt.Sprintf("0.%04d", g.IntN(10000)))
	case "exit":
		r.threshold = g.pick("0", "1", "2", "3", "1.5")
	default:
		r.threshold = g.pick("0", "45.99", "2.5E+2", fmt.Sprintf("%d.%03d", g.IntN(300), g.IntN(1000)))
	}
	return r
}

// at returns an observation at an exit, counted from 1, and the value in the rule's metric that the original sees. It is
// often the very limit or next to it.
func (g generator) at(exit int, r rule) (*criteria.Observation, float64) {
	o := criteria.Unknown()
	o[criteria.Exit] = float64(exit)
	m, ok := imported[r.metric] // neither exit nor never
	if !ok {
		return &o, float64(exit - 1)
	}
	o[m] = r.limit()
	switch g.IntN(4) {
	case 0:
		o[m] = math.Nextafter(o[m], 0)
	case 1:
		o[m] = math.Nextafter(o[m], math.Inf(1))
	case 2:
		o[m] *= 2 * g.Float64()
	}
	return &o, o[m]
}

func TestImportedCriteriaDecideAsTheOriginal(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(5, 6))}
	stops := 0
	files := trials.Pick(3000, 400)
	for range files {
		rules := make([]rule, 1+g.IntN(5))
		elements := make([]string, len(rules))
		for i := range rules {
			rules[i] = g.rule()
			if i > 0 && g.IntN(2) == 0 {
				rules[i] = rules[0]
			}
			elements[i] = rules[i].String()
		}
		exits := []int{0, len(rules), len(rules) + 1}[g.IntN(3)]
		file := "[" + strings.Join(elements, ", ") + "]"
		c, err := criteria.ImportConditions([]byte(file), exits)
		if err != nil {
			t.Fatalf("%s for %d exits: %v", file, exits, err)
		}
		for i, r := range rules {
			if i+1 == exits {
				continue // the last exit answers whatever the criterion says
			}
			o, value := g.at(i+1, r)
			want := r.stops(value)
			if want {
				stops++
			}
			if got := c.Stop(o); got != want {
				t.Fatalf("%s as %s: Stop at exit %d with %v is %v, the original says %v", file, c, i+1, value, got, want)
			}
		}
	}
	if stops < files/2 {
		t.Errorf("only %d stops in %d files: the generator is lopsided", stops, files)
	}
}

func FuzzImportConditions(f *testing.F) {
	f.Add(`[{"metric": "response_time", "op": "greater", "threshold": 0.02}, null]`, 0)
	f.Add(`[{"metric": "energy", "op": "less_eq", "threshold": 45.99e-400}]`, 2)
	f.Add(`[{"metric": "exit", "op": null}, 7, {"metric": "computation", "op": "equal", "threshold": 1e300}]`, 3)
	f.Fuzz(func(t *testing.T, file string, exits int) {
		c, err := criteria.ImportConditions([]byte(file), exits%8)
		if (c == nil) == (err == nil) {
			t.Fatalf("%v with %v", c, err)
		}
		if err != nil {
			return
		}
		rules := max(1, exits%8)
		if exits%8 <= 0 {
			var elements []any
			if err := json.Unmarshal([]byte(file), &elements); err != nil {
				t.Fatal(err)
			}
			rules = len(elements)
		}
		again, diags := criteria.Parse(c.String(), rules, criteria.All())
		if diags.HasErrors() || again.String() != c.String() {
			t.Fatalf("%s: %s does not parse for %d exits: %v", file, c, rules, diags)
		}
	})
}
