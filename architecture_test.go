package delen_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/delen-edge/delen"

// A use is one import in one file.
type use struct {
	at   string // file:line, below the root
	file string // below the root
	dir  string // the importing package's directory
	path string // what is imported
	test bool   // in a test file
}

// A house is its rooms in the order of doc.go's map. A room is a directory with
// what lies below it, unless that has a line of its own.
type house []string

// sole lists what only some rooms, or files, may import, and in which rooms tests may too.
var sole = []struct {
	law     string
	imports []string
	rooms   []string
	tests   []string
}{{
	// The benchmark's server without exits uses the runtime as a program without Dělen would.
	law:     "only stages/onnx imports the ONNX Runtime wrapper, and the benchmark's bare server",
	imports: []string{"github.com/yalue/onnxruntime_go"},
	rooms:   []string{"stages/onnx", "bench/bare"},
}, {
	law:     "only stages/onnx opens libraries at run time",
	imports: []string{"github.com/ebitengine/purego"},
	rooms:   []string{"stages/onnx"},
}, {
	law:     "only actors imports protoactor",
	imports: []string{"github.com/asynkron/protoactor-go"},
	rooms:   []string{"actors"},
}, {
	// cmd is among them because it prints diagnostics with their source.
	law:     "only config and criteria import HCL, and cmd to print diagnostics",
	imports: []string{"github.com/hashicorp/hcl/v2", "github.com/zclconf/go-cty"},
	rooms:   []string{"config", "criteria", "cmd"},
}, {
	// The command makes the log that events go to, and lets the actor library write there.
	law:     "only actors/event imports zap, and the command's log.go: whoever has something to log emits an event",
	imports: []string{"go.uber.org/zap"},
	rooms:   []string{"actors/event", "cmd/delen/log.go"},
	tests:   []string{"actors", "cmd"},
}}

// alone lists rooms that import nothing of ours: the language, the meters, the
// reader of graphs and the contract must be usable, and understandable, by
// themselves.
var alone = []string{"criteria", "power", "stages/graph", "actors/wire"}

func TestImportsKeepTheLaws(t *testing.T) {
	rooms, err := readMap("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	uses, err := readUses(".")
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) == 0 {
		t.Fatal("found no imports at all")
	}
	for _, b := range rooms.breaches(uses) {
		t.Error(b)
	}
}

// The laws bite: each planted import is a breach, and each of its counterparts
// is none.
func TestLawsBite(t *testing.T) {
	rooms := house{
		"criteria", "stages", "stages/graph", "stages/onnx", "config", "actors/wire", "actors/event", "actors", "cmd/delen",
	}
	tests := []struct {
		dir, path string
		test      bool
		law       string // a part of the breach; empty: none
	}{
		{"stages/onnx", module + "/stages", false, ""},
		{"stages", module + "/stages/onnx", false, "stands above"},
		{"stages", module + "/stages/onnx", true, ""},
		{"config", module + "/actors/wire", false, "stands above"},
		{"actors", module + "/actors/wire", false, ""},
		{"stages/graph", module + "/stages/graph/onnxpb", false, ""},
		{"stages/graph/onnxpb", module + "/stages", false, "nothing of ours"},
		{"criteria", module + "/stages", true, ""},
		{"", module + "/criteria", false, "no code"},
		{"attic", "fmt", false, "no line"},
		{"actors", "github.com/yalue/onnxruntime_go", true, "only stages/onnx"},
		{"stages/onnx", "github.com/yalue/onnxruntime_go", false, ""},
		{"config", "github.com/ebitengine/purego", false, "opens libraries"},
		{"stages/onnx/cuda", "github.com/ebitengine/purego", false, ""},
		{"scheduler", "github.com/asynkron/protoactor-go/actor", false, "only actors"},
		{"actors/door", "github.com/asynkron/protoactor-go/remote", false, ""},
		{"actors", "github.com/hashicorp/hcl/v2", false, "only config"},
		{"cmd/delen", "github.com/hashicorp/hcl/v2", false, ""},
		{"config", "go.uber.org/zap/zapcore", false, "only actors/event"},
		{"config", "go.uber.org/zap/zapcore", true, "only actors/event"},
		{"actors", "go.uber.org/zap", false, "emits an event"},
		{"actors", "go.uber.org/zap/zaptest/observer", true, ""},
		{"actors/event", "go.uber.org/zap", false, ""},
		{"cmd/delen", "go.uber.org/zap", false, "emits an event"},
	}
	for _, tt := range tests {
		u := use{at: "f.go:1", file: tt.dir + "/f.go", dir: tt.dir, path: tt.path, test: tt.test}
		got := strings.Join(rooms.breaches([]use{u}), "; ")
		if tt.law == "" && got != "" || !strings.Contains(got, tt.law) {
			t.Errorf("%s imports %s: got %q, want %q", tt.dir, tt.path, got, tt.law)
		}
	}
	u := use{at: "log.go:1", file: "cmd/delen/log.go", dir: "cmd/delen", path: "go.uber.org/zap/exp/zapslog"}
	if got := rooms.breaches([]use{u}); got != nil {
		t.Errorf("%s imports %s: got %q, want none", u.file, u.path, got)
	}
}

