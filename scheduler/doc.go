// Package scheduler decides: which ticket runs next, and after each exit whether it stops or goes on. It is one pure
// function, Step(now, event) -> effects. There is no clock in it, no goroutine and no randomness, so a transcript of
// events always gives the same effects, in tests, in simulation and in service.
//
// # Who runs next
//
// Start-time fair queueing (Goyal, Vin and Cheng 1996) on measured busy time, with the segment as the unit of preemption.
// Tenant i has a tag v_i. Starting a segment that costs c moves it to v_i + c/w_i, c guessed at the start and corrected
// at the exit; the tenant with the smallest tag is next. Virtual time V is the largest tag that a start had. A tenant
// whose queue was empty resumes at max(v_i, V): a debt stays, and what a tenant could have had but did not ask for is not
// owed to it, also when it asks for less than its share because it sends one request after the other.
//
// The law: for two tenants that have work waiting throughout an interval, with B the busy time charged, c the largest
// charge of one segment, guessed or measured, and w the weight,
//
//	|B_i/w_i - B_j/w_j| <= (slots + 1) * (c_i/w_i + c_j/w_j)
//
// It holds whoever else comes and goes. When a weight changes, what the tenant owes or is owed stays as many seconds of
// the machine, so that the law holds with the new weight from that moment on.
//
// Within a tenant: earliest deadline, then deepest stage, then oldest. A free slot never waits while a ticket is queued.
//
// # When a ticket ends
//
// After each exit: its criterion is true, or if it brought none its tenant's plan as it stands then, there is no further exit, the next segment would pass the deadline, or its
// tenant has left. At its deadline, wherever it is. While it is queued: when it is the oldest of a tenant that has no room
// for a newer one, or when its tenant leaves. A ticket that is cut short like this is answered by its deepest exit, and
// fails only if it has none.
//
// A ticket that ends while its segment runs leaves a stale run behind: the slot stays taken until the run comes back, and
// then only the ticket's memory is released. A tenant that has left is gone when it has neither a ticket nor a run.
//
// # When a slot is lost
//
// A run that takes too long is terminated: its ticket fails, and its slot stays taken. One that does not come back within
// another run limit has lost its slot, until it does. A stage that crashes breaks the ticket that it ran and takes its
// slot along until it has recovered; the time until the crash is charged, that of the recovery is not. A run's number
// tells it from all others: one that crashed can not come back.
package scheduler
