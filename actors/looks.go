package actors

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/delen-edge/delen/tenants"
)

// looks has tenants look at their plans though nobody asks for anything: all of them by one timer, and none while nothing
// can change. It may be used by any goroutine.
type looks struct {
	send func(*actor.PID) // a glance

	mu      sync.Mutex
	waiting []*actor.PID // who looks next time
	timer   *time.Timer  // until then; nil: nobody waits
	stopped bool
}

// ask has a tenant look once, some time from now: after LongestRound at the latest.
func (l *looks) ask(pid *actor.PID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped {
		return
	}
	l.waiting = append(l.waiting, pid)
	if l.timer == nil {
		l.timer = time.AfterFunc(tenants.LongestRound, l.look)
	}
}

func (l *looks) look() {
	l.mu.Lock()
	all := l.waiting
	l.waiting, l.timer = nil, nil
	l.mu.Unlock()
	for _, pid := range all {
		l.send(pid)
	}
}

// stop ends the timer.
func (l *looks) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	if l.timer != nil {
		l.timer.Stop()
	}
}
