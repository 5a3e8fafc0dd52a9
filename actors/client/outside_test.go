package client_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program in README.md's section on other modules compiles in a module that has nothing but a replaced
// requirement. It takes what the libraries need from the module cache, where this test's own are.
func TestTheClientServesAnotherModule(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	module := t.TempDir()
	const requirement = "module example.com/app\n\ngo 1.26.0\n\nrequire %[1]s v0.0.0\n\nreplace %[1]s => %[2]q\n"
	for name, text := range map[string]string{
		"go.mod":  fmt.Sprintf(requirement, "github.com/delen-edge/delen", root),
		"go.sum":  string(sums),
		"main.go": program(t, filepath.Join(root, "README.md")),
	} {
		if err := os.WriteFile(filepath.Join(module, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", filepath.Join(t.TempDir(), "app"), ".")
	build.Dir = module
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOSUMDB=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// program is the one whole program in a page.
func program(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```go\npackage main\n")
	body, _, whole := strings.Cut(rest, "```")
	if !whole {
		t.Fatalf("%s has no program", page)
	}
	return "package main\n" + body
}
