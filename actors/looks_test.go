package actors

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/tenants"
)

// A thousand tenants look at the same time, and nobody does whom nothing bids to.
func TestOneTimerIsForAllLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const all = 1000
		var moments []time.Duration
		looked := 0
		start := time.Now()
		l := &looks{}
		l.send = func(*actor.PID) {
			if at := time.Since(start); len(moments) == 0 || moments[len(moments)-1] != at {
				moments = append(moments, at)
			}
			looked++
		}
		for i := range all {
			l.ask(&actor.PID{RequestId: uint32(i)})
			time.Sleep(time.Millisecond)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if looked != all || !slices.Equal(moments, []time.Duration{tenants.LongestRound}) {
			t.Errorf("%d looks at %v", looked, moments)
		}
		l.ask(&actor.PID{})
		l.stop()
		l.ask(&actor.PID{})
		time.Sleep(time.Hour)
		synctest.Wait()
		if looked != all {
			t.Error("somebody looks after the end")
		}
	})
}
