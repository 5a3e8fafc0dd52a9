// Package trials says how much a test tries. `make test` runs every test with -short and is done in minutes; `make check` runs
// those that use this package once more in full, and all in short form under the race detector, which makes computing ten to
// thirty times slower.
package trials

import "testing"

// Pick is what a test takes in full, or with -short.
func Pick[T any](full, short T) T {
	if testing.Short() {
		return short
	}
	return full
}
