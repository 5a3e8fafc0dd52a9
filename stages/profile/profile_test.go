package profile

import (
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const published = "../../examples/resnet50-published/profile.json"

func TestReadKeepsUnknownApartFromZero(t *testing.T) {
	p, err := Read(published)
	if err != nil {
		t.Fatal(err)
	}
	if p.Exits[0].ResponseTime != nil {
		t.Errorf("exit 1: response time %v, want unknown", *p.Exits[0].ResponseTime)
	}
	if got := *p.Exits[1].ResponseTime; got != 0.0262 {
		t.Errorf("exit 2: response time %v, want 0.0262", got)
	}
	if _, ok := p.Every(func(e *Exit) *float64 { return e.ResponseTime }); ok {
		t.Error("Every gives response times though two are not known")
	}
	got, ok := p.Every(func(e *Exit) *float64 { return e.Accuracy })
	if want := []float64{.4354, .6803, .7675, .7657}; !ok || !cmp.Equal(got, want) {
		t.Errorf("Every gives accuracies %v, %v; want %v", got, ok, want)
	}
}

func TestWriteIsStable(t *testing.T) {
	for _, file := range []string{published, "testdata/good/segments.json"} {
		isStable(t, file)
	}
}

func isStable(t *testing.T, file string) {
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "profile.json")
	for range 2 {
		if err := p.Write(path); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("written file differs (-want +got):\n%s", diff)
		}
	}
}

func TestWriteFailsWithoutATrace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.json")
	good := &Profile{Model: "m", Source: Measured, Exits: []Exit{{Name: "exit1", Energy: new(0.0)}}}
	if err := good.Write(path); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	bad := &Profile{Model: "m", Source: Measured, Exits: []Exit{{Name: "exit1", Energy: new(math.NaN())}}}
	err := bad.Write(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "energy NaN is not possible") {
		t.Errorf("Write of an invalid profile: %v", err)
	}
	after, _ := os.ReadFile(path)
	if string(before) != string(after) {
		t.Error("the old file has changed")
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
	if err := good.Write(filepath.Join(dir, "missing", "profile.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Write to a missing folder: %v", err)
	}
}

// TestBad reads each file of testdata/bad: its first line is the message to
// expect, the rest is the profile.
func TestBad(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, body, _ := strings.Cut(string(src), "\n")
			path := filepath.Join(t.TempDir(), "profile.json")
			if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err = Read(path)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("error %q\nwants the file and %q", err, want)
			}
		})
	}
}

