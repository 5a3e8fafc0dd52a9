package tenants

import (
	"math"
	"time"
)

// arrivals is how often a tenant is asked, refused requests included. What was last told of it holds until the rate has moved
// by a fifth and by more than chance: fewer or more requests than so many standard deviations of a Poisson process, in the latest
// second, or in the latest 2, 4, 8 or 16. A large move shows in the shortest of them, and a small one in the longest.
type arrivals struct {
	seconds [longestMemory]int // by second, a ring
	second  int                // that counts now, since the node's start
	from    int                // the first second that counts whole: none before it was like those after it
	told    float64            // requests a second
}

const (
	longestMemory = 17  // seconds: 16 that are over, and the one that counts
	rateDrift     = 0.2 // of the rate
)

// came counts a request.
func (a *arrivals) came(now time.Duration) {
	a.advance(now)
	a.seconds[a.second%longestMemory]++
}

func (a *arrivals) advance(now time.Duration) {
	to := int(now / time.Second)
	if to-a.second > longestMemory {
		a.second = to - longestMemory
	}
	for a.second < to {
		a.second++
		a.seconds[a.second%longestMemory] = 0
	}
}

// moved says whether the rate is another one than was told, and tells it.
func (a *arrivals) moved(now time.Duration) bool {
	a.advance(now)
	count, over := 0, 0
	for span := 1; span < longestMemory; span *= 2 {
		for over < span {
			over++
			if a.second-over < a.from {
				return false
			}
			count += a.seconds[(a.second-over)%longestMemory]
		}
		rate, expected := float64(count)/float64(span), a.told*float64(span)
		// Of a tenant that nobody has asked for, three requests are news.
		chance := surely * math.Sqrt(max(expected, 0.25))
		if math.Abs(float64(count)-expected) > chance && math.Abs(rate-a.told) > rateDrift*a.told {
			a.told, a.from = rate, a.second-span
			return true
		}
	}
	return false
}
