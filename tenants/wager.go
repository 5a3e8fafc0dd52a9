package tenants

import "math"

// wager holds against the claim that a mean is on one side of a limit what it would have won from who claims so, betting on each
// observation before it is seen. Were the claim true, it would ever have 1/alpha times what it began with, however often it is
// looked at, with a probability of alpha at most (Ville's inequality, 1939; testing by betting: Shafer 2021, Waudby-Smith and
// Ramdas 2023).
//
// The observations are disagreements. Of a claim that a fraction d of them at most disagrees, one bet of odds r > 1 makes the
// factor r/(1-d+r*d) of one that does and 1/(1-d+r*d) of one that does not: 1 in the mean at d, and less below. With r < 1 it is
// one against "at least d". d may be another one each time. The wager spreads what it has over several odds, and over the times
// at which a change may come: a part of 1/(k*(k+1)) is betted from the k-th start on. So nothing that came before a change
// counts against it but the logarithm of how often a start was made.
type wager struct {
	bets [4]bet
	seen int
}

// bet is what one of the odds has made of the parts that are in it.
type bet struct {
	wealth float64
	// The latest change that these odds make likely (Page 1954), and what has been seen since.
	rise      float64
	of, agree int
}

// The odds of the bets are these against a mean that is too high, and their inverses against one that is too low.
var odds = [...]float64{1.5, 2.5, 5, 12}

// startEvery is how many observations are between two starts. Fewer would leave less for each.
const startEvery = 32

// take bets on one observation. Against says that the claim is "at most limit disagree"; else it is "at least".
func (w *wager) take(disagrees bool, limit float64, against bool) {
	part := 0.0
	if w.seen%startEvery == 0 {
		k := float64(w.seen/startEvery + 1)
		part = 1 / (k * (k + 1)) / float64(len(odds))
	}
	w.seen++
	for i := range w.bets {
		b, r := &w.bets[i], odds[i]
		if !against {
			r = 1 / r
		}
		factor := 1 / (1 - limit + r*limit)
		if disagrees {
			factor *= r
		}
		b.wealth = (b.wealth + part) * factor
		b.of++
		if !disagrees {
			b.agree++
		}
		if b.rise += math.Log(factor); b.rise <= 0 {
			b.rise, b.of, b.agree = 0, 0, 0
		}
	}
}

// won is how many times what it began with the wager has; what waits for later starts is as it was.
func (w *wager) won() float64 {
	sum := 1.0
	if w.seen > 0 {
		sum = 1 / float64((w.seen-1)/startEvery+2)
	}
	for _, b := range w.bets {
		sum += b.wealth
	}
	return sum
}

// since is what has been seen since the change that the most successful odds make the likeliest.
func (w *wager) since() (agree, of int) {
	best := w.bets[0]
	for _, b := range w.bets[1:] {
		if b.wealth > best.wealth {
			best = b
		}
	}
	return best.agree, best.of
}