func TestReadRefusesWhatIsNoFile(t *testing.T) {
	if _, err := Read(filepath.Join(t.TempDir(), "absent.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if _, err := Read(t.TempDir()); err == nil {
		t.Error("a folder is read as a profile")
	}
	big := filepath.Join(t.TempDir(), "weights.bin")
	if err := os.WriteFile(big, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(big, maxSize+1); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(big); err == nil || !strings.Contains(err.Error(), "not a profile.json") {
		t.Errorf("large file: %v", err)
	}
}

func TestMatchModel(t *testing.T) {
	digest := strings.Repeat("0123456789abcdef", 4)
	p := &Profile{Digest: digest, Source: Measured, Exits: []Exit{{Name: "a"}, {Name: "b"}}}
	for _, c := range []struct {
		exits  []string
		digest string
		want   string // in the error; empty: none
	}{
		{[]string{"a", "b"}, digest, ""},
		{[]string{"a", "b"}, "", ""},
		{[]string{"a"}, digest, `2 exits ["a" "b"], but the model has 1 exit ["a"]`},
		{[]string{"a", "c"}, digest, `exit 2 is "b" in the profile, but "c" in the model`},
		{[]string{"a", "b"}, strings.Repeat("f", 64), "another version of the model"},
	} {
		err := p.MatchModel(c.exits, c.digest)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("MatchModel(%q, %.4s...) = %v, want %q", c.exits, c.digest, err, c.want)
		}
	}
}

// written is a profile of two exits with a file of its own for its outcomes.
func written(t *testing.T) (p *Profile, path string) {
	return &Profile{Model: "m", Source: Measured, Exits: []Exit{{Name: "a"}, {Name: "b"}}, Outcomes: "outcomes.csv"}, filepath.Join(t.TempDir(), "profile.json")
}

func TestWriteWithOutcomes(t *testing.T) {
	p, path := written(t)
	outcomes := filepath.Join(filepath.Dir(path), "outcomes.csv")
	good := []Outcome{
		{Sample: "a,1.png", Label: 3, Exit: 1, Predicted: 5, Confidence: 0.25},
		{Sample: "a,1.png", Label: 3, Exit: 2, Predicted: 3, Confidence: 1},
	}
	if err := p.WriteWith(path, good); err != nil {
		t.Fatal(err)
	}
	want := "sample,label,exit,predicted,confidence\n\"a,1.png\",3,1,5,0.25\n\"a,1.png\",3,2,3,1\n"
	if got, _ := os.ReadFile(outcomes); string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if good[0].Correct() || !good[1].Correct() {
		t.Error("only the second exit is right")
	}
	read, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, digest, err := ReadEvidence(path, read); err != nil || digest != read.OutcomesDigest {
		t.Errorf("the digest is %s, and %q in the profile; %v", digest, read.OutcomesDigest, err)
	}
	for _, bad := range []Outcome{
		{Label: 3, Exit: 1, Predicted: 5, Confidence: 0.25},
		{Sample: "two\nlines", Exit: 1},
		{Sample: "s", Exit: 0},
		{Sample: "s", Exit: 1, Label: -1},
		{Sample: "s", Exit: 1, Confidence: math.NaN()},
	} {
		if err := p.WriteWith(path, []Outcome{bad}); err == nil || !strings.HasPrefix(err.Error(), outcomes+": not written: ") {
			t.Errorf("of %+v: %v", bad, err)
		}
	}
	if got, _ := os.ReadFile(outcomes); string(got) != want {
		t.Error("a failed write has changed the file")
	}
}

// Whichever of the two cannot be written, the other one stays as it was.
func TestWriteWithOutcomesLeavesBoth(t *testing.T) {
	good := []Outcome{{Sample: "s", Exit: 1}, {Sample: "s", Exit: 2}}
	for _, name := range []string{"profile.json", "outcomes.csv"} {
		p, path := written(t)
		dir := filepath.Dir(path)
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := p.WriteWith(path, good); err == nil || !strings.Contains(err.Error(), name+" is there and is no regular file") {
			t.Errorf("%s is a folder: %v", name, err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("%s is a folder, and there are %v", name, left)
		}
	}
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "profile.json")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		want string // in the error; empty: none
	}{
		{path, ""},
		{filepath.Join(dir, "new.json"), ""},
		{dir, dir + " could not be written: " + dir + " is there and is no regular file"},
		{filepath.Join(dir, "missing", "profile.json"), "no such file"},
		{filepath.Join(path, "profile.json"), "not a directory"},
	} {
		if err := Writable(c.path); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
	if old, _ := os.ReadFile(path); string(old) != "old" {
		t.Errorf("the file is %q", old)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func FuzzRead(f *testing.F) {
	for _, pattern := range []string{published, "testdata/bad/*.txt"} {
		files, _ := filepath.Glob(pattern)
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	path := filepath.Join(f.TempDir(), "profile.json")
	f.Fuzz(func(t *testing.T, src []byte) {
		p, err := decode(src)
		if err != nil || p.Validate() != nil {
			return
		}
		if err := p.Write(path); err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, err := Read(path)
		if err != nil {
			t.Fatalf("written, but not read: %v", err)
		}
		if diff := cmp.Diff(p, again); diff != "" {
			t.Errorf("differs after a round trip (-first +second):\n%s", diff)
		}
	})
}

// What is read can be written, and reads the same again.
func FuzzReadOutcomes(f *testing.F) {
	const header = "sample,label,exit,predicted,confidence\n"
	for _, body := range []string{"", "a.png,3,1,5,0.25\na.png,3,2,3,1\n", "\"a,\"\"1\"\".png\",0,1,0,1e-3", "a,1,1,1,NaN", "a,0,0,0,0", "a,b"} {
		f.Add(body, 2)
	}
	path := filepath.Join(f.TempDir(), "outcomes.csv")
	f.Fuzz(func(t *testing.T, body string, exits int) {
		if err := os.WriteFile(path, []byte(header+body), 0o600); err != nil {
			t.Fatal(err)
		}
		outcomes, _, err := ReadOutcomes(path)
		if err != nil {
			if !strings.HasPrefix(err.Error(), path) {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		if accuracies, err := Accuracies(outcomes, exits&7); err == nil {
			for _, a := range accuracies {
				if !(a >= 0 && a <= 1) {
					t.Fatalf("the accuracies are %v", accuracies)
				}
			}
		}
		p := &Profile{Source: Measured, Exits: []Exit{{Name: "a"}}, Outcomes: "outcomes.csv"}
		if err := p.WriteWith(filepath.Join(filepath.Dir(path), "profile.json"), outcomes); err != nil {
			t.Fatalf("read, but not written: %v", err)
		}
		again, digest, err := ReadOutcomes(path)
		if diff := cmp.Diff(outcomes, again); err != nil || diff != "" || digest != p.OutcomesDigest {
			t.Errorf("differs after a round trip: %v (-first +second):\n%s", err, diff)
		}
	})
}
