package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// contender is a server with a network, or the bare runtime without a server.
type contender struct {
	server  string
	network string
	ask     asker
	cpu     func() (time.Duration, error) // what the server has used; nil: the work is done in this process
}

// asker sends a sample over a connection, counted from 0, and waits for the answer. Without exits the exit is 0.
type asker func(ctx context.Context, connection int, s *sample) (class, exit int, err error)

// listener is told of answers, one at a time.
type listener func(s *sample, class, exit int)

// turn is what a contender did in its time of one round.
type turn struct {
	Answers   int     `json:"answers"`
	Seconds   float64 `json:"seconds"`
	ServerCPU float64 `json:"server_cpu_seconds"`
	ClientCPU float64 `json:"client_cpu_seconds"` // of a contender without a server: all
}

func (t turn) rate() float64 { return float64(t.Answers) / t.Seconds }

// take asks in a closed loop for a time: each connection sends its next request when it has the answer to the one
// before.
func (c *contender) take(ctx context.Context, connections int, samples []sample, length time.Duration) (turn, error) {
	server, own, err := c.clocks()
	if err != nil {
		return turn{}, err
	}
	start := time.Now()
	answers, err := c.loop(ctx, connections, func(next int) *sample {
		if time.Since(start) >= length {
			return nil
		}
		return &samples[next%len(samples)]
	}, func(*sample, int, int) {})
	if err != nil {
		return turn{}, err
	}
	seconds := time.Since(start).Seconds()
	serverEnd, ownEnd, err := c.clocks()
	return turn{answers, seconds, (serverEnd - server).Seconds(), (ownEnd - own).Seconds()}, err
}

// clocks are the CPU times of the server and of this process.
func (c *contender) clocks() (server, own time.Duration, err error) {
	if c.cpu != nil {
		if server, err = c.cpu(); err != nil {
			return 0, 0, err
		}
	}
	own, err = ownCPU()
	return server, own, err
}

// loop asks on all connections until pick, which is told how many have been asked before, gives no sample. It hands
// answers to got one at a time and counts them.
func (c *contender) loop(ctx context.Context, connections int, pick func(next int) *sample, got listener) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := 0
	for connection := range connections {
		all.Go(func() {
			for s := pick(int(next.Add(1) - 1)); s != nil; s = pick(int(next.Add(1) - 1)) {
				class, exit, err := c.ask(ctx, connection, s)
				if err != nil {
					cancel(err) // the first one stays
					return
				}
				mu.Lock()
				got(s, class, exit)
				answers++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return answers, context.Cause(ctx)
}

// verdict is how a contender answers the samples.
type verdict struct {
	right int
	exits map[int]int // how many stopped at each exit
}

// judge asks for every sample once.
func (c *contender) judge(ctx context.Context, connections int, samples []sample) (verdict, error) {
	v := verdict{exits: map[int]int{}}
	_, err := c.loop(ctx, connections, func(next int) *sample {
		if next >= len(samples) {
			return nil
		}
		return &samples[next]
	}, func(s *sample, class, exit int) {
		if class == s.class {
			v.right++
		}
		v.exits[exit]++
	})
	return v, err
}
