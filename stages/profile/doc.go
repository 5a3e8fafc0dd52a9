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
package profile
