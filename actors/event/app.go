package event

import "time"

// AppConnected says that an app has a connection to the node.
type AppConnected struct {
	App string // host:port at which the app is reached
}

func (AppConnected) kind() kind { return kind{"app.connected", info, sampled} }

// AppLost says that the connection to an app has ended. Answers that were on their way to it are lost.
type AppLost struct {
	App string // host:port at which the app was reached
}

func (AppLost) kind() kind { return kind{"app.lost", info, sampled} }

// AppUnreachable says that a peer's handshake named an address that the node cannot dial: its requests could not be
// answered. The app must listen on an address that the node can reach; see what it advertises, and the firewall between.
type AppUnreachable struct {
	App   string // the address that it named
	Error error  // why it cannot be dialled
}

func (AppUnreachable) kind() kind { return kind{"app.unreachable", warn, sampled} }

// DoorRefused says that a peer sent what may not pass: not by the contract, or not to this target. An app that is built
// against another version does that, and so does somebody who tries the door.
type DoorRefused struct {
	Reason string // which rule it broke, in one word
	Detail string // what exactly
}

func (DoorRefused) kind() kind { return kind{"door.refused", warn, sampled} }

// MessageUnexpected says that a message passed the door that no tenant takes. It is a mistake of this program: report it.
type MessageUnexpected struct {
	Type string // Go type of the message
}

func (MessageUnexpected) kind() kind { return kind{"message.unexpected", warn, sampled} }

// WatchStarted says that an app watches a tenant from now on.
type WatchStarted struct {
	App    string        // host:port at which the app is reached
	Tenant string        // whom it watches
	Every  time.Duration // between two reports
}

func (WatchStarted) kind() kind { return kind{"watch.started", info, sampled} }

// WatchEnded says that an app watches a tenant no longer.
type WatchEnded struct {
	App    string // host:port at which the app was reached
	Tenant string // whom it watched
	Reason string // who or what ended it
}

func (WatchEnded) kind() kind { return kind{"watch.ended", info, sampled} }
