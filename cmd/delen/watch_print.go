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
// up the others for longer than an interval.
type watchPrinter struct {
	out     io.Writer
	json    bool
	tenants []string
	round   map[string]watched // that have come and are not printed
	name    int                // width of the tenants' names
	exits   int                // of the model that has most
	plans   bool               // whether a tenant has an operating point
	audits  bool               // whether a tenant is audited
	lines   int                // since the heading
}

// headEvery is how many lines a heading is good for: it stays on the screen.
const headEvery = 20

func newWatchPrinter(out io.Writer, tenants []*wire.TenantInfo, json bool) *watchPrinter {
	p := &watchPrinter{out: out, json: json, round: map[string]watched{}, name: len("tenant"), lines: headEvery}
	for _, t := range tenants {
		p.enter(t)
	}
	return p
}

// enter makes a tenant the last of every round. One that needs wider columns gets a new heading.
func (p *watchPrinter) enter(t *wire.TenantInfo) {
	p.tenants = append(p.tenants, t.GetName())
	name, exits := max(p.name, len([]rune(t.GetName()))), max(p.exits, len(t.GetExits()))
	if name != p.name || exits != p.exits {
		p.name, p.exits, p.lines = name, exits, headEvery
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
	return err
}

// flush prints what there is of a round.
func (p *watchPrinter) flush() error {
	for _, tenant := range p.tenants {
		w, ok := p.round[tenant]
		if !ok {
			continue
		}
		delete(p.round, tenant)
		if err := p.print(tenant, w); err != nil {
			return err
		}
	}
	return nil
}

func (p *watchPrinter) print(tenant string, w watched) error {
	if p.json {
		return printJSONLine(p.out, w.object(tenant))
	}
	if w.report.GetPoint() != nil && !p.plans {
		p.plans, p.lines = true, headEvery
	}
	if w.report.GetAudit() != nil && !p.audits {
		p.audits, p.lines = true, headEvery
	}
	text := ""
	if p.lines >= headEvery {
		p.lines = 0
		text = p.heading()
	}
	p.lines++
	_, err := io.WriteString(p.out, text+p.row(tenant, w.report))
	return err
}

// watched is a report and when it came.
type watched struct {
	at     time.Time
	report *wire.Watched
}

// watchLine is a line: name, rates, exits, audits, response times, what was promised of them, shares, what is in the house, version.
const watchLine = "%-*s %6s %8s %7s %6s%*s%*s %5s %5s%*s %5s %5s %5s %7s\n"

// heading names the columns.
func (p *watchPrinter) heading() string {
	var exits strings.Builder
	for i := range p.exits {
		fmt.Fprintf(&exits, "%4d", i+1)
	}
	plan := ""
	if p.plans {
		plan = "plan "
	}
	audits := ""
	if p.audits {
		audits = "audited "
	}
	return fmt.Sprintf("%-*s %30s%*s%*s %11s%*s %11s %5s\n", p.name, "", "requests/s", p.exitsWidth(), exitsTitle, p.auditWidth(), "", "response,ms", p.planWidth(), "", "machine,%", "in") +
		fmt.Sprintf(watchLine, p.name, "tenant", "asked", "answered", "refused", "lost", p.exitsWidth(), exits.String(), p.auditWidth(), audits,
			"p50", "p95", p.planWidth(), plan, "used", "own", "house", "version")
}

const exitsTitle = " exits,%"

func (p *watchPrinter) exitsWidth() int { return max(4*p.exits, len(exitsTitle)) }

// planWidth is that of what was promised, with room for a mark behind it, or nothing where nobody has an objective.
func (p *watchPrinter) planWidth() int {
	if p.plans {
		return 7
	}
	return 0
}

// planned is the 95th percentile that an operating point promises, and the mark of one that cannot keep every bound.
func planned(r *wire.Watched) string {
	if r.GetPoint() == nil {
		return ""
	}
	mark := " "
	if len(r.GetUnmet()) > 0 {
		mark = "*"
	}
	return milliseconds(time.Duration(r.GetPoint().GetResponseP95Ns())) + mark
}

func (p *watchPrinter) row(tenant string, r *wire.Watched) string {
	answered := sum(r.GetExits())
	var exits strings.Builder
	for i := range p.exits {
		part := ""
		if i < len(r.GetExits()) {
			part = percent(int(r.GetExits()[i]), int(answered), 0)
		}
		fmt.Fprintf(&exits, "%4s", part)
	}
	rate := func(n uint64) string {
		if r.GetWindowNs() <= 0 {
			return "-"
		}
		return tenths(float64(n) / time.Duration(r.GetWindowNs()).Seconds())
	}
	return fmt.Sprintf(watchLine, p.name, tenant, rate(r.GetAdmitted()+r.GetRefused()), rate(answered), rate(r.GetRefused()),
		rate(r.GetExpired()+r.GetCancelled()+r.GetShed()+r.GetFailed()), p.exitsWidth(), exits.String(), p.auditWidth(), audited(r.GetAudit()),
		milliseconds(time.Duration(r.GetResponseP50Ns())), milliseconds(time.Duration(r.GetResponseP95Ns())), p.planWidth(), planned(r),
		tenths(100*r.GetUsed()), tenths(100*r.GetShare()), fmt.Sprint(r.GetInHouse()), fmt.Sprint(r.GetCriterionVersion()))
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
