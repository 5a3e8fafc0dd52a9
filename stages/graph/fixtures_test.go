package graph

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var words = regexp.MustCompile(`\w+`)

var update = flag.Bool("update", false, "write the models in testdata/models anew")

// rejected are the cases that a runtime does not run: they are about the graph alone.
var rejected = []string{
	"the bodies of an If capture",
	"a body that gives out what lies outside; an input that nothing needs",
	"what only random numbers make is not cloned",
	"a shape does not cross: it is taken again",
}

// runnable are further models that a runtime runs.
var runnable = map[string]string{
	"one row and no other": `
		input x[1 4]
		init w[4 4]
		a = Relu(x)
		y1 = MatMul(a, w)
		b = Neg(a)
		y2 = MatMul(b, w)
		output y1[1 4]
		output y2[1 4]`,
	"an int64 input, and types that only the runtime knows": `
		input x int64[N 3]
		init table[9 4]
		init w[12 4]
		a = Gather(table, x)
		f = Flatten(a) axis=1
		y1 = MatMul(f, w)
		b = Neg(a)
		c = Add(b, a)
		d = Sub(c, b)
		g = Flatten(d) axis=1
		y2 = MatMul(g, w)
		output y1[N 4]
		output y2[N 4]`,
	"a branch that captures what an earlier segment made": `
		input x[N 4]
		a = Relu(x)
		y1 = Neg(a)
		m = ReduceMax(y1) keepdims=0
		c = Cast(m) to=9
		body then
			t = Add(a, y1)
			output t[N 4]
		end
		body else
			e = Neg(a)
			output e[N 4]
		end
		y2 = If(c) then_branch=@then else_branch=@else
		output y1[N 4]
		output y2[N 4]`,
}

// TestModelsForTheRuntimeAreFresh keeps the files in testdata/models, which package onnx runs whole and split, equal to
// the cases here.
func TestModelsForTheRuntimeAreFresh(t *testing.T) {
	models := map[string]string{}
	for name, text := range runnable {
		models[name] = text
	}
	for _, c := range splits {
		if c.exits == "" && !slices.Contains(rejected, c.name) {
			models[c.name] = c.model
		}
	}
	for name, text := range models {
		path := filepath.Join("testdata", "models", strings.Join(words.FindAllString(name, -1), "-")+".onnx")
		want := encode(model(text))
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is missing or stale (%v): run go test ./stages/graph -run Fresh -update", path, err)
		}
	}
	files, err := filepath.Glob("testdata/models/*.onnx")
	if err != nil || len(files) != len(models) {
		t.Errorf("%d files for %d models", len(files), len(models))
	}
}
