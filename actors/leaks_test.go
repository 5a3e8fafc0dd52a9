package actors_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/delen-edge/delen/actors"
	"github.com/delen-edge/delen/actors/client"
	events "github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/config"
	"github.com/delen-edge/delen/internal/patience"
	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/stages/onnx"
)

// holdings are what a process could leak and a test can count exactly.
type holdings struct {
	goroutines int
	files      map[string]string
}

// holding counts what this process has.
func holding() holdings {
	files, err := proc.Files(os.Getpid())
	if err != nil {
		panic(err)
	}
	return holdings{runtime.NumGoroutine(), files}
}

// more says what there is now beyond what there was. It waits for what is about to end, until it gives up.
func (was holdings) more(over time.Time) string {
	for ; ; time.Sleep(time.Millisecond) {
		now, left := holding(), []string(nil)
		for n, what := range now.files {
			if was.files[n] != what {
				left = append(left, fmt.Sprintf("descriptor %s: %s", n, what))
			}
		}
		slices.Sort(left)
		late := time.Now().After(over)
		if now.goroutines > was.goroutines {
			left = append(left, fmt.Sprintf("%d goroutines, of these", now.goroutines-was.goroutines))
			if late {
				left = append(left, stacks()...)
			}
		}
		if len(left) == 0 || late {
			return strings.Join(left, "\n\n")
		}
	}
}

// stacks are those of all goroutines.
func stacks() []string {
	buffer := make([]byte, 1<<20)
	return strings.Split(string(buffer[:runtime.Stack(buffer, true)]), "\n\n")
}

// The library, too, leaves nothing behind.
func TestANodeThatStartsAgainAndAgainLeavesNothing(t *testing.T) {
	if alone(t) {
		return
	}
	c, diags := config.Load(options{}.write(t))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	library, err := onnx.Library("")
	if err == nil {
		err = onnx.Open(library)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := holding()
	for range 3 {
		t.Run("a life", func(t *testing.T) { live(t, c) })
		if more := before.more(patience.Over(t)); more != "" {
			t.Fatalf("a node leaves behind:\n%s", more)
		}
	}
}

// live is the life of one node: it starts, serves, and stops.
func live(t *testing.T, c *config.Config) {
	f := &faults{}
	node, err := actors.Start(c, actors.Options{Load: f.load, Log: events.NewLog(zap.NewNop()), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Stop(patiently(t)); err != nil {
			t.Error(err)
		}
		if n := f.carries.Load(); n != 0 {
			t.Errorf("%d carries are not freed", n)
		}
	})
	p := newPeer(t, node.Address())
	const requests = 50
	for range requests {
		p.say(p.infer())
	}
	for range requests {
		if m, ok := p.next().(*wire.Inferred); !ok {
			t.Errorf("got %v", m)
		}
	}
}

// Neither end keeps anything of a connection that is over.
func TestConnectionsThatComeAndGoLeaveNothing(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	before, node := holding(), n.ask("count").Tasks
	for range 5 {
		cl, err := client.Dial(patiently(t), client.Config{Node: n.address})
		if err != nil {
			t.Fatal(err)
		}
		healthy(t, cl)
		cl.Close()
	}
	if more := before.more(patience.Over(t)); more != "" {
		t.Errorf("clients leave behind:\n%s", more)
	}
	for over := patience.Over(t); n.ask("count").Tasks > node; time.Sleep(time.Millisecond) {
		if time.Now().After(over) {
			t.Fatalf("the node had %d goroutines before the clients and has %d after them", node, n.ask("count").Tasks)
		}
	}
}
