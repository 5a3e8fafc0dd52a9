// Package criteria is the language in which an app says when an early answer of a multi-exit network is good enough.
//
// A criterion is a Boolean expression over an Observation, what is known after an exit; true means "stop here":
//
//	confidence >= 0.9 || response_time > 20*ms
//	(confidence > 0.8 && exit >= 2) || energy > 150*mJ
//	[confidence >= 0.97, confidence >= 0.9, null]
//
// The grammar is that of HCL expressions, in configuration files (Compile) and over the wire (Parse) alike. Of it the
// language has comparisons (< <= == != >= >) of a metric with a constant, or of two metrics of the same kind; && || !
// and parentheses; true and false; arithmetic (+ - * /) on constants; and units, which are constants to multiply with:
// us ms s, uJ mJ J mWh, MFLOPs GFLOPs. A list holds one rule per exit, null meaning never; the last exit always
// answers, so its rule may be left out. ImportConditions makes a criterion of a condition file of the original research
// system.
//
// An app that does not want to think in thresholds states an Objective: a metric to make as good as it gets, and bounds on
// others. ParseObjective and CompileObjective read it in the same grammar:
//
//	maximize = accuracy
//	where    = response_time <= 50*ms && energy <= 80*mJ
//
// Of it bounds have comparisons of a metric with a constant, joined by &&. The metrics are those that can be predicted
// before a request has run: response_time, accuracy, energy and flops.
//
// # Laws
//
// Units are checked: 20 against response_time is an error that says to write 20*ms. A metric that nothing provides is
// an error that names the remedy, never a silent 0. What does not mean anything is refused with a hint and a source
// range, and user input never panics.
//
// Unknown never stops. A NaN in the Observation makes the comparisons that read it unknown, and Stop is true only when
// the criterion is true whatever the unknown comparisons are taken to be. Kleene's strong three-valued logic is
// what this computes (S. C. Kleene, Introduction to Metamathematics, 1952, §64). To have it at the price of two-valued
// logic, checking pushes every ! down to the comparisons by De Morgan's laws; in what is left && and || are
// monotone, so that "unknown" and "false" need no telling apart.
//
// Constants are exact. They are computed with 512 bits and rounded to a float64 once, and Criterion.String writes them
// so that Parse gives back the same float64s.
//
// # Cost
//
// HCL's own evaluator takes tens of microseconds for what is asked after every exit of every request. Here the checked
// expression, a tree of nodes, is compiled to a program, a row of interval tests that jump to one another:
// nanoseconds, without allocation.
package criteria
