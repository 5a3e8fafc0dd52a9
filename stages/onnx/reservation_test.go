package onnx

import (
	"errors"
	"testing"
	"testing/synctest"
)

// A model waits for the memory that another one takes in the making, and is refused when nobody is left to wait for.
func TestModelsThatAreLoadedAtTheSameTimeDoNotCountOnTheSameMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, full := newReservations(), errors.New("full")
		fits := func(bytes int64) func(int64) error {
			return func(reserved int64) error {
				if bytes+reserved > 100 {
					return full
				}
				return nil
			}
		}
		release, err := r.take(60, fits(60))
		if err != nil {
			t.Fatal(err)
		}
		small, err := r.take(40, fits(40))
		if err != nil {
			t.Fatalf("there is room for both, but: %v", err)
		}
		small()
		got := false
		go func() {
			after, err := r.take(70, fits(70))
			if err != nil {
				t.Errorf("refused instead of waiting: %v", err)
				return
			}
			got = true
			after()
		}()
		synctest.Wait()
		if got {
			t.Error("two models count on the same memory")
		}
		release()
		synctest.Wait()
		if !got || r.bytes != 0 {
			t.Errorf("taken: %t, reserved in the end: %d", got, r.bytes)
		}
		if _, err := r.take(101, fits(101)); !errors.Is(err, full) {
			t.Errorf("too much gives %v", err)
		}
	})
}
