package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// resnet50 is the published table as the original system writes it down.
func resnet50(t testing.TB) []byte {
	t.Helper()
	table, err := os.ReadFile(filepath.Join(filepath.Dir(published), "resnet50.json"))
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestImportGivesThePublishedProfile holds the import against the same table in our own format, to the last bit.
func TestImportGivesThePublishedProfile(t *testing.T) {
	want, err := Read(published)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Exits {
		want.Exits[i].ResponseTime = nil // the original's profiles have none
	}
	got, err := Import(resnet50(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	got.Model, got.Device, got.IdlePower = want.Model, want.Device, want.IdlePower
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestImportKeepsUnknownApartFromZero(t *testing.T) {
	got, err := Import([]byte(`[{"accuracy": null, "energy": 0}, {"flops": 1e-3, "energy": 2.5E+1 }, {}]`), []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	want := []Exit{{Name: "a", Energy: new(0.0)}, {Name: "b", FLOPs: new(1e6), Energy: new(0.025)}, {Name: "c"}}
	if diff := cmp.Diff(want, got.Exits); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// TestImportedFiguresAreRoundedOnce holds figures against rational arithmetic.
func TestImportedFiguresAreRoundedOnce(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		text := fmt.Sprintf("%d.%0*dE%d", r.IntN(1000), 1+r.IntN(12), r.IntN(10), r.IntN(9)-4)
		p, err := Import([]byte(fmt.Sprintf(`[{"energy": %s, "flops": %[1]s}]`, text)), nil)
		if err != nil {
			t.Fatal(err)
		}
		exact, _ := new(big.Rat).SetString(text)
		joules, _ := new(big.Rat).Quo(exact, big.NewRat(1000, 1)).Float64()
		operations, _ := new(big.Rat).Mul(exact, big.NewRat(1_000_000_000, 1)).Float64()
		if e := p.Exits[0]; *e.Energy != joules || *e.FLOPs != operations {
			t.Fatalf("%s: got %v J, %v FLOPs; want %v, %v", text, *e.Energy, *e.FLOPs, joules, operations)
		}
	}
}

func TestImportSaysWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		file  string
		names []string
		want  string
	}{
		{`{"accuracy": 0.5}`, nil, "the file is a JSON object: write a list, [ ], with one object per exit"},
		{`[]`, nil, "the list is empty: write one object per exit"},
		{`[{}, {}]`, []string{"a"}, `the list describes 2 exits, but the model has 1 exit ["a"]`},
		{`[{}, 0.5]`, nil, `element 2: 0.5 is no exit: write {"accuracy": 0.93, "flops": 0.8, "energy": 46}, null for a figure`},
		{`[null]`, nil, `element 1: null is no exit`},
		{`[{"acuracy": 0.5, "latency": 1}]`, nil, "element 1: there is no field \"acuracy\"; an exit has accuracy, energy in mJ and flops in GFLOPs"},
		{`[{"accuracy": "0.5"}]`, nil, `element 1: accuracy: "0.5" is not a number of at least 0 that fits into 64 bits; write one without quotes, or null`},
		{`[{}, {"energy": -1}]`, nil, `element 2: energy: -1 is not a number of at least 0`},
		{`[{"energy": 1e400}]`, nil, `element 1: energy: 1e400 is not a number`},
		{`[{"energy": 1e99999999999999999999}]`, nil, `element 1: energy: 1e99999999999999999999 is not a number`},
		{`[{"accuracy": 43.54}]`, nil, `exit 1 ("exit1"): accuracy 43.54 is not a fraction from 0 to 1`},
		{`[{"energy": 50}, {"energy": 40}]`, nil, `exit 2 ("exit2"): energy 0.04 is below the 0.05 of exit 1`},
		{`[{}, {}]`, []string{"a", "a"}, `exit 2 ("a"): exit 1 has the same name`},
	} {
		p, err := Import([]byte(c.file), c.names)
		if p != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v; want %s", c.file, p, err, c.want)
		}
	}
	var syntax *json.SyntaxError
	if _, err := Import([]byte(`[{"accuracy": .4354}]`), nil); !errors.As(err, &syntax) || syntax.Offset != 15 {
		t.Errorf("got %v, want a syntax error at 15", err)
	}
}

func FuzzImport(f *testing.F) {
	f.Add(resnet50(f))
	f.Add([]byte(`[{"accuracy": null, "flops": 1e-400}, {"energy": 1E+2 }, {}]`))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := Import(file, nil)
		if (p == nil) == (err == nil) {
			t.Fatalf("%v with %v", p, err)
		}
		if err != nil {
			return
		}
		var out strings.Builder
		if err := p.Print(&out); err != nil {
			t.Fatalf("imported, but not printed: %v", err)
		}
		again, err := decode([]byte(out.String()))
		if err != nil || again.Validate() != nil {
			t.Fatalf("printed, but not read: %v", err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("differs after a round trip (-first +second):\n%s", diff)
		}
	})
}
