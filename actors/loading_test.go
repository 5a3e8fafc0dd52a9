package actors

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/stages"
)

// Two models are loaded at the same time, or neither would come to its end. The error is that of the first that fails.
func TestModelsAreLoadedSideBySide(t *testing.T) {
	if runtime.NumCPU() < 2 {
		t.Skip("one core loads one model at a time")
	}
	var both sync.WaitGroup
	both.Add(2)
	n := &Node{log: event.NewLog(zap.NewNop()), options: Options{Load: func(m *config.Model) (stages.Backend, error) {
		both.Done()
		both.Wait()
		return nil, errors.New("there is no " + m.Name)
	}}}
	all, err := n.loadAll([]*config.Model{{Name: "a"}, {Name: "b"}})
	if len(all) > 0 || err == nil || err.Error() != "there is no a" {
		t.Errorf("got %d models, %v", len(all), err)
	}
}

// Who waits is told, after a second and then less and less often; what is loaded at once is not talked about.
func TestLoadingThatTakesLongIsTold(t *testing.T) {
	for lasts, want := range map[time.Duration][]float64{999 * time.Millisecond: nil, 10 * time.Second: {1, 2, 4, 8}} {
		synctest.Test(t, func(t *testing.T) {
			core, logged := observer.New(zap.InfoLevel)
			l := newLoading(event.NewLog(zap.New(core)), []*config.Model{{Name: "a"}, {Name: "b"}})
			time.Sleep(lasts / 4)
			l.done("a")
			time.Sleep(lasts - lasts/4)
			l.done("b")
			time.Sleep(time.Hour)
			l.end()
			var got []float64
			for _, e := range logged.FilterMessage("node.loading").All() {
				fields := e.ContextMap()
				got = append(got, fields["after"].(time.Duration).Seconds())
				if waiting := fields["waiting"].([]any); fields["models"] != int64(2) || len(waiting)+int(fields["loaded"].(int64)) != 2 {
					t.Errorf("logged is %v", fields)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("of what takes %s is told after %v s, want %v", lasts, got, want)
			}
		})
	}
}
