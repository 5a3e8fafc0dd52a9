package sim

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTraces(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []Request
	}{
		"times":    {"0.5\n0.5\n2e1\n", []Request{{At: 500 * time.Millisecond, Sample: -1}, {At: 500 * time.Millisecond, Sample: -1}, {At: 20 * time.Second, Sample: -1}}},
		"heading":  {"time, sample\n1, 7\n2,\n", []Request{{At: time.Second, Sample: 7}, {At: 2 * time.Second, Sample: -1}}},
		"comments": {"# of Monday\n1\n\n# of Tuesday\n2\n", []Request{{At: time.Second, Sample: -1}, {At: 2 * time.Second, Sample: -1}}},
		"blanks":   {" 1 , 7\t\n 2\t, \"3 \"\n", []Request{{At: time.Second, Sample: 7}, {At: 2 * time.Second, Sample: 3}}},
		"mark":     {"\ufeff1\n2\n", []Request{{At: time.Second, Sample: -1}, {At: 2 * time.Second, Sample: -1}}},
		"marked":   {"\ufefftime\r\n2\r\n", []Request{{At: 2 * time.Second, Sample: -1}}},
		"semi":     {"time;sample\n2\n", []Request{{At: 2 * time.Second, Sample: -1}}},
		"segments": {"0,3,0.001,0.0025\n", []Request{{Sample: 3, Takes: []time.Duration{time.Millisecond, 2500 * time.Microsecond}}}},
	} {
		got, err := parseTrace(strings.NewReader(c.text), "trace.csv", 10, 2)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMistakesInTraces(t *testing.T) {
	for text, want := range map[string]string{
		"":                "trace.csv: there is no request: write a line for each, with the seconds from the start",
		"time\n":          "trace.csv: there is no request: write a line for each, with the seconds from the start",
		"1\ntwo\n":        `trace.csv: line 2: "two" is not a time: write seconds from 0 to 31622400`,
		"time\n-1\n":      `trace.csv: line 2: "-1" is not a time: write seconds from 0 to 31622400`,
		"1\nNaN\n":        `trace.csv: line 2: "NaN" is not a time: write seconds from 0 to 31622400`,
		"1\n0.5\n":        "trace.csv: line 2: 0.5 s is before the time of the request above: sort the requests by time",
		"1,10\n":          `trace.csv: line 1: "10" is not the number of a sample: write one from 0 to 9, or nothing for any`,
		"1,1.5\n":         `trace.csv: line 1: "1.5" is not the number of a sample: write one from 0 to 9, or nothing for any`,
		"1,1,0.1\n":       "trace.csv: line 1: there are 3 columns: write the time, perhaps the sample, and perhaps a time for each of the 2 segments",
		"1,1,0.1,quick\n": `trace.csv: line 1: "quick" is not a time: write seconds from 0 to 31622400`,
		"0x\n1\n":         `trace.csv: line 1: "0x" is not a time: write seconds from 0 to 31622400`,
		"1.2.3\n1\n":      `trace.csv: line 1: "1.2.3" is not a time: write seconds from 0 to 31622400`,
		"10:00:01\n":      `trace.csv: line 1: "10:00:01" is not a time: write seconds from 0 to 31622400`,
		"\ufeff\ufeff1\n": "trace.csv: line 1: \"\\ufeff1\" is not a time: write seconds from 0 to 31622400",
		"1;2\n":           `trace.csv: line 1: "1;2" is not one column: columns are separated by commas, and decimals are written with a point`,
		"time\n0,5;2\n":   `trace.csv: line 2: "5;2" is not one column: columns are separated by commas, and decimals are written with a point`,
		"1\n2\t3\n":       `trace.csv: line 2: "2\t3" is not one column: columns are separated by commas, and decimals are written with a point`,
		"1\n\"2\n":        `trace.csv: parse error on line 2, column 4: extraneous or missing " in quoted-field`,
	} {
		if _, err := parseTrace(strings.NewReader(text), "trace.csv", 10, 2); err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	if _, err := ReadTrace(filepath.Join(t.TempDir(), "absent.csv"), 0, 1); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// FuzzTrace holds that a trace that is read can be simulated.
func FuzzTrace(f *testing.F) {
	for _, text := range []string{"time,sample\n0.5,3\n0.75,\n", "0,3,0.001,0.0025\n", "# x\n1\n", "1,\"2\n", "\xef\xbb\xbf1\n2\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := parseTrace(strings.NewReader(string(text)), "trace.csv", 10, 2)
		if err != nil {
			return
		}
		a := Arrivals{Kind: Trace, Trace: all}
		if err := a.validate(10); err != nil || len(all) == 0 {
			t.Errorf("%d requests: %v", len(all), err)
		}
	})
}
