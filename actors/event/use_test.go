package event

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// An event that nobody emits is a promise that the page makes and the node does not keep.
func TestEveryEventIsEmitted(t *testing.T) {
	emitted := literals(t, "..", "../../cmd")
	for _, e := range vocabulary {
		if name := reflect.TypeOf(e).Name(); !emitted[name] {
			t.Errorf("nobody emits %s", name)
		}
	}
}

// literals are the types of this package that other code makes values of.
func literals(t *testing.T, roots ...string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	note := func(n ast.Node) bool {
		lit, _ := n.(*ast.CompositeLit)
		if lit == nil {
			return true
		}
		if x, ok := lit.Type.(*ast.SelectorExpr); ok && isEvent(x.X) {
			found[x.Sel.Name] = true
		}
		return true
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err == nil {
				ast.Inspect(f, note)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// isEvent reports whether an expression is this package's name.
func isEvent(x ast.Expr) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == "event"
}
