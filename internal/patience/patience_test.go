package patience

import (
	"strings"
	"testing"
	"time"
)

func TestATestGivesUpBeforeItIsEnded(t *testing.T) {
	deadline, ok := t.Deadline()
	if !ok {
		t.Skip("this test has no deadline")
	}
	if over := Over(t); !over.Before(deadline) || over.Before(time.Now()) {
		t.Errorf("a test that is ended at %s gives up at %s", deadline, over)
	}
	if over, ok := Context(t).Deadline(); !ok || !over.Before(deadline) {
		t.Errorf("its context ends at %s, %v", over, ok)
	}
}

func TestAnotherProcessIsTold(t *testing.T) {
	over := Over(t)
	name, value, _ := strings.Cut(Variable(t), "=")
	t.Setenv(name, value)
	if given := Given(); given.Sub(over).Abs() > time.Second {
		t.Errorf("a test gives up at %s, the process that it has started at %s", over, given)
	}
}

func TestABenchmarkHasNoDeadline(t *testing.T) {
	if over := Over(new(testing.B)); time.Until(over) < endless-time.Hour {
		t.Errorf("a benchmark gives up at %s", over)
	}
}
