package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/actors/wire"
)

func watchedTenants() []*wire.TenantInfo {
	return []*wire.TenantInfo{{Name: "doorbell", Exits: []string{"a", "b", "c", "d"}}, {Name: "lab", Exits: []string{"a", "b"}}}
}

func busyReport() *wire.Watched {
	return &wire.Watched{
		Sequence: 7, WindowNs: int64(2 * time.Second), Admitted: 800, Refused: 24, Exits: []uint64{400, 100, 200, 100}, Expired: 3, Shed: 1,
		ResponseMeanNs: 4e6, ResponseP50Ns: 3.14e6, ResponseP95Ns: 12e6, ResponseMaxNs: 2e9, QueueMeanNs: 1e6, ConfidenceMean: .93,
		BusyNs: 1.5e9, Used: .375, Share: .6, EnergyJ: 1.25, EnergySource: wire.Source_MODELLED, Battery: math.NaN(),
		InHouse: 5, Criterion: "confidence >= 0.9 && exit > 1", CriterionVersion: 2,
	}
}

func idleReport() *wire.Watched {
	return &wire.Watched{
		Sequence: 1, WindowNs: int64(time.Second), Exits: []uint64{0, 0}, ConfidenceMean: math.NaN(), Share: .4, EnergyJ: math.NaN(),
		Battery: math.NaN(), Criterion: "false", CriterionVersion: 1,
	}
}

func TestWatchedTenantsAreLines(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), false)
	for range headEvery / 2 {
		if err := errors.Join(p.add(time.Time{}, "doorbell", busyReport()), p.add(time.Time{}, "lab", idleReport())); err != nil {
			t.Fatal(err)
		}
	}
	const heading = `                             requests/s         exits,% response,ms   machine,%    in
tenant    asked answered refused   lost   1   2   3   4   p50   p95  used   own house version
`
	const rows = `doorbell  412.0    400.0    12.0    2.0  50  12  25  12   3.1  12.0  37.5  60.0     5       2
lab         0.0      0.0     0.0    0.0   -   -             -     -   0.0  40.0     0       1
`
	if diff := cmp.Diff(heading+strings.Repeat(rows, headEvery/2), out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	out.Reset()
	err := errors.Join(p.add(time.Time{}, "lab", idleReport()), p.flush())
	if err != nil || !strings.HasPrefix(out.String(), heading) {
		t.Errorf("no new heading after %d lines, %v:\n%s", headEvery, err, out.String())
	}
}

// A tenant with an objective brings a column for what was promised, and keeps it.
func TestPromisesStandBesideWhatIsMeasured(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), false)
	adapted := busyReport()
	adapted.Point = &wire.Point{ResponseP95Ns: 10.5e6}
	short := busyReport()
	short.Point, short.Unmet = &wire.Point{ResponseP95Ns: 1.5e9}, []string{"response_time <= 1*s"}
	for _, r := range []*wire.Watched{adapted, short} {
		if err := errors.Join(p.add(time.Time{}, "doorbell", r), p.add(time.Time{}, "lab", idleReport())); err != nil {
			t.Fatal(err)
		}
	}
	const want = `                             requests/s         exits,% response,ms          machine,%    in
tenant    asked answered refused   lost   1   2   3   4   p50   p95  plan   used   own house version
doorbell  412.0    400.0    12.0    2.0  50  12  25  12   3.1  12.0  10.5   37.5  60.0     5       2
lab         0.0      0.0     0.0    0.0   -   -             -     -          0.0  40.0     0       1
doorbell  412.0    400.0    12.0    2.0  50  12  25  12   3.1  12.0  1500*  37.5  60.0     5       2
lab         0.0      0.0     0.0    0.0   -   -             -     -          0.0  40.0     0       1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	out.Reset()
	p = newWatchPrinter(&out, watchedTenants()[:1], true)
	if err := p.add(time.Time{}, "doorbell", short); err != nil || !strings.Contains(out.String(), `"point":{"thresholds":[],`) ||
		!strings.HasSuffix(out.String(), `,"unmet":["response_time <= 1*s"]}`+"\n") {
		t.Errorf("%v, %s", err, out.String())
	}
}

// A tenant that is audited brings a column for that, and keeps it.
func TestAuditsAreAColumn(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), false)
	r := busyReport()
	r.Audit = &wire.Audit{
		Chosen: []uint64{5, 4, 3}, Complete: []uint64{5, 3, 1}, Exits: []uint64{6, 3, 0, 0}, Agreed: []uint64{5, 3, 0, 0},
		Promised: []float64{.95, .97, .99, math.NaN()}, BusyNs: 2e7, Raised: .03,
	}
	if err := errors.Join(p.add(time.Time{}, "doorbell", r), p.add(time.Time{}, "lab", idleReport())); err != nil {
		t.Fatal(err)
	}
	const want = `                             requests/s         exits,%           response,ms   machine,%    in
tenant    asked answered refused   lost   1   2   3   4  audited    p50   p95  used   own house version
doorbell  412.0    400.0    12.0    2.0  50  12  25  12   8/9/12*   3.1  12.0  37.5  60.0     5       2
lab         0.0      0.0     0.0    0.0   -   -                       -     -   0.0  40.0     0       1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	out.Reset()
	p = newWatchPrinter(&out, watchedTenants()[:1], true)
	if err := p.add(time.Time{}, "doorbell", r); err != nil || !strings.HasSuffix(out.String(),
		`,"audit":{"chosen":{"calm":5,"brisk":4,"crowded":3},"complete":{"calm":5,"brisk":3,"crowded":1},"exits":[6,3,0,0],"agreed":[5,3,0,0],`+
			`"promised":[0.95,0.97,0.99,null],"busy_s":0.02,"raised":0.03}}`+"\n") {
		t.Errorf("%v, %s", err, out.String())
	}
}

