package actors_test

import (
	"context"
	"errors"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
)

// An app in a process of its own is this test binary, started with a node's address in the environment: it calls the node
// without pause, each call with a deadline, until it is told to stop, and then says how they ended.
const appVariable = "DELEN_TEST_APP"

const (
	appWorkers  = 4
	appDeadline = 2 * time.Second
)

// appCalls is how an app's calls ended.
type appCalls struct {
	Answered, Refused, Failed, Lost, Expired int
	Overdue                                  int    // ended long after their deadline
	Other                                    string // the first end of another kind
}

// runApp is the app's process. Whenever it is answered for the first time, or for the first time since the connection was
// lost, it says "answered".
func runApp(address string) error {
	cl, err := client.Dial(context.Background(), client.Config{Node: address})
	if err != nil {
		return err
	}
	over, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	rows, err := loadPictures()
	if err != nil {
		return err
	}
	var (
		mu     sync.Mutex
		all    appCalls
		silent = true
		wg     sync.WaitGroup
	)
	for worker := range appWorkers {
		wg.Go(func() {
			for over.Err() == nil {
				start := time.Now()
				ctx, cancel := context.WithTimeout(context.Background(), appDeadline)
				_, err := inferAdmitted(ctx, cl, client.Request{Tenant: []string{"doorbell", "survey"}[worker%2], Inputs: inputs(rows[worker])})
				cancel()
				mu.Lock()
				all.count(err, time.Since(start))
				if lost(err) {
					silent = true
				}
				if err == nil && silent {
					silent = false
					emit(event{Kind: "answered"})
				}
				mu.Unlock()
				if err != nil {
					time.Sleep(time.Millisecond) // a call to a node that is away ends at once
				}
			}
		})
	}
	wg.Wait()
	cl.Close()
	emit(event{Kind: "tally", Tally: &all})
	return nil
}

// overdue is far more than a call may end after its deadline on any machine.
const overdue = 20 * time.Second

func (y *appCalls) count(err error, took time.Duration) {
	var no *client.Error
	switch {
	case err == nil:
		y.Answered++
	case errors.As(err, &no) && no.Refused:
		y.Refused++
	case errors.As(err, &no):
		y.Failed++
	case errors.Is(err, client.ErrLost):
		y.Lost++
	case errors.Is(err, context.DeadlineExceeded):
		y.Expired++
	case y.Other == "":
		y.Other = err.Error()
	}
	if took > appDeadline+overdue {
		y.Overdue++
	}
}

// startApp starts an app and waits until it has had an answer.
func startApp(t *testing.T, address string) *child {
	t.Helper()
	c := spawn(t, "", appVariable+"="+address)
	c.await("answered")
	return c
}

// tallied stops an app and gives the ends of its calls.
func (c *child) tallied() *appCalls {
	c.t.Helper()
	c.terminate()
	e := c.await("tally")
	<-c.ended
	return e.Tally
}

// The promise to apps, whatever happens to the node: every call of every client ends with an answer or a definite error by
// its deadline, and when the node is back so are the answers.
func TestANodeThatIsKilledUnderLoadAndComesBackEndsEveryCallOfEveryClient(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	var apps []*child
	for range 3 {
		apps = append(apps, startApp(t, n.address))
	}
	for range 2 {
		if err := n.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-n.ended
		n = start(t, options{listen: n.address})
		for _, a := range apps {
			a.await("answered")
		}
	}
	for i, a := range apps {
		y := a.tallied()
		t.Logf("app %d: %+v", i, *y)
		if y.Answered == 0 || y.Lost == 0 || y.Overdue > 0 || y.Other != "" {
			t.Errorf("app %d: calls have the ends %+v", i, *y)
		}
	}
	healthy(t, n.dial())
}

// What an app has under way when it is killed is given up: nobody waits for it.
func TestAnAppThatIsKilledLeavesNothingBehind(t *testing.T) {
	if alone(t) {
		return
	}
	n := start(t, options{})
	other := startApp(t, n.address)
	for range 3 {
		a := startApp(t, n.address)
		if err := a.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-a.ended
	}
	if y := other.tallied(); y.Lost+y.Failed+y.Overdue > 0 || y.Other != "" {
		t.Errorf("the calls of another app have the ends %+v", *y)
	}
	healthy(t, n.dial())
	n.stop() // and checks that no request, no memory and no goroutine is left
}
