package scheduler

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
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

// A transcript is a text file: '#' comments, a house (slots; model, with the times of a segment by rows and what it draws:
// 10ms/12ms@5; tenant), then events at the margin, each followed by
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

// build reads "slots 2 limit=1s", "model 2ms 3ms" (a warm time for each segment) or "tenant 60 room=3 confidence >= 0.9",
// which its tickets bring; with "plan" in front of it it is the tenant's plan instead.
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
		p.config.Policy, p.config.Fairness = Policy(option(fields, "policy")), p.decimal(fields, "fairness", 1)
		p.config.Clones = p.number(fields, "clones")
	case "model":
		m := Model{}
		for i, f := range fields {
			var rows []time.Duration
			f, power, known := strings.Cut(f, "@")
			for _, text := range strings.Split(f, "/") {
				d, err := time.ParseDuration(text)
				p.must(err, rest)
				rows = append(rows, d)
			}
			if known {
				watts, err := strconv.ParseFloat(power, 64)
				p.must(err, rest)
				m.Power = append(m.Power, watts)
			}
			m.Warm = append(m.Warm, rows)
			m.Exits = append(m.Exits, Figures{Accuracy: 0.1 * float64(i+1), Energy: math.NaN(), FLOPs: math.NaN()})
		}
		p.config.Models = append(p.config.Models, m)
	case "tenant":
		tenant, source := p.tenant(rest)
		p.config.Tenants = append(p.config.Tenants, tenant)
		c := parse(p.t, source, len(p.config.Models[0].Warm))
		if tenant.Plan.Version > 0 {
			p.config.Tenants[len(p.config.Tenants)-1].Plan.Criterion, c = c, nil
		}
		p.stop = append(p.stop, c)
	}
}

// tenant reads "60 room=3 confidence >= 0.9".
func (p *transcript) tenant(text string) (t Tenant, source string) {
	weight, source, _ := strings.Cut(text, " ")
	var err error
	t.Weight, err = strconv.ParseFloat(weight, 64)
	p.must(err, text)
	if after, ok := strings.CutPrefix(source, "room="); ok {
		room, rest, _ := strings.Cut(after, " ")
		t.Room, err = strconv.Atoi(room)
		p.must(err, text)
		source = rest
	}
	if after, ok := strings.CutPrefix(source, "plan "); ok {
		t.Plan.Version, source = 1, after
	}
	return t, source
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

func (p *transcript) number(fields []string, name string) int {
	text := option(fields, name)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	p.must(err, strings.Join(fields, " "))
	return n
}

func (p *transcript) decimal(fields []string, name string, otherwise float64) float64 {
	text := option(fields, name)
	if text == "" {
		return otherwise
	}
	w, err := strconv.ParseFloat(text, 64)
	p.must(err, strings.Join(fields, " "))
	return w
}

func (p *transcript) event(now time.Duration, line string) Event {
	fields := strings.Fields(line)
	which := 0
	if len(fields) > 1 {
		which, _ = strconv.Atoi(fields[1])
	}
	at := Recovered{Segment: p.number(fields, "segment") - 1, Slot: p.number(fields, "slot")}
	switch fields[0] {
	case "offer":
		return p.offer(now, uint64(which), fields)
	case "cancel":
		return Cancel{Ticket: uint64(which)}
	case "exited":
		return p.exited(fields)
	case "crashed":
		return Crashed{Segment: at.Segment, Slot: at.Slot, Err: errors.New(strings.Trim(option(fields, "error"), `"`))}
	case "recovered":
		return at
	case "join":
		p.stop = append(p.stop, criteria.Never())
		return Join{Tenant: which, As: Tenant{Weight: p.decimal(fields, "weight", 0), Room: p.number(fields, "room")}}
	case "change":
		return Change{Tenant: which, Weight: p.decimal(fields, "weight", 0), Room: p.number(fields, "room")}
	case "assign":
		source := strings.Join(fields[3:], " ")
		return Assign{Tenant: which, Plan: Plan{Criterion: parse(p.t, source, len(p.config.Models[0].Warm)), Version: uint64(p.number(fields, "version"))}}
	case "rule":
		return Rule{Policy: Policy(fields[1]), Fairness: p.decimal(fields, "fairness", 1)}
	case "leave":
		return Leave{Tenant: which}
	case "tick":
		return Tick{}
	case "close":
		return Close{}
	}
	p.t.Fatalf("no such event: %q", line)
	return nil
}

func (p *transcript) offer(now time.Duration, id uint64, fields []string) Event {
	k := &tenants.Ticket{ID: id, Tenant: int32(p.number(fields, "tenant")), Arrived: now, Deadline: tenants.Never}
	k.Criterion, k.Audit = p.stop[k.Tenant], slices.Contains(fields, "audit")
	if d := option(fields, "deadline"); d != "" {
		var err error
		k.Deadline, err = time.ParseDuration(d)
		p.must(err, d)
	}
	return Offer{Ticket: k}
}

func (p *transcript) exited(fields []string) Event {
	line := strings.Join(fields, " ")
	busy, err := time.ParseDuration(option(fields, "busy"))
	p.must(err, line)
	x := Exited{Run: uint64(p.number(fields, "run")), Usage: stages.Usage{Busy: busy}}
	if e := option(fields, "error"); e != "" {
		x.Err = errors.New(strings.Trim(e, `"`))
		return x
	}
	for _, text := range strings.Split(option(fields, "confidence"), ",") {
		text, own, _ := strings.Cut(text, "+")
		row := Row{Err: errors.New("no answer")}
		if text != "failed" {
			confidence, err := strconv.ParseFloat(text, 64)
			p.must(err, line)
			row = Row{Reading: stages.Reading{Confidence: confidence, Predicted: p.number(fields, "predicted")}}
		}
		if own != "" {
			row.Busy, err = time.ParseDuration(own)
			p.must(err, line)
		}
		x.Rows = append(x.Rows, row)
	}
	return x
}
