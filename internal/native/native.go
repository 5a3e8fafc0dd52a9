// Package native makes shared libraries from C for tests: stand-ins for libraries of hardware that a machine need not have.
package native

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// Build compiles C files into a shared library and gives its path. It goes by its own name to what is linked against it.
// Without a C compiler the test fails: this module needs one anyway.
func Build(t testing.TB, dir, name string, sources []string, flags ...string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	args := append([]string{"-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-pthread", "-Wl,-soname," + name, "-o", path}, sources...)
	if out, err := exec.Command("gcc", append(args, flags...)...).CombinedOutput(); err != nil {
		t.Fatalf("gcc %s: %v\n%s", name, err, out)
	}
	return path
}
