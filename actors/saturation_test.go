package actors_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

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