// TestRoundsAreInOrder holds which lines there are after each report: a round waits until it is whole, or until a tenant
// reports again, and one that is removed is not waited for.
func TestRoundsAreInOrder(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), false)
	for _, step := range []struct {
		tenant string
		want   string // the names of the new lines
	}{
		{"lab", ""}, {"doorbell", "doorbell lab"},
		{"doorbell", ""}, {"doorbell", "doorbell"}, {"lab", "doorbell lab"},
		{"lab", ""}, {"", "lab"}, {"lab", "lab"},
	} {
		out.Reset()
		var err error
		if step.tenant == "" {
			err = p.remove("doorbell")
		} else {
			err = p.add(time.Time{}, step.tenant, idleReport())
		}
		var names []string
		for line := range strings.Lines(out.String()) {
			if name := strings.Fields(line)[0]; name != "requests/s" && name != "tenant" {
				names = append(names, name)
			}
		}
		if got := strings.Join(names, " "); err != nil || got != step.want {
			t.Fatalf("after %q: lines of %q, %v; want %q", step.tenant, got, err, step.want)
		}
	}
}

func TestWatchedTenantsAreJSON(t *testing.T) {
	t.Setenv("COLUMNS", "200")
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), true)
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := errors.Join(p.add(at, "doorbell", busyReport()), p.add(at, "lab", idleReport())); err != nil {
		t.Fatal(err)
	}
	want := `{"time":"2026-01-02T03:04:05Z","tenant":"doorbell","sequence":7,"window_s":2,"admitted":800,"refused":24,"exits":[400,100,200,100],` +
		`"cut_short":0,"expired":3,"cancelled":0,"shed":1,"failed":0,"response_mean_s":0.004,"response_p50_s":0.00314,"response_p95_s":0.012,` +
		`"response_max_s":2,"queue_mean_s":0.001,"confidence_mean":0.93,"busy_s":1.5,"used":0.375,"guarantee":0.6,"energy_j":1.25,` +
		`"energy_source":"modelled","battery":null,"in_house":5,"criterion":"confidence >= 0.9 && exit > 1","criterion_version":2}
{"time":"2026-01-02T03:04:05Z","tenant":"lab","sequence":1,"window_s":1,"admitted":0,"refused":0,"exits":[0,0],` +
		`"cut_short":0,"expired":0,"cancelled":0,"shed":0,"failed":0,"response_mean_s":null,"response_p50_s":null,"response_p95_s":null,` +
		`"response_max_s":null,"queue_mean_s":null,"confidence_mean":null,"busy_s":0,"used":0,"guarantee":0.4,"energy_j":null,` +
		`"energy_source":"none","battery":null,"in_house":0,"criterion":"false","criterion_version":1}
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// Whatever the columns, no line is longer, and what matters most stays.
func TestWatchedLinesFit(t *testing.T) {
	tenants := []*wire.TenantInfo{{Name: "a-tenant-with-a-rather-long-name", Exits: []string{"a", "b", "c", "d"}}}
	report := busyReport()
	report.Point, report.Audit = &wire.Point{ResponseP95Ns: 12e6}, &wire.Audit{Agreed: []uint64{1, 2}, Exits: []uint64{1, 3}, Chosen: []uint64{5}}
	for columns, there := range map[int][]string{
		140: {"a-tenant-with-a-rather-long-name", "version", "own", "audited", "house", "lost", "exits", "plan"},
		100: {"a-tenan", "house", "lost", "exits", "plan"},
		80:  {"a-tenan…", "lost", "exits", "plan"},
		60:  {"a-tenan", "p95", "plan", "used"},
	} {
		t.Setenv("COLUMNS", fmt.Sprint(columns))
		var out strings.Builder
		p := newWatchPrinter(&out, tenants, false)
		if err := p.add(time.Time{}, tenants[0].Name, report); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for _, line := range lines {
			if n := utf8.RuneCountInString(line); n > columns {
				t.Errorf("a line of %d in %d columns: %s", n, columns, line)
			}
		}
		if len(lines) != 3 || utf8.RuneCountInString(lines[1]) != utf8.RuneCountInString(lines[2]) {
			t.Errorf("columns do not stand below their titles:\n%s", out.String())
		}
		for _, word := range there {
			if !strings.Contains(out.String(), word) {
				t.Errorf("%d columns have no %s:\n%s", columns, word, out.String())
			}
		}
	}
}

// On a terminal the table stays where it is, and who goes leaves it.
func TestWatchedTenantsStayInPlace(t *testing.T) {
	var out strings.Builder
	p := newWatchPrinter(&out, watchedTenants(), false)
	p.live = true
	round := func() {
		if err := errors.Join(p.add(time.Time{}, "doorbell", busyReport()), p.add(time.Time{}, "lab", idleReport())); err != nil {
			t.Fatal(err)
		}
	}
	round()
	first := out.String()
	round()
	if again := strings.TrimPrefix(out.String(), first); !strings.Contains(again, "\x1b[4A\x1b[J") || strings.Count(again, "doorbell") != 1 {
		t.Errorf("the second round is %q", again)
	}
	out.Reset()
	p.below()
	if err := errors.Join(p.remove("lab"), p.add(time.Time{}, "doorbell", busyReport())); err != nil {
		t.Fatal(err)
	}
	if again := out.String(); strings.Contains(again, "\x1b[4A") || strings.Contains(again, "lab") || !strings.Contains(again, "doorbell") {
		t.Errorf("below what was said stands %q", again)
	}
}
