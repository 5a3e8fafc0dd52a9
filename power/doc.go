// Package power knows where a machine says what it draws: the rails of a Jetson's INA3221, Intel's and AMD's energy counters
// (RAPL), batteries and mains adapters. Find lists what there is below a root directory, so that tests have trees of their
// own, and Open makes a Meter of it, which adds up what the machine has drawn.
//
// It also knows where a machine says how hot it is: Thermals reads that, and Heat decides what it means.
package power
