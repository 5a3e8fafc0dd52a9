package profile

import "gonum.org/v1/gonum/mathext"

// usual is the confidence of a promise unless something else is said.
const usual = 0.95

// lowest is the accuracy that is certain at a confidence when right of n samples are right: the lower end of the one-sided
// interval of Clopper and Pearson (1934). It is exact in that no accuracy below it makes as many right answers as likely as
// 1-confidence; so "at least a is certain" is the same as "the exact binomial test refuses that it is at most a".
func lowest(right, n int, confidence float64) float64 {
	if right <= 0 || n <= 0 {
		return 0
	}
	return mathext.InvRegIncBeta(float64(right), float64(n-right+1), 1-confidence)
}
