package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/profile"
)

// watchPrinter writes reports in rounds: one of each tenant, always in the same order. A tenant that is late does not hold
// up the others for longer than an interval. On a terminal with room for all tenants a round takes the place of the one before.
type watchPrinter struct {
	inPlace
	json    bool
	tenants []string
	round   map[string]watched // that have come and are not printed
	latest  map[string]watched // of each tenant, of a table that stays in place
	lines   int                // since the heading
	layout  watchLayout
}

// headEvery is how many lines a heading is good for: it stays on the screen.
const headEvery = 20

func newWatchPrinter(out io.Writer, tenants []*wire.TenantInfo, json bool) *watchPrinter {
	p := &watchPrinter{
		inPlace: inPlace{out: out, live: liveTerminal(out) && !json}, json: json, round: map[string]watched{}, latest: map[string]watched{}, lines: headEvery,
		layout: watchLayout{name: len("tenant"), columns: columnsOf(out)},
	}
	for _, t := range tenants {
		p.enter(t)
	}
	return p
}

// enter makes a tenant the last of every round. One that needs wider columns gets a new heading.
func (p *watchPrinter) enter(t *wire.TenantInfo) {
	p.tenants = append(p.tenants, t.GetName())
	p.widen(func(l *watchLayout) {
		l.name, l.exits = max(l.name, len([]rune(t.GetName()))), max(l.exits, len(t.GetExits()))
	})
}

// widen changes the layout. One that is another than before gets a new heading.
func (p *watchPrinter) widen(change func(*watchLayout)) {
	before := p.layout
	if change(&p.layout); p.layout != before {
		p.lines = headEvery
	}
}

// add takes the report that came at a time, and prints the round when that is whole.
func (p *watchPrinter) add(now time.Time, tenant string, r *wire.Watched) error {
	if _, again := p.round[tenant]; again {
		if err := p.flush(); err != nil {
			return err
		}
	}
	p.round[tenant] = watched{now, r}
	if len(p.round) < len(p.tenants) {
		return nil
	}
	return p.flush()
}

// remove ends the reports of a tenant.
func (p *watchPrinter) remove(tenant string) error {
	err := p.flush()
	p.tenants = slices.DeleteFunc(p.tenants, func(t string) bool { return t == tenant })
	delete(p.latest, tenant)
	return err
}

// below has what comes next stand below the table that is drawn, which stays: something else is going to be written.
func (p *watchPrinter) below() { p.drawn = 0 }

// flush prints what there is of a round.
func (p *watchPrinter) flush() error {
	news := len(p.round) > 0
	for _, tenant := range p.tenants {
		w, ok := p.round[tenant]
		if !ok {
			continue
		}
		delete(p.round, tenant)
		p.latest[tenant] = w
		p.widen(func(l *watchLayout) {
			l.plans, l.audits = l.plans || w.report.GetPoint() != nil, l.audits || w.report.GetAudit() != nil
		})
		if p.stays() {
			continue
		}
		if err := p.print(tenant, w); err != nil {
			return err
		}
	}
	if news && p.stays() {
		p.draw()
	}
	return p.err
}

// stays says whether all tenants have room on the terminal, below a heading of two lines and above the cursor.
func (p *watchPrinter) stays() bool {
	if !p.live {
		return false
	}
	size := terminalSize(p.out)
	return size == nil || len(p.tenants)+3 <= int(size.Row)
}

// draw draws the latest report on every tenant.
func (p *watchPrinter) draw() {
	p.layout.columns = columnsOf(p.out) // it may be another window by now
	text := p.layout.heading()
	for _, tenant := range p.tenants {
		if w, ok := p.latest[tenant]; ok {
			text += p.layout.row(tenant, w.report)
		}
	}
	p.redraw(text)
	p.lines = headEvery
}

func (p *watchPrinter) print(tenant string, w watched) error {
	if p.json {
		return printJSONLine(p.out, w.object(tenant))
	}
	text := ""
	if p.lines >= headEvery {
		p.lines = 0
		text = p.layout.heading()
	}
	p.lines++
	_, err := io.WriteString(p.out, text+p.layout.row(tenant, w.report))
	return err
}

