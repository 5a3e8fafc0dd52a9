// Package profile reads and writes what is known about the exits of one model
// on one device: profile.json, the summary, and outcomes.csv, what each sample
// was taken for at each exit. Both are plain files that people open and edit.
// Import reads the profiles of the original research system.
//
// The laws of the package:
//
//   - A figure that is not known is null in the file and nil in Go. It is never
//     0: an exit that costs nothing would win every comparison.
//   - Response time, energy and FLOPs are those of a request that stops at the
//     exit: they include every exit before it, so they never fall from one exit
//     to the next. Accuracy may fall; exits need not improve.
//   - Figures are those of one row, in seconds, joules, floating-point operations
//     and fractions. A file in milliseconds or percent is refused where that shows.
//     Only those of a segment are of a run, by the number of its rows.
//   - What Write accepts, Read accepts; a file is replaced whole or not at all.
//   - A profile that names the digest of its outcomes is evidence with these alone.
//     Outcomes are replaced first, so that a crash in between is an error later.
//
// # The frontier
//
// From a profile and its outcomes, Evidence predicts what thresholds of
// confidence bring, one for each exit but the last: the policy PF of Liang et
// al., "Dělen: Enabling Flexible and Adaptive Model-serving for Multi-tenant Edge
// AI" (IoTDI 2023), beside their pW, one exit for all requests, and Full. That a
// request stops at the first exit that is confident enough is the rule of
// multi-exit networks since BranchyNet (Teerapittayanon, McDanel and Kung, 2016).
// All of it is pure: the same files give the same points. The laws of the search:
//
//   - Single exits are on the grid, as thresholds of 0 and +Inf. So no policy that
//     takes one exit is better than the frontier on the samples it was found on.
//   - Up to four exits, every vector of a grid is visited, and what is best there is
//     improved on a grid eight times as fine, one exit at a time. Beyond, such a
//     Pareto local search does all, with a fixed number of steps, and the frontier
//     says with Gap how far a Lagrangian bound is from it.
//   - There is a staircase of accuracy against cost for each of some times by which 95
//     of 100 requests are answered, the exits' and those between them, since a bound
//     on response times is on that; and the same again of what keeps bounds on other
//     means. Points are what some staircase needs, thinned to some two hundred and
//     fifty: each is the cheapest found of those as accurate on its staircase, and on
//     other samples than it was found on it need not be.
//   - The samples are in three parts, by a hash of their names. Points are found on
//     the first and promises tested on the second. Accuracies are estimated on the
//     second and the third together, by neither of which points are found, and are no
//     less than what is certain. Shares of exits, and with them costs, are counted on
//     the first and the third: what a promise is tested on has no say in which points
//     are tested, and when, nor in the temperatures, which are fitted to the first
//     part.
//   - A promise of accuracy is a fixed sequence of exact binomial tests from safe to
//     cheap (Angelopoulos, Bates, Candès, Jordan and Lei, "Learn then Test", 2021),
//     and the bound of one point is that of Clopper and Pearson (1934). It speaks of
//     samples like those of the profile, and of nothing else. The sequence begins with
//     the single exit that is the most accurate on the first part, which no search has
//     picked, unless a point is better there than luck explains.
//   - An allowance, which a plan gives a tenant in favour of others, has no say in what is tested either: with one confidence all of
//     a frontier's options are told, and Choose takes the best of them that keeps within it.
//   - The 95th percentile of a response time at an exit is the sum of its segments':
//     slow moments hit all of them. Where the profile has none, it is 1.5 times the
//     median. That of a point is of all its requests together: the .95 quantile of the
//     mixture of its exits' times by their shares. Of an exit's times, the profile
//     knows two quantiles: they are the median up to .5, linear from there to the 95th
//     percentile at .95, and on with the same slope up to 1.
package profile
