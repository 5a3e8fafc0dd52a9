package door

import (
	"context"
	"sync"
)

// Pause says that the door waits for a payer, or that this is over.
type Pause struct {
	Payer  string
	Bytes  int  // that it has in the house
	Budget int  // that it may have
	Over   bool // it has caught up: at most a quarter of its budget is in use
}

// ledger knows what each payer has in the house.
type ledger struct {
	budget func(payer string) int // nil: nothing is ever charged
	paused func(Pause)            // may be nil

	mu       sync.Mutex
	accounts map[string]*account // of those that have anything in the house
}

// account is a payer's. It is guarded by the ledger's lock.
type account struct {
	payer  string
	bytes  int
	room   chan struct{} // closed when those that wait should look again; nil: nobody waits
	paused bool          // told, and not yet told to be over
}

// charge is what one message takes of an account until it is released.
type charge struct {
	ledger  *ledger
	account *account
	held    map[*account]int // of the message's stream
	bytes   int
	over    bool // released
}

// charge puts a message of a stream on an account. It never waits: the message is there already.
func (l *ledger) charge(held map[*account]int, payer string, bytes int) *charge {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[payer]
	if a == nil {
		a = &account{payer: payer}
		l.accounts[payer] = a
	}
	a.bytes += bytes
	held[a] += bytes
	return &charge{ledger: l, account: a, held: held, bytes: bytes}
}

// release takes a message off its account, the first time that it is called.
func (c *charge) release() {
	l, a := c.ledger, c.account
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.over {
		return
	}
	c.over = true
	a.bytes -= c.bytes
	if c.held[a] -= c.bytes; c.held[a] == 0 {
		delete(c.held, a)
	}
	budget := l.budget(a.payer)
	if a.room != nil && (a.bytes <= budget || c.held[a] == 0) {
		close(a.room)
		a.room = nil
	}
	if a.paused && a.bytes <= budget/4 {
		a.paused = false
		l.tell(Pause{a.payer, a.bytes, budget, true})
	}
	if a.bytes == 0 {
		delete(l.accounts, a.payer)
	}
}

// wait returns when no payer that a stream has messages of exceeds its budget, or with the error of the stream's context.
func (l *ledger) wait(stream interface{ Context() context.Context }, held map[*account]int) error {
	for {
		room := l.exceeded(held)
		if room == nil {
			return nil
		}
		select {
		case <-room:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}
}

// exceeded gives a channel to wait on if one of a stream's payers exceeds its budget, or else nil.
func (l *ledger) exceeded(held map[*account]int) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	for a := range held {
		budget := l.budget(a.payer)
		if a.bytes <= budget {
			continue
		}
		if a.room == nil {
			a.room = make(chan struct{})
		}
		if !a.paused {
			a.paused = true
			l.tell(Pause{a.payer, a.bytes, budget, false})
		}
		return a.room
	}
	return nil
}

// tell is called under the lock, so that what is told comes in order.
func (l *ledger) tell(p Pause) {
	if l.paused != nil {
		l.paused(p)
	}
}

func (l *ledger) total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	bytes := 0
	for _, a := range l.accounts {
		bytes += a.bytes
	}
	return bytes
}