// breaches returns a line for every use that breaks a law: where, what, which.
func (h house) breaches(uses []use) []string {
	var out []string
	for _, u := range uses {
		for _, law := range h.broken(u) {
			out = append(out, fmt.Sprintf("%s: imports %s: %s", u.at, u.path, law))
		}
	}
	return out
}

// broken returns the laws that a use breaks.
func (h house) broken(u use) []string {
	var laws []string
	for _, s := range sole {
		at := s.rooms
		if u.test {
			at = slices.Concat(s.rooms, s.tests)
		}
		if within(u.path, s.imports) != "" && within(u.file, at) == "" {
			laws = append(laws, s.law)
		}
	}
	if law := h.misplaced(u); law != "" && !u.test {
		laws = append(laws, law)
	}
	return laws
}

// misplaced returns the law of order that a use breaks, or "".
func (h house) misplaced(u use) string {
	if u.dir == "" {
		return "the root is the map of the house and holds no code"
	}
	from := within(u.dir, h)
	if from == "" {
		return u.dir + " has no line in the map of the house: give it one in doc.go, below all it imports"
	}
	target, ours := strings.CutPrefix(u.path, module+"/")
	to := within(target, h)
	switch {
	case !ours || to == from:
		return ""
	case slices.Contains(alone, from):
		return from + " imports nothing of ours"
	case to == "":
		return target + " has no line in the map of the house: give it one in doc.go"
	case slices.Index(h, to) > slices.Index(h, from):
		return "a package imports only what stands above it in doc.go's map of the house"
	}
	return ""
}

// within returns the longest of dirs that is path or holds it, or "".
func within(path string, dirs []string) string {
	best := ""
	for _, d := range dirs {
		if (path == d || strings.HasPrefix(path, d+"/")) && len(d) > len(best) {
			best = d
		}
	}
	return best
}

// readMap reads the map of the house: the first indented block of the file's
// comment, a room at the start of each line.
func readMap(name string) (house, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var rooms house
	for line := range strings.Lines(string(b)) {
		entry, ok := strings.CutPrefix(line, "//\t")
		if !ok && rooms != nil {
			break
		}
		if ok {
			rooms = append(rooms, strings.Fields(entry)[0])
		}
	}
	if rooms == nil {
		return nil, fmt.Errorf("%s: no map of the house", name)
	}
	return rooms, nil
}

// readUses collects the imports of every Go file of this module, whatever its
// build constraints say.
func readUses(root string) ([]use, error) {
	var uses []use
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && foreign(path):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		more, err := fileUses(path)
		uses = append(uses, more...)
		return err
	})
	return uses, err
}

// foreign reports whether a directory is none of the module's: hidden, data of
// tests, or a module of its own.
func foreign(dir string) bool {
	base := filepath.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// fileUses returns the imports of one file.
func fileUses(path string) ([]use, error) {
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, path, nil, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	dir := filepath.ToSlash(filepath.Dir(path))
	if dir == "." {
		dir = ""
	}
	var uses []use
	for _, spec := range f.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		at := set.Position(spec.Pos())
		uses = append(uses, use{
			at:   fmt.Sprintf("%s:%d", filepath.ToSlash(path), at.Line),
			file: filepath.ToSlash(path),
			dir:  dir,
			path: name,
			test: strings.HasSuffix(path, "_test.go"),
		})
	}
	return uses, nil
}
