// Package audio turns a recording into the tensor that a model takes.
//
// The reader of WAV files is our own because a file comes from anywhere: github.com/go-audio/wav makes room for what a fmt
// chunk claims, 4 GiB for a file of 52 bytes, takes floats for integers and padding for a sample, does not tell one
// extensible format from another, and finds no samples in a file whose writer did not know its length.
package audio

import (
	"fmt"
	"time"
)

// The ranges of a Spec, whose row has 92 MB at most.
const (
	MinRate, MaxRate = 1000, 384_000
	MaxLength        = time.Minute
)

// Spec says how: samples from -1 to 1, the mean of all channels, and silence after them until the row is full.
type Spec struct {
	Rate    int // samples a second
	Samples int // of a row
}

// Length is how long a recording may be.
func (s *Spec) Length() time.Duration {
	return time.Duration(int64(s.Samples) * int64(time.Second) / int64(s.Rate))
}

// Validate says what is wrong with the spec, if anything.
func (s *Spec) Validate() error {
	switch {
	case s.Rate < MinRate || s.Rate > MaxRate:
		return fmt.Errorf("the rate is %d Hz: it must be between %d and %d", s.Rate, MinRate, MaxRate)
	case s.Samples < 1 || s.Samples > s.Rate*int(MaxLength/time.Second):
		return fmt.Errorf("a row has %d samples: it must have at least 1, and last %v at most at %d Hz", s.Samples, MaxLength, s.Rate)
	}
	return nil
}

// Fits reports whether a row of a model's input can be a recording: its last axis has the samples, and all others are 1. An
// extent below 0 is not known, and fits.
func (s *Spec) Fits(row []int64) bool {
	for i, extent := range row {
		want := int64(1)
		if i == len(row)-1 {
			want = int64(s.Samples)
		}
		if extent >= 0 && extent != want {
			return false
		}
	}
	return len(row) > 0
}
