// Package actors is the running system: thin shells around the pure cores. An actor turns messages into events and
// effects into messages; what is decided is decided in tenants and scheduler.
//
//	door ──> reception ──> tenant ──Offer──> scheduler ──Run──> stage (segment 1..K, slot 1..S)
//	                          ^                 |  ^               |
//	        app <── wire ─────┴──End, Release───┘  └────Exited─────┘
//
// The reception is the well-known actor: it knows the tenants and passes messages on. Each tenant actor owns a
// tenants.Tenant and its unanswered requests. The scheduler actor owns the scheduler.Scheduler and the one timer of the
// house. Each stage actor owns a stages.Runner; the stages of a slot share its thread. Everything that they send to each
// other about a request is a value of the pure packages, or a door.Arrival.
//
// A ticket goes tenant, scheduler, stage, scheduler, ..., tenant. Its memory is taken by the first stage and given back
// by the tenant, which is where every ticket ends.
package actors
