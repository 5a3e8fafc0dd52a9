// Package sim is a discrete-event simulation of a node: hours of requests in seconds. It drives the very cores that serve,
// scheduler.Scheduler and tenants.Tenant with its controller, on a virtual clock; what it puts in the place of the world is
// when requests come, how long segments run and what exits say.
//
// The laws of the package:
//
//   - The same configuration and seed give the same result, to the byte. Chance comes from generators that belong to one
//     tenant each and are drawn from once for every request, whether it is admitted or not: so another policy, or another
//     tenant, meets the very same requests.
//   - Every request ends once. When no more come, those in the house are served to their end.
//   - A segment runs for a time that is lognormal, fitted to the median and the 95th percentile that the profile has for as many
//     rows; where it has none, that is 1.5 times the median, as in its predictions. Slow moments hit all segments of a request
//     alike, as the profile adds them up.
//   - Beside other runs it is slower, by a factor for each number of segments that run, from one moment to the next.
//   - What the exits say of a request is what they said of one of the profile's samples, all of them equally likely. Of the
//     other classes than the predicted one nothing is known: they share what is left of the confidence.
package sim
