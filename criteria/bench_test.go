package criteria_test

import (
	"testing"

	"github.com/delen-edge/delen/criteria"
)

// shapes are criteria that do not stop at midway, so that nothing is cut short.
var shapes = []struct{ name, src string }{
	{"never", "null"},
	{"bound", "confidence >= 0.9"},
	{"two bounds", "confidence >= 0.9 || response_time > 20*ms"},
	{"two metrics", "energy > next.energy"},
	{"three mixed", "(confidence > 0.8 && exit >= 2) || energy > 150*mJ"},
	{"per exit", "[confidence >= 0.97, confidence >= 0.9, confidence >= 0.8]"},
	{"eight bounds", "confidence > 0.9 || margin > 0.9 || entropy < 0.1 || exit > 3 || energy > 1*J || " +
		"response_time > 1*s || flops > 9*GFLOPs || battery < 0.1"},
}

var midway = criteria.Observation{
	criteria.ResponseTime: 0.012, criteria.Confidence: 0.6, criteria.Accuracy: 0.68, criteria.Energy: 0.1,
	criteria.FLOPs: 1.8e9, criteria.Exit: 2, criteria.Entropy: 0.7, criteria.Margin: 0.4, criteria.Agreement: 1,
	criteria.Battery: 0.5, criteria.NextResponseTime: 0.019, criteria.NextEnergy: 0.18, criteria.NextFLOPs: 3.3e9,
}

var stopped bool

func BenchmarkStop(b *testing.B) {
	for _, s := range shapes {
		c := mustParse(b, s.src)
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			o := midway
			for b.Loop() {
				stopped = c.Stop(&o)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		mustParse(b, shapes[4].src)
	}
}

func TestStopDoesNotAllocate(t *testing.T) {
	for _, s := range shapes {
		c := mustParse(t, s.src)
		o := midway
		if c.Stop(&o) {
			t.Errorf("%s stops midway: the benchmark is cut short", s.name)
		}
		if n := testing.AllocsPerRun(100, func() { stopped = c.Stop(&o) }); n != 0 {
			t.Errorf("%s: %v allocations", s.name, n)
		}
	}
}
