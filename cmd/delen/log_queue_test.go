package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// reader is one who reads when the test says so.
type reader struct {
	mu    sync.Mutex
	gone  bool
	lines []string
	turns chan struct{} // nil: it reads at once
}

func (r *reader) Write(line []byte) (int, error) {
	if r.turns != nil {
		<-r.turns
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone {
		return 0, errors.New("broken pipe")
	}
	r.lines = append(r.lines, string(line))
	return len(line), nil
}

func queueTo(r *reader, most int) *logQueue {
	return newLogQueue(r, most, func(dropped [logLevels]uint64) []byte { return fmt.Append(nil, "lost ", dropped) })
}

// Who does not read loses the least important lines, the oldest first, and is told how many.
func TestAQueueDropsWhatMattersLeast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{turns: make(chan struct{})}
		q := queueTo(r, 10)
		q.add(1, []byte("at"))
		synctest.Wait() // somebody is about to read it
		for i, line := range []string{"d1", "i1", "e1", "d2", "i2", "i3", "e2", "e3", "w1"} {
			q.add([]int{0, 1, 3, 0, 1, 1, 3, 3, 2}[i], []byte(line))
		}
		q.add(0, []byte("d3")) // there is no room for it
		close(r.turns)
		q.close(time.Second, time.Hour)
		if got, want := r.lines, []string{"at", "lost [3 2 0 0]", "e1", "i3", "e2", "e3", "w1"}; !slices.Equal(got, want) {
			t.Errorf("read is %q, want %q", got, want)
		}
	})
}

// Whatever comes, in any order, is written in that order or counted.
func TestAQueueLosesNothingUncounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{turns: make(chan struct{})}
		dropped := uint64(0)
		q := newLogQueue(r, 100, func(d [logLevels]uint64) []byte {
			for _, n := range d {
				dropped += n
			}
			return []byte("lost")
		})
		const lines = 500
		for i := range lines {
			q.add(i*7%logLevels, fmt.Appendf(nil, "%03d", i))
			if i%5 == 0 {
				r.turns <- struct{}{}
			}
		}
		close(r.turns)
		q.close(time.Second, time.Hour)
		own := slices.DeleteFunc(slices.Clone(r.lines), func(s string) bool { return s == "lost" })
		if !slices.IsSorted(own) || len(own)+int(dropped) != lines || len(own) == len(r.lines) {
			t.Errorf("%d lines of %d were written and %d lost, sorted: %v", len(own), lines, dropped, slices.IsSorted(own))
		}
	})
}

// A reader that goes away and comes back is told what it has missed.
func TestAQueueOutlivesItsReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &reader{gone: true}
		q := queueTo(r, 1000)
		for range 3 {
			q.add(1, []byte("news"))
		}
		q.add(3, []byte("alarm"))
		synctest.Wait()
		r.mu.Lock()
		r.gone = false
		r.mu.Unlock()
		q.add(1, []byte("again"))
		q.close(time.Second, time.Hour)
		if got := strings.Join(r.lines, "; "); got != "lost [0 3 0 1]; again" {
			t.Errorf("read is %s", got)
		}
	})
}

// Who reads slowly gets all; who has stopped is not waited for.
func TestAQueueIsClosedWhateverHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &reader{turns: make(chan struct{})}
		q := queueTo(slow, 1000)
		for range 10 {
			q.add(1, []byte("line"))
		}
		go func() {
			for range 10 {
				time.Sleep(700 * time.Millisecond)
				slow.turns <- struct{}{}
			}
		}()
		q.close(time.Second, time.Hour)
		if len(slow.lines) != 10 {
			t.Errorf("%d lines were read", len(slow.lines))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		stuck := &reader{turns: make(chan struct{})}
		q := queueTo(stuck, 1000)
		q.add(1, []byte("line"))
		start := time.Now()
		if q.close(time.Second, time.Hour); time.Since(start) != time.Second {
			t.Errorf("a reader that is stuck is waited for for %s", time.Since(start))
		}
		close(stuck.turns)
	})
	synctest.Test(t, func(t *testing.T) {
		endless := &reader{turns: make(chan struct{})}
		q := queueTo(endless, 1000)
		for range 100 {
			q.add(1, []byte("line"))
		}
		go func() {
			for range 100 {
				time.Sleep(900 * time.Millisecond)
				endless.turns <- struct{}{}
			}
		}()
		start := time.Now()
		if q.close(time.Second, 5*time.Second); time.Since(start) != 5*time.Second {
			t.Errorf("a reader that takes its time is waited for for %s", time.Since(start))
		}
		time.Sleep(time.Hour)
	})
}
