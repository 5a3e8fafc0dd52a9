// Package tenants holds what a guest of the machine is: its terms, the tickets of its requests, admission and its
// account. All of it is plain single-threaded code that is handed the time, a duration since the node's start.
//
// The law of admission: at most Config.Queue tickets of a tenant are in the house at a time, whatever state they are in.
// A request beyond that is refused with the time after which a place should be free for it, behind those that were refused
// before, and was never admitted; or, if the tenant drops the oldest, it is admitted and the scheduler ends another for
// it. Every admitted ticket ends exactly once, through [Tenant.Ended].
//
// A tenant has a criterion that was stated, or a [Goal]: an objective, for which it finds operating points on the frontier
// of its model's profile and follows what is measured of its answers. Then its tickets bring no criterion: the plan
// of the moment decides. What a point was predicted to bring is held against what it brings.
//
// Some tickets are audited: chosen by their id at admission, they run on to the last exit after they have been answered. The
// answers that agree with the last exit's are held against how many of the profile's samples do. That they are fewer, or
// enough again, is said by a test by betting that may be looked at after each of them: while all is as promised, the
// probability that it ever says otherwise is one in a hundred. A tenant that bounds its accuracy then asks for as much more as
// may be missing, and gets a safer point, until the drift is over.
//
// The account counts from the tenant's beginning; a [Window] sums up what has happened since it was last looked at, for
// those who watch a tenant. Each watcher has one of its own, and a tenant that nobody watches pays nothing for it.
package tenants
