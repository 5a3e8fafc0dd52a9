package actors_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// BenchmarkShares keeps two tenants with shares of 60 and 40 % busy and looks, in windows of a second, how far the part of
// the first is from its share, in percentage points: by requests that were answered, all of which take the same work, and
// by the time that segments ran for them. The goal is 2 points.
func BenchmarkShares(b *testing.B) {
	const windows, share, deep = 20, 0.6, 64
	n := start(b, options{tenants: `tenant "first" { share = 60 }
tenant "second" { share = 40 }`})
	first, second := busyOn(b, n, "first", deep), busyOn(b, n, "second", deep)
	var byWork, byTime []float64
	time.Sleep(time.Second)
	for range windows {
		a, c := first.sofar(), second.sofar()
		time.Sleep(time.Second)
		a, c = first.sofar().minus(a), second.sofar().minus(c)
		work := float64(a.Answered) / float64(a.Answered+c.Answered)
		busy := a.Busy / (a.Busy + c.Busy)
		byWork = append(byWork, 100*math.Abs(work-share))
		byTime = append(byTime, 100*math.Abs(busy-share))
	}
	for _, f := range []*flooder{first, second} {
		f.rest()
		f.settle()
	}
	slices.Sort(byWork)
	slices.Sort(byTime)
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(byWork[windows/2], "work-points")
	b.ReportMetric(byWork[windows-1], "work-max-points")
	b.ReportMetric(byTime[windows/2], "time-points")
	b.ReportMetric(byTime[windows-1], "time-max-points")
}

// busyOn keeps so many requests of a tenant in the house.
func busyOn(b *testing.B, n *child, tenant string, deep int) *flooder {
	b.Helper()
	f := newFlooder(b, n.address, tenant, inputs(pictures(b)[0])[0])
	f.run(math.MaxInt, 1, f.upTo(deep))
	return f
}

// minus is what has come since.
func (e ends) minus(before ends) ends {
	e.Answered -= before.Answered
	e.Busy -= before.Busy
	return e
}

// BenchmarkOverload sends ten times the requests that a node can answer, and compares what it answers with what it answers
// when there is always one more to come, and never too many. Node and sender have a core each. The goal is a ratio of at
// least .9, and memory that does not grow.
func BenchmarkOverload(b *testing.B) {
	const rounds, queue, factor = 8, 64, 10
	n := start(b, options{core: "0", scheduler: "slots = 1", tenants: `tenant "flooded" {}`})
	sender := launchFlooder(b, n.address, floodGlyph, "1")
	phase := func(order string) (answers, sent float64) {
		sender.order(order)
		time.Sleep(measuring)
		e := sender.ask(orderRest).Ends
		return float64(e.Answered) / e.Seconds, float64(e.Sent) / e.Seconds
	}
	phase(fmt.Sprint(orderFair, " ", queue)) // warm
	before := n.memory().Anonymous
	var ratios, capacities, loads []float64
	for range rounds {
		capacity, _ := phase(fmt.Sprint(orderFair, " ", queue))
		answers, load := phase(fmt.Sprint(orderPace, " ", int(factor*capacity)))
		ratios, capacities, loads = append(ratios, answers/capacity), append(capacities, capacity), append(loads, load/capacity)
	}
	slices.Sort(ratios)
	slices.Sort(capacities)
	slices.Sort(loads)
	b.ReportMetric(0, "ns/op") // the benchmark's own figure says nothing here
	b.ReportMetric(ratios[rounds/4], "ratio-q1")
	b.ReportMetric(ratios[rounds/2], "ratio")
	b.ReportMetric(ratios[3*rounds/4], "ratio-q3")
	b.ReportMetric(capacities[rounds/2], "capacity/s")
	b.ReportMetric(loads[rounds/2], "load")
	b.ReportMetric(megabytes(before), "anon-first-MB")
	b.ReportMetric(megabytes(n.memory().Anonymous), "anon-last-MB")
}
