package profile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/trials"
)

// draw is a response time of a mixture, straight from the quantile functions of its exits.
func (m mixture) draw(r *rand.Rand) float64 {
	u, k := r.Float64(), 0
	for k < len(m.shares)-1 && u >= m.shares[k] {
		u -= m.shares[k]
		k++
	}
	v := r.Float64()
	return m.median[k] + max(0, v-0.5)/0.45*(m.p95[k]-m.median[k])
}

// randomMixture has some exits without requests, some without spread and some that cost the same.
func randomMixture(r *rand.Rand) mixture {
	var m mixture
	sum, median, p95 := 0.0, 0.0, 0.0
	for range 1 + r.IntN(6) {
		share := r.ExpFloat64() * float64(r.IntN(4))
		if step := r.IntN(4); step > 0 {
			median += r.Float64() * float64(step)
			p95 = max(p95, median*(1+r.Float64()*float64(r.IntN(3))))
		}
		m.shares, m.median, m.p95 = append(m.shares, share), append(m.median, median), append(m.p95, p95)
		sum += share
	}
	if sum == 0 {
		m.shares[0], sum = 1, 1
	}
	for k := range m.shares {
		m.shares[k] /= sum
	}
	return m
}

// TestQuantileIsThatOfDraws: by it as many requests are answered as it says, among many drawn exit by exit.
func TestQuantileIsThatOfDraws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 10_000
	sigma := math.Sqrt(0.95 * 0.05 / n)
	for range 100 {
		m := randomMixture(r)
		q := m.quantile(0.95)
		before, at := 0, 0
		for range n {
			time := m.draw(r)
			if time <= q*(1+1e-9) {
				at++
			}
			if time < q*(1-1e-9) {
				before++
			}
		}
		if float64(at)/n < 0.95-5*sigma || float64(before)/n > 0.95+5*sigma {
			t.Errorf("%+v: %v, before which %d and by which %d of %d have their answer", m, q, before, at, n)
		}
	}
}

func TestQuantile(t *testing.T) {
	median, p95 := []float64{1, 2, 2}, []float64{1.9, 2.9, 2.9}
	for _, c := range []struct {
		what   string
		shares []float64
		want   float64
	}{
		{"one exit has its own", []float64{0, 1, 0}, 2.9},
		{"equal exits are as one", []float64{0, 0.3, 0.7}, 2.9},
		{"19 of 20 at the first: a slow one there is late, too", []float64{0.95, 0.05, 0}, 2},
		{"99 of 100 at the first: the slowest of it are late, too", []float64{0.99, 0.01, 0}, 1 + 2*(0.95/0.99-0.5)},
		{"half each: one of ten of the second is late", []float64{0.5, 0.5, 0}, 2.8},
	} {
		if got := (mixture{c.shares, median, p95}).quantile(0.95); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	if got := (mixture{[]float64{1}, []float64{0.1}, []float64{0.3}}).quantile(0.95); got != 0.3 {
		t.Errorf("of the only exit: %v", got)
	}
	if got := (mixture{[]float64{1}, []float64{0.1}, []float64{0.1}}).quantile(0.95); got != 0.1 {
		t.Errorf("without spread: %v", got)
	}
}

// TestResponsesAreNoLaterThanPredicted: of the points that a bound on response times chooses, 95 of 100 requests keep it, and
// its class is that of the rung that comes next.
func TestResponsesAreNoLaterThanPredicted(t *testing.T) {
	for _, exits := range []int{1, 2, 4, 6} {
		for shape, p := range populations(exits) {
			e := p.evidence(uint64(10+shape), 900)
			in, n := e.in(search, false)
			g := e.newGrid(in, n, criteria.Energy, cheap, coarse(exits))
			f := e.Frontier(cheap, Certainty{})
			r := rand.New(rand.NewPCG(uint64(shape), uint64(exits)))
			for i, q := range slices.Concat(f.Points, f.Single) {
				if i%17 > 0 && i < len(f.Points) {
					continue
				}
				m := mixture{q.ExitShare, e.cost[criteria.ResponseTime], e.p95}
				late := 0
				draws := trials.Pick(4000, 1000)
				for range draws {
					if m.draw(r) > q.ResponseP95*(1+1e-9) {
						late++
					}
				}
				if n := float64(draws); float64(late) > 0.05*n+5*math.Sqrt(0.05*0.95*n) {
					t.Errorf("%d exits, shape %d, %v: %d of %d are later than %v", exits, shape, q.ExitShare, late, draws, q.ResponseP95)
				}
				c := brute(e, in, q.Thresholds)
				left, shares := slices.Clone(c.shot[:exits-1]), make([]float64, exits)
				came := n
				for k := range left {
					came -= left[k]
					left[k] = came
				}
				for k := range shares {
					shares[k] = float64(c.shot[k]) / float64(n)
				}
				class, times := g.class(left), e.ladder()
				m.shares = shares
				if got := m.quantile(0.95); got > times[class]*(1+1e-9) || class > 0 && got < times[class-1]*(1-1e-9) {
					t.Errorf("%d exits, shape %d, %v: %v, and the rungs are %v, that of its class is %d", exits, shape, shares, got, times, class)
				}
			}
		}
	}
}

// TestUnknownTimesHaveNoPercentile of a point, nor has the oracle one.
func TestUnknownTimesHaveNoPercentile(t *testing.T) {
	q := population{exits: 3}.profile()
	q.Exits[1].ResponseTime = nil
	e, err := NewEvidence(q, population{exits: 3}.outcomes(rand.New(rand.NewPCG(1, 1)), 60))
	if err != nil {
		t.Fatal(err)
	}
	f := e.Frontier(cheap, Certainty{})
	for _, p := range append(slices.Concat(f.Points, f.Single), f.Oracle) {
		if !math.IsNaN(p.ResponseP95) || !math.IsNaN(p.ResponseTime) {
			t.Errorf("%+v", p)
		}
	}
}
