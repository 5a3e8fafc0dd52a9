package actors_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// warm writes what a machine says of its heat anew. Nobody ever sees half of it.
func warm(t *testing.T, root string, celsius int) {
	t.Helper()
	path := filepath.Join(root, "sys/class/thermal/thermal_zone0/temp")
	if err := os.WriteFile(path+".new", fmt.Appendln(nil, 1000*celsius), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// A machine that reaches a trip point is hot until it is well below; a zone that cannot be read is told once.
func TestHeatIsTold(t *testing.T) {
	if alone(t) {
		return
	}
	root := t.TempDir()
	for path, says := range map[string]string{
		"thermal_zone0/type": "cpu", "thermal_zone0/trip_point_0_type": "passive", "thermal_zone0/trip_point_0_temp": "80000", "thermal_zone1/type": "wifi",
	} {
		path = filepath.Join(root, "sys/class/thermal", path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(says+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	warm(t, root, 85)
	n := start(t, options{root: root})
	n.logs("heat.rising", 1)
	healthy(t, n.dial())
	warm(t, root, 60)
	n.logs("heat.over", 1)
	n.stop()
	if l := n.last.Logged; l["heat.rising"] != 1 || l["heat.over"] != 1 || l["heat.unknown"] != 1 {
		t.Errorf("logged are %v", l)
	}
}
