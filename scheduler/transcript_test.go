package scheduler

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

var update = flag.Bool("update", false, "write the transcripts anew")

// A transcript is a text file: '#' comments, a house (slots, model, tenant), then events at the margin, each followed by
// its effects, indented. The test replays the events and compares the whole file.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(want))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the effects differ (-transcript +now):\n%s", diff)
			}
		})
	}
}

type transcript struct {
	t       *testing.T
	config  Config
	stop    []*criteria.Criterion // by tenant
	house   *Scheduler
	tickets map[uint64]*tenants.Ticket
}

func replay(t *testing.T, text string) string {
	p := &transcript{t: t, tickets: map[uint64]*tenants.Ticket{}}
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if strings.HasPrefix(line, "  ") {
			continue // an effect: written anew
		}
		out.WriteString(line + "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "slots", "model", "tenant":
			p.build(word, rest)
		default:
			p.step(&out, word, rest)
		}
	}
	return out.String()
}

func (p *transcript) must(err error, line string) {
	if err != nil {
		p.t.Fatalf("%q: %v", line, err)
	}
}

// build reads "slots 2 limit=1s", "model 2ms 3ms" (a warm time for each segment) or "tenant 60 confidence >= 0.9".
func (p *transcript) build(word, rest string) {
	fields := strings.Fields(rest)
	switch word {
	case "slots":
		n, err := strconv.Atoi(fields[0])
		p.must(err, rest)
		p.config.Slots = n
		if limit := option(fields, "limit"); limit != "" {
			p.config.RunLimit, err = time.ParseDuration(limit)
			p.must(err, rest)
		}
	case "model":
		m := Model{}
		for i, f := range fields {
			d, err := time.ParseDuration(f)
			p.must(err, rest)
			m.Warm = append(m.Warm, d)
			m.Exits = append(m.Exits, Figures{Accuracy: 0.1 * float64(i+1), Energy: math.NaN(), FLOPs: math.NaN()})
		}
		p.config.Models = append(p.config.Models, m)
	case "tenant":
		weight, source, _ := strings.Cut(rest, " ")
		w, err := strconv.ParseFloat(weight, 64)
		p.must(err, rest)
		p.config.Weights = append(p.config.Weights, w)
		p.config.Runs = append(p.config.Runs, 0)
		p.stop = append(p.stop, parse(p.t, source, len(p.config.Models[0].Warm)))
	}
}

func parse(t testing.TB, source string, exits int) *criteria.Criterion {
	if source == "" {
		return criteria.Never()
	}
	c, diags := criteria.Parse(source, exits, criteria.Of(criteria.Confidence, criteria.ResponseTime, criteria.Exit, criteria.Accuracy, criteria.Agreement))
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return c
}

func option(fields []string, name string) string {
	for _, f := range fields {
		if v, ok := strings.CutPrefix(f, name+"="); ok {
			return v
		}
	}
	return ""
}

func (p *transcript) step(out *strings.Builder, at, rest string) {
	if p.house == nil {
		var err error
		p.house, err = New(p.config)
		p.must(err, rest)
	}
	now, err := time.ParseDuration(at)
	p.must(err, at)
	for _, effect := range p.house.Step(now, p.event(now, rest)) {
		fmt.Fprintf(out, "  %s\n", effect)
	}
}

func (p *transcript) event(now time.Duration, line string) Event {
	fields := strings.Fields(line)
	number := func(s string) uint64 {
		n, err := strconv.ParseUint(s, 10, 64)
		p.must(err, line)
		return n
	}
	switch fields[0] {
	case "offer":
		k := &tenants.Ticket{ID: number(fields[1]), Tenant: int32(number(option(fields, "tenant"))), Arrived: now, Deadline: tenants.Never}
		k.Criterion = p.stop[k.Tenant]
		if d := option(fields, "deadline"); d != "" {
			var err error
			k.Deadline, err = time.ParseDuration(d)
			p.must(err, line)
		}
		return Offer{Ticket: k}
	case "cancel":
		return Cancel{Ticket: number(fields[1])}
	case "exited":
		busy, err := time.ParseDuration(option(fields, "busy"))
		p.must(err, line)
		x := Exited{Run: number(option(fields, "run")), Usage: stages.Usage{Busy: busy}}
		if e := option(fields, "error"); e != "" {
			x.Err = errors.New(strings.Trim(e, `"`))
			return x
		}
		x.Reading.Confidence, err = strconv.ParseFloat(option(fields, "confidence"), 64)
		p.must(err, line)
		return x
	case "restarted":
		return Restarted{Segment: int(number(option(fields, "segment"))) - 1, Slot: int(number(option(fields, "slot")))}
	case "tick":
		return Tick{}
	case "close":
		return Close{}
	}
	p.t.Fatalf("no such event: %q", line)
	return nil
}
