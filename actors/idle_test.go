package actors_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/proc"
)

// BenchmarkIdle counts how often the threads of a node wake in a second while nobody asks a thousand tenants for anything.
func BenchmarkIdle(b *testing.B) {
	var tenants strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&tenants, "tenant \"t%d\" {}\n", i)
	}
	n := start(b, options{inbound: "500MiB", tenants: tenants.String()})
	const settles, lasts = 3 * time.Second, 20 * time.Second
	time.Sleep(settles)
	before := wakes(b, n)
	time.Sleep(lasts)
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(float64(wakes(b, n)-before)/lasts.Seconds(), "wakes/s")
}

func wakes(b *testing.B, n *child) int {
	b.Helper()
	all, err := proc.Wakes(n.cmd.Process.Pid)
	if err != nil {
		b.Fatal(err)
	}
	return all
}
