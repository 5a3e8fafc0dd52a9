// Package scheduler decides: which ticket runs next, and after each exit whether it stops or goes on. It is one pure
// function, Step(now, event) -> effects. There is no clock in it, no goroutine and no randomness, so a transcript of
// events always gives the same effects, in tests, in simulation and in service.
//
// # Who runs next
//
// Start-time fair queueing (Goyal, Vin and Cheng 1996) on measured busy time, with the segment as the unit of preemption.
// Tenant i has a tag v_i. A run that costs c moves it to v_i + c/w_i, c guessed at the start and corrected at the exit; the
// tenant with the smallest tag is next. The cost is phi*time + (1-phi)*energy/P, hand-off included, with P the largest power
// that any segment draws: by time with a phi of 1, by energy with 0.
//
// A tenant is awake while it has a ticket queued or running. While it is, it keeps what it owes and what it is owed. When
// it wakes it resumes no earlier than the largest tag that ran: a debt stays, and what a tenant could have had but did not
// ask for is not owed to it. Nor is what it cannot use: with several slots, the share of a tenant with few tickets at a time
// is capped at as many slots, and the others have the rest by weight, as water fills vessels. Its effective weight is the
// one that would give it just that.
//
// The law: for two tenants that are awake throughout an interval, with B the cost charged, c the largest charge of one
// run, guessed or measured, and w the effective weight,
//
//	|B_i/w_i - B_j/w_j| <= (slots + 1) * (c_i/w_i + c_j/w_j)
//
// It holds whoever else comes and goes. When a weight changes, what the tenant owes or is owed stays as many seconds of
// the machine, so that the law holds with the new weight from that moment on.
//
// Within a tenant: earliest deadline, then deepest stage, then oldest.
//
// # Policies
//
// Under [Cooperative] a free slot never waits while a ticket is queued: idle time is lent, and taken back at the end of a
// segment. Under [NonCooperative] each tenant is held to its part of the slots by a bucket of tokens: over any interval it
// is charged no more than rate*interval + depth and one run for each slot. Under [FirstCome] tickets run in the order in
// which they came, each to its end. A [Rule] changes the policy while tickets wait; tags stay.
//
// # Batches
//
// A free slot takes the ticket whose turn it is, and others that are queued for the same segment, of any tenant that is not
// alone: in fair order, as long as rows, its part of what is queued and everybody's deadline allow it. It never waits for
// more. Each row is charged its part of the run and of the hand-off. Those that survive an exit are queued again, and the
// next run is put together anew.
//
// # Estimates
//
// What a run takes is learnt by segment and number of rows, as if it were alone, and by what factor it takes longer for the
// number of segments that run. Guesses, deadlines and what the next exit would cost go by the product.
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
// A run that takes too long is terminated: its tickets fail, and its slot stays taken. One that does not come back within
// another run limit has lost its slot, until it does. A stage that crashes breaks the tickets that it ran and takes its
// slot along until it has recovered; the time until the crash is charged, that of the recovery is not. A run's number
// tells it from all others: one that crashed can not come back.
package scheduler