// watched is a report and when it came.
type watched struct {
	at     time.Time
	report *wire.Watched
}

func tenths(v float64) string { return fmt.Sprintf("%.1f", v) }

func sum(counts []uint64) uint64 {
	all := uint64(0)
	for _, n := range counts {
		all += n
	}
	return all
}

// watchedJSON is a report as JSON. Its names are a promise to scripts.
type watchedJSON struct {
	Time             time.Time `json:"time"`
	Tenant           string    `json:"tenant"`
	Sequence         uint64    `json:"sequence"`
	WindowS          float64   `json:"window_s"`
	Admitted         uint64    `json:"admitted"`
	Refused          uint64    `json:"refused"`
	Exits            []uint64  `json:"exits"`
	CutShort         uint64    `json:"cut_short"`
	Expired          uint64    `json:"expired"`
	Cancelled        uint64    `json:"cancelled"`
	Shed             uint64    `json:"shed"`
	Failed           uint64    `json:"failed"`
	ResponseMeanS    *float64  `json:"response_mean_s"`
	ResponseP50S     *float64  `json:"response_p50_s"`
	ResponseP95S     *float64  `json:"response_p95_s"`
	ResponseMaxS     *float64  `json:"response_max_s"`
	QueueMeanS       *float64  `json:"queue_mean_s"`
	ConfidenceMean   *float64  `json:"confidence_mean"`
	BusyS            float64   `json:"busy_s"`
	Used             *float64  `json:"used"`
	Guarantee        *float64  `json:"guarantee"`
	EnergyJ          *float64  `json:"energy_j"`
	EnergySource     string    `json:"energy_source"`
	Battery          *float64  `json:"battery"`
	InHouse          uint32    `json:"in_house"`
	Criterion        string    `json:"criterion"`
	CriterionVersion uint64    `json:"criterion_version"`

	Point *profile.Point `json:"point,omitempty"`
	Unmet []string       `json:"unmet,omitempty"`
	Audit *auditJSON     `json:"audit,omitempty"`
}

func (w watched) object(tenant string) watchedJSON {
	r := w.report
	// Without answers there are no times of answers.
	seconds := func(ns int64) *float64 {
		if sum(r.GetExits()) == 0 {
			return nil
		}
		return finite(time.Duration(ns).Seconds())
	}
	return watchedJSON{
		Time: w.at, Tenant: tenant, Sequence: r.GetSequence(), WindowS: time.Duration(r.GetWindowNs()).Seconds(),
		Admitted: r.GetAdmitted(), Refused: r.GetRefused(), Exits: r.GetExits(), CutShort: r.GetCutShort(),
		Expired: r.GetExpired(), Cancelled: r.GetCancelled(), Shed: r.GetShed(), Failed: r.GetFailed(),
		ResponseMeanS: seconds(r.GetResponseMeanNs()), ResponseP50S: seconds(r.GetResponseP50Ns()),
		ResponseP95S: seconds(r.GetResponseP95Ns()), ResponseMaxS: seconds(r.GetResponseMaxNs()),
		QueueMeanS: seconds(r.GetQueueMeanNs()), ConfidenceMean: finite(r.GetConfidenceMean()),
		BusyS: time.Duration(r.GetBusyNs()).Seconds(), Used: finite(r.GetUsed()), Guarantee: finite(r.GetShare()),
		EnergyJ: finite(r.GetEnergyJ()), EnergySource: strings.ToLower(r.GetEnergySource().String()), Battery: finite(r.GetBattery()),
		InHouse: r.GetInHouse(), Criterion: r.GetCriterion(), CriterionVersion: r.GetCriterionVersion(),
		Point: pointOrNull(r.GetPoint()), Unmet: r.GetUnmet(), Audit: newAuditJSON(r.GetAudit()),
	}
}
