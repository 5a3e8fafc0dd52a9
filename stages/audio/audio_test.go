package audio

import (
	"strings"
	"testing"
	"time"
)

func TestValidateSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		spec  Spec
		words string
	}{
		{Spec{16000, 16000}, ""},
		{Spec{1000, 1}, ""},
		{Spec{384000, 60 * 384000}, ""},
		{Spec{999, 1}, "the rate is 999 Hz"},
		{Spec{0, 1}, "the rate is 0 Hz"},
		{Spec{-16000, 16000}, "the rate is -16000 Hz"},
		{Spec{384001, 1}, "the rate is 384001 Hz"},
		{Spec{16000, 0}, "0 samples"},
		{Spec{16000, -1}, "-1 samples"},
		{Spec{16000, 60*16000 + 1}, "960001 samples: it must have at least 1, and last 1m0s at most"},
	} {
		err := c.spec.Validate()
		if (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v gives %v, want %q", c.spec, err, c.words)
		}
	}
}

func TestLengths(t *testing.T) {
	for want, spec := range map[time.Duration]Spec{
		time.Second:             {16000, 16000},
		time.Minute:             {MaxRate, 60 * MaxRate},
		62500 * time.Nanosecond: {16000, 1},
	} {
		if got := spec.Length(); got != want {
			t.Errorf("%+v is %v long, want %v", spec, got, want)
		}
	}
}

func TestARowIsARecordingWhenItsOtherAxesAre1(t *testing.T) {
	s := Spec{16000, 8}
	for _, c := range []struct {
		row  []int64
		fits bool
	}{
		{[]int64{8}, true}, {[]int64{1, 8}, true}, {[]int64{1, 1, 8}, true}, {[]int64{-1}, true}, {[]int64{1, -1}, true}, {[]int64{-1, 8}, true},
		{nil, false}, {[]int64{7}, false}, {[]int64{8, 1}, false}, {[]int64{2, 4}, false}, {[]int64{-1, 4}, false}, {[]int64{2, 8}, false},
	} {
		if got := s.Fits(c.row); got != c.fits {
			t.Errorf("a row of %v fits: %v, want %v", c.row, got, c.fits)
		}
	}
}
