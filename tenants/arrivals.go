package tenants

import (
	"math"
	"time"
)

// arrivals is how often a tenant is asked, refused requests included. What was last told of it holds until the rate has moved
// by a fifth and by more than chance: by so many requests as a Poisson process has hardly ever, in the latest second or the latest
// 2, 4, and so on to 1024. A large move shows in the shortest of them. A small one shows in the longest, and so does that a tenant
// that was seldom asked is not asked at all.
type arrivals struct {
	counts [len(grains)][memory]uint32 // by grain, a ring of each
	second int                         // that counts now, since the node's start
	from   int                         // the first second that counts whole: none before it was like those after it
	told   float64                     // requests a second
	last   time.Duration               // when one came; 0: none did
}

// grains are the seconds that are counted together: more for what is long ago.
var grains = [...]int{1, 32}

const (
	memory    = 33  // grains of a kind: 32 that are over, and the one that counts
	rateDrift = 0.2 // of the rate
)

// came counts a request.
func (a *arrivals) came(now time.Duration) {
	a.last = max(now, 1)
	a.advance(now)
	for i, grain := range grains {
		a.counts[i][a.second/grain%memory]++
	}
}

func (a *arrivals) advance(now time.Duration) {
	to := max(a.second, int(now/time.Second))
	for i, grain := range grains {
		last := to / grain
		for at := max(a.second/grain+1, last-memory+1); at <= last; at++ {
			a.counts[i][at%memory] = 0
		}
	}
	a.second = to
}

// over says whether nobody has asked for so long that it is forgotten.
func (a *arrivals) over(now time.Duration) bool {
	const remembered = memory * 32 // s
	return a.told == 0 && (a.last == 0 || now-a.last > remembered*time.Second)
}

// moved says whether the rate is another one than was told, and tells it.
func (a *arrivals) moved(now time.Duration) bool {
	a.advance(now)
	for i, grain := range grains {
		count, first := 0, a.second/grain
		for span := 1; span < memory; span *= 2 {
			for over := a.second/grain - span; first > over; {
				if first--; first*grain < a.from {
					return false
				}
				count += int(a.counts[i][first%memory])
			}
			if a.differs(float64(count), float64(span*grain)) {
				a.told, a.from = float64(count)/float64(span*grain), first*grain
				return true
			}
		}
	}
	return false
}

// differs says whether so many requests in so many seconds are another rate than was told.
func (a *arrivals) differs(count, seconds float64) bool {
	if told := a.told * seconds; math.Abs(count-told) <= rateDrift*told {
		return false
	}
	// Of a tenant that nobody has asked for, three requests are news.
	expected := max(a.told*seconds, 0.07)
	// Chance makes e^-unlikely of Poisson counts at most as far off as this one (Chernoff 1952). That holds of small counts, too,
	// unlike a number of standard deviations: where one request in ten seconds is expected, three come in one every other hour.
	unlikely := expected - count
	if count > 0 {
		unlikely += count * math.Log(count/expected)
	}
	return unlikely > surely*surely/2
}
