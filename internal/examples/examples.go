// Package examples gives tests the examples, whose profiles have thousands of samples as evidence. Searching points by them
// takes a tenth of a second, and some seconds under the race detector: there the profiles have a part of their samples.
package examples

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/stages/profile"
)

// each is of how many samples one is kept under the race detector: as few as the tests' bounds on accuracy are certain by.
const each = 2

// Folder is the absolute path of the folder of examples, with all their files.
func Folder(t testing.TB) string {
	t.Helper()
	root := source(t)
	if !proc.Raced() {
		return root
	}
	folder := t.TempDir()
	for _, entry := range entries(t, root) {
		from, to := filepath.Join(root, entry.Name()), filepath.Join(folder, entry.Name())
		if _, err := os.Stat(filepath.Join(from, "outcomes.csv")); err == nil {
			thin(t, from, to)
		} else {
			link(t, from, to)
		}
	}
	return folder
}

// source is the folder of examples in the module of the package that is tested.
func source(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "examples")
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("the test does not run in a module")
		}
	}
}

// thin makes another folder for an example, with a part of its profile's samples and links to all else.
func thin(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Mkdir(to, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries(t, from) {
		if name := entry.Name(); name != "profile.json" && name != "outcomes.csv" {
			link(t, filepath.Join(from, name), filepath.Join(to, name))
		}
	}
	p, err := profile.Read(filepath.Join(from, "profile.json"))
	if err != nil {
		t.Fatal(err)
	}
	all, _, err := profile.ReadOutcomes(filepath.Join(from, p.Outcomes))
	if err != nil {
		t.Fatal(err)
	}
	samples := map[string]int{}
	var kept []profile.Outcome
	for _, o := range all {
		if _, known := samples[o.Sample]; !known {
			samples[o.Sample] = len(samples)
		}
		if samples[o.Sample]%each == 0 {
			kept = append(kept, o)
		}
	}
	for i := range p.Exits {
		p.Exits[i].Accuracy = new(accuracy(kept, i+1))
	}
	if err := p.WriteWith(filepath.Join(to, "profile.json"), kept); err != nil {
		t.Fatal(err)
	}
}

// accuracy is that of an exit, counted from 1.
func accuracy(outcomes []profile.Outcome, exit int) float64 {
	right, of := 0, 0
	for _, o := range outcomes {
		if o.Exit == exit {
			of++
			if o.Predicted == o.Label {
				right++
			}
		}
	}
	return float64(right) / float64(of)
}

func link(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}

func entries(t testing.TB, folder string) []os.DirEntry {
	t.Helper()
	all, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
