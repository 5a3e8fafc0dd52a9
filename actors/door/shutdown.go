package door

import "time"

// goodbye is how long peers have to end their streams, and the library to end what it has begun.
const goodbye = 250 * time.Millisecond

// Shutdown closes the door: it tells the peers, gives them a moment to leave, and then cuts off those that stay, for whom
// the library alone would wait ten seconds. The library panics when a peer leaves while it is being told: its stream's
// channel is then closed.
func (d *Door) Shutdown() {
	d.closing.Store(true)
	d.system.EventStream.Unsubscribe(d.events)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		d.remote.Shutdown(true)
	}()
	select {
	case <-done:
	case <-time.After(goodbye):
	}
	d.remote.Shutdown(false)
	select {
	case <-done:
	case <-time.After(goodbye): // it waits ten seconds for a peer that accepts a connection and then says nothing
	}
}
