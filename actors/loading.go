package actors

import (
	"slices"
	"sync"
	"time"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
)

// loading says in the log how far the loading of models is: after a second, and then after twice as long each time. What
// is loaded at once is not talked about.
type loading struct {
	log   *event.Log
	of    int // models
	begun time.Time

	mu      sync.Mutex
	waiting []string // models that are not loaded
	next    time.Duration
	timer   *time.Timer
}

func newLoading(log *event.Log, models []*config.Model) *loading {
	l := &loading{log: log, of: len(models), begun: time.Now(), next: time.Second}
	for _, m := range models {
		l.waiting = append(l.waiting, m.Name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(l.next, l.say)
	return l
}

// say logs how far it is.
func (l *loading) say() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		return
	}
	event.Emit(l.log, event.NodeLoading{Loaded: l.of - len(l.waiting), Models: l.of, Waiting: slices.Clone(l.waiting), After: time.Since(l.begun)})
	l.next *= 2
	l.timer.Reset(l.next - time.Since(l.begun))
}

// done says that a model is loaded, or has failed.
func (l *loading) done(model string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(name string) bool { return name == model })
}

// end is called when no model is loaded any more.
func (l *loading) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = nil
	l.timer.Stop()
}
