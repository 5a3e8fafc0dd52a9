// Package apart runs a test in a process of its own. The actor library sets a global of gRPC's when it starts, and writes to
// fields that others read when it shuts down: the race detector objects to a second node or client in one process.
package apart

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/delen-edge/delen/internal/patience"
)

const variable = "DELEN_TEST_APART"

// Run runs the calling test once more, in a process of its own, and says whether that is done; in that process it says no,
// and the test goes on. One that is skipped there is skipped here. Tests that run apart run in parallel.
func Run(t *testing.T) bool {
	t.Helper()
	return With(t, func() []string { return nil })
}

// With is Run with more in the environment of the process, as NAME=VALUE. It is made in the calling process alone, and may
// use the test's folders: they are there as long as the other process runs.
func With(t *testing.T, environment func() []string) bool {
	t.Helper()
	if os.Getenv(variable) != "" {
		return false
	}
	t.Parallel()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1", "-test.v",
		"-test.short="+strconv.FormatBool(testing.Short()), "-test.timeout="+time.Until(patience.Over(t)).String())
	cmd.Env = append(append(os.Environ(), environment()...), variable+"=1", "GORACE=atexit_sleep_ms=0")
	out, err := cmd.CombinedOutput()
	said := string(out)
	for _, report := range Races(said) {
		t.Errorf("a data race:\n%s", report)
	}
	switch {
	case err == nil && strings.Contains(said, "--- SKIP: "+t.Name()+" "):
		t.Skip(said)
	case err == nil && !strings.Contains(said, "--- PASS: "+t.Name()+" "):
		t.Errorf("the test has not run:\n%s", said)
	case err != nil && (others.MatchString(said) || !strings.Contains(said, "race detected during execution")):
		t.Errorf("%v:\n%s", err, said)
	}
	return true
}

// others finds what makes a test fail other than a race.
var others = regexp.MustCompile(`_test\.go:\d+: |(?m:^panic: |^fatal error: )`)

// Races picks from what a process has said the race detector's reports in which code of ours touches the memory. The actor
// library has races of its own when it shuts down (endpointManager.stop against removeEndpoint), which are none of ours.
func Races(said string) []string {
	var all []string
	for _, report := range strings.Split(said, "==================\n") {
		if !strings.Contains(report, "DATA RACE") {
			continue
		}
		lines := strings.Split(report, "\n")
		for i, line := range lines {
			if access.MatchString(line) && i+1 < len(lines) && strings.Contains(lines[i+1], "delen-edge/delen") {
				all = append(all, report)
				break
			}
		}
	}
	return all
}

// access begins the stack of one of the two sides of a race.
var access = regexp.MustCompile(`(?i)^\s*(previous )?(atomic )?(read|write) at 0x[0-9a-f]+ by `)
