package main

import (
	"io"
	"sync"
	"time"
)

// logLevels are the levels of lines in a queue, the least important first.
const logLevels = 4

// logQueue writes lines on a goroutine of its own, so that nobody waits for who reads them. It holds so many bytes; where
// nobody reads, the oldest of the least important lines are dropped first, and counted.
type logQueue struct {
	out  io.Writer
	most int                                    // bytes that may wait
	lost func(dropped [logLevels]uint64) []byte // a line that says how many there were of each level

	mu      sync.Mutex
	changed sync.Cond
	waiting [logLevels][]logLine
	bytes   int
	number  uint64 // of the next line
	written uint64 // lines, or tried
	dropped [logLevels]uint64
	closed  bool
	ended   chan struct{}
}

// logLine is a line that waits.
type logLine struct {
	number uint64
	text   []byte
}

func newLogQueue(out io.Writer, most int, lost func([logLevels]uint64) []byte) *logQueue {
	q := &logQueue{out: out, most: most, lost: lost, ended: make(chan struct{})}
	q.changed.L = &q.mu
	go q.run()
	return q
}

// add takes a line of a level, from 0. The queue keeps the bytes.
func (q *logQueue) add(level int, text []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.bytes+len(text) > q.most {
		if !q.drop(level) {
			q.dropped[level]++
			return
		}
	}
	q.waiting[level] = append(q.waiting[level], logLine{q.number, text})
	q.number++
	q.bytes += len(text)
	q.changed.Signal()
}

// drop gives up the oldest line of the lowest level that has any, up to a level. It says whether there was one.
func (q *logQueue) drop(most int) bool {
	for level := range most + 1 {
		if len(q.waiting[level]) > 0 {
			q.take(level)
			q.dropped[level]++
			return true
		}
	}
	return false
}

// take removes the oldest line of a level.
func (q *logQueue) take(level int) []byte {
	text := q.waiting[level][0].text
	q.waiting[level][0].text = nil
	if q.waiting[level] = q.waiting[level][1:]; len(q.waiting[level]) == 0 {
		q.waiting[level] = nil
	}
	q.bytes -= len(text)
	return text
}

// oldest is the level of the line that is next; -1 when none waits.
func (q *logQueue) oldest() int {
	next := -1
	for level := range q.waiting {
		if len(q.waiting[level]) > 0 && (next < 0 || q.waiting[level][0].number < q.waiting[next][0].number) {
			next = level
		}
	}
	return next
}

// run writes until the queue is closed and empty.
func (q *logQueue) run() {
	defer close(q.ended)
	q.mu.Lock()
	defer q.mu.Unlock()
	for {
		level := q.oldest()
		if level < 0 {
			if q.closed {
				return
			}
			q.changed.Wait()
			continue
		}
		text, dropped := q.take(level), q.dropped
		q.dropped = [logLevels]uint64{}
		q.mu.Unlock()
		told, err := q.write(dropped, text)
		q.mu.Lock()
		q.written++
		if !told {
			for i := range dropped {
				q.dropped[i] += dropped[i]
			}
		}
		if err != nil {
			q.dropped[level]++
		}
	}
}

// write writes a line, and before it what has been lost. It says whether that has been told.
func (q *logQueue) write(dropped [logLevels]uint64, text []byte) (told bool, err error) {
	if dropped != [logLevels]uint64{} {
		if _, err := q.out.Write(q.lost(dropped)); err != nil {
			return false, err
		}
	}
	_, err = q.out.Write(text)
	return true, err
}

// close waits until everything is written, for so long at the most. It gives up when nothing has been written for a time.
func (q *logQueue) close(patience, most time.Duration) {
	q.mu.Lock()
	q.closed = true
	q.changed.Signal()
	q.mu.Unlock()
	over := time.After(most)
	for before := q.progress(); ; {
		select {
		case <-q.ended:
			return
		case <-over:
			return
		case <-time.After(patience):
			now := q.progress()
			if now == before {
				return
			}
			before = now
		}
	}
}

func (q *logQueue) progress() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.written
}

// logText writes plain text to a queue, as a line of a level.
type logText struct {
	queue *logQueue
	level int
}

// Write implements io.Writer.
func (t logText) Write(text []byte) (int, error) {
	t.queue.add(t.level, append([]byte(nil), text...))
	return len(text), nil
}
