package event

import "time"

// ID is the number that an app has given a request. It has 64 bits and is written as a text: JavaScript and jq keep the first
// 53 of a number.
type ID uint64

// RequestRefused says that a message of an app was not admitted. The app is told the same. Many with RESOURCE_EXHAUSTED
// mean that the tenant sends more than its share can do.
type RequestRefused struct {
	Tenant  string // whom the message was for, as the app wrote it
	ID      ID     // the app's number of the request
	App     string // host:port at which the app is reached
	Code    string // as on the wire; docs/operations.md says what to do about each
	Message string // why, and what to do
}

func (RequestRefused) kind() kind { return kind{"request.refused", info, sampled} }

// RequestShed says that a request that waited was dropped to make room for a newer one, as the tenant's overflow asks.
type RequestShed struct {
	Tenant string        // whose request it was
	ID     ID            // the app's number of the request
	App    string        // host:port at which the app is reached
	Waited time.Duration // since it came to the door
}

func (RequestShed) kind() kind { return kind{"request.shed", info, sampled} }

// RequestFailed says that a segment failed under a request. One input that a model cannot digest does that, and so does
// memory that has run out; when every request of a model fails, stop sending and look at the first error.
type RequestFailed struct {
	Tenant string // whose request it was
	ID     ID     // the app's number of the request
	App    string // host:port at which the app is reached
	Error  error  // what went wrong in which segment of which model
}

func (RequestFailed) kind() kind { return kind{"request.failed", fail, sampled} }

// RequestEnded says that a request has its answer, or ran out of time, or was cancelled.
type RequestEnded struct {
	Tenant     string        // whose request it was
	ID         ID            // the app's number of the request
	Ticket     uint64        // the node's number of the request
	App        string        // host:port at which the app is reached
	Reason     string        // with an answer: criterion, last_exit, deadline, overflow, removed; without: expired, shed, evicted, cancelled, closed
	Exit       int           // whose answer it is, from 1; 0: there is none
	Confidence float64       // largest softmax probability of the answer
	Response   time.Duration // from the door to the answer
	Busy       time.Duration // in which a slot worked for it
}

func (RequestEnded) kind() kind { return kind{"request.ended", debug, always} }
