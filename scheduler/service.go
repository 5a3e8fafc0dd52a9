package scheduler

import "time"

// service is what is known of the time that one segment takes when nothing else runs, by its number of rows. It is learnt
// from the runs themselves: they are what heat and other programs leave of the machine.
type service struct {
	warm []float64  // s, of a warm run, by rows less one
	rows []estimate // s, by rows less one; mean 0: none has run yet
	pace estimate   // of all runs, as a multiple of warm: what is expected of a number of rows that has not run yet
	ran  bool       // since Pace was last asked for
}

// estimate is a moving mean and a moving 95th percentile, and what even the shortest runs have taken of late.
type estimate struct {
	mean, p95, least float64
	lowered          time.Duration // least, because work was refused
}

const (
	meanGain     = 1.0 / 16
	crowdedGain  = 1.0 / 64 // of the mean from a run that was not alone: see slowdown
	quantileGain = 0.05
	quantile     = 0.95
	fade         = 0.99
	believed     = 100 // runs long least is, before it is lowered
)

func newService(warm []time.Duration) service {
	s := service{rows: make([]estimate, len(warm)), pace: estimate{mean: 1, p95: 1.5, least: 1}}
	for _, t := range warm {
		s.warm = append(s.warm, max(t, 1).Seconds())
	}
	return s
}

// observe takes the time of one run, in seconds as if it had been alone.
func (s *service) observe(rows int, x, gain float64) {
	s.ran = true
	e := &s.rows[rows-1]
	if e.mean == 0 {
		*e = s.guess(rows)
	}
	e.observe(x, gain)
	s.pace.observe(x/s.warm[rows-1], gain)
}

func (s *service) guess(rows int) estimate {
	warm := s.warm[rows-1]
	return estimate{mean: warm * s.pace.mean, p95: warm * s.pace.p95, least: warm * s.pace.least}
}

// of is what is known of a run of a number of rows, in seconds.
func (s *service) of(rows int) estimate {
	if e := s.rows[rows-1]; e.mean > 0 {
		return e
	}
	return s.guess(rows)
}

// refused lets an estimate fade that has kept work from running: it would otherwise never be corrected.
func (s *service) refused(now time.Duration, rows int) {
	takes := s.of(rows).mean
	if e := &s.rows[rows-1]; e.mean > 0 {
		e.refused(now, takes)
		return
	}
	s.pace.refused(now, takes)
}

// observe takes one run's time. The percentile follows a stochastic approximation in relative steps (Robbins and Monro
// 1951): up by gain*q after a run above it, down by gain*(1-q) after one below, so that it rests where 5 % lie above.
func (e *estimate) observe(x, gain float64) {
	e.mean += gain * (x - e.mean)
	if x > e.p95 {
		e.p95 *= 1 + quantileGain*quantile
	} else {
		e.p95 *= 1 - quantileGain*(1-quantile)
	}
	e.p95 = max(e.p95, e.mean)
	e.least = min(x, e.least/fade)
}

// refused takes the mean along, or a single run that took seconds would hold the percentile up. What even the shortest runs
// took is hardly wrong: it fades once in a hundred times of what a run takes, however much is refused, or somebody's requests
// that can never be in time would soon have everybody's begun that cannot.
func (e *estimate) refused(now time.Duration, takes float64) {
	if e.p95 *= fade; e.p95 < e.least {
		if now-e.lowered > seconds(believed*takes) {
			e.least, e.lowered = e.least*fade, now
		}
		e.p95 = e.least
	}
	e.mean = min(e.mean, e.p95)
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
