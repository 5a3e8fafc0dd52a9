package scheduler

import "time"

// service is what is known of the time that one segment takes, learnt from the runs themselves: they are what contention,
// heat and other programs leave of the machine.
type service struct {
	mean float64 // s, moving average
	p95  float64 // s, moving 95th percentile
}

const (
	meanGain     = 1.0 / 16
	quantileGain = 0.05
	quantile     = 0.95
	fade         = 0.99
)

func newService(warm time.Duration) service {
	return service{mean: warm.Seconds(), p95: 1.5 * warm.Seconds()}
}

// observe takes one run's time. The percentile follows a stochastic approximation in relative steps (Robbins and Monro
// 1951): up by gain*q after a run above it, down by gain*(1-q) after one below, so that it rests where 5 % lie above.
func (s *service) observe(busy time.Duration) {
	x := busy.Seconds()
	s.mean += meanGain * (x - s.mean)
	if x > s.p95 {
		s.p95 *= 1 + quantileGain*quantile
	} else {
		s.p95 *= 1 - quantileGain*(1-quantile)
	}
	s.p95 = max(s.p95, s.mean)
}

// refused lets an estimate fade that has kept work from running: it would otherwise never be corrected. The mean goes along,
// or a single run that took seconds would hold the percentile up.
func (s *service) refused() {
	s.p95 *= fade
	s.mean = min(s.mean, s.p95)
}

func (s *service) expected() time.Duration { return seconds(s.mean) }
func (s *service) likely() time.Duration   { return seconds(s.p95) }

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
