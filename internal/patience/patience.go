// Package patience says how long a test waits for what must come: as long as the test itself may last. A bound that is
// shorter would be a claim about how fast the machine is.
package patience

import (
	"context"
	"os"
	"strconv"
	"testing"
	"time"
)

const (
	variable = "DELEN_TEST_OVER"

	// reserve is what remains of a test's time when it gives up waiting. The test then says what did not come; without
	// it, the test binary is ended and says nothing but stacks.
	reserve = 20 * time.Second

	// endless is how long one waits who has no deadline, such as a benchmark.
	endless = 24 * time.Hour
)

// Over is when a test gives up waiting.
func Over(t testing.TB) time.Time {
	if t, ok := t.(interface{ Deadline() (time.Time, bool) }); ok {
		if deadline, ok := t.Deadline(); ok {
			return deadline.Add(-min(reserve, time.Until(deadline)/2))
		}
	}
	return time.Now().Add(endless)
}

// After gives a channel that speaks when a test gives up waiting.
func After(t testing.TB) <-chan time.Time { return time.After(time.Until(Over(t))) }

// Context is one that ends with the test, or when the test gives up waiting.
func Context(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithDeadline(context.Background(), Over(t))
	t.Cleanup(cancel)
	return ctx
}

// Variable tells another process, in its environment, when the test gives up waiting. See Given.
func Variable(t testing.TB) string {
	return variable + "=" + strconv.FormatInt(Over(t).UnixNano(), 10)
}

// Given is when a process gives up waiting that a test has started with its Variable.
func Given() time.Time {
	nanoseconds, err := strconv.ParseInt(os.Getenv(variable), 10, 64)
	if err != nil {
		panic("the environment does not say when the test is over: " + err.Error())
	}
	return time.Unix(0, nanoseconds)
}
