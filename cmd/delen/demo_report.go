package main

import (
	"fmt"
	"strings"
	"time"
)

// demoReport is what demo --json prints. Its names are a promise to scripts.
type demoReport struct {
	Config      string           `json:"config"`
	Capacity    float64          `json:"capacity_per_s"`
	Slots       int              `json:"slots"`
	Length      float64          `json:"length_s"`
	Tenants     []demoTenant     `json:"tenants"`
	Change      *criterionChange `json:"criterion_change"`
	Phases      []demoPhaseJSON  `json:"phases"`
	Interrupted bool             `json:"interrupted"`
	Faults      []string         `json:"faults"`
}

type demoTenant struct {
	Name      string  `json:"name"`
	Guarantee float64 `json:"guarantee"`
	Deadline  float64 `json:"deadline_s,omitempty"`
	Queue     uint32  `json:"queue"`
	Criterion string  `json:"criterion"` // at the start
}

type demoPhaseJSON struct {
	Load    float64          `json:"load"` // of the capacity
	Changed bool             `json:"criterion_changed"`
	Length  float64          `json:"length_s"`
	Tenants []demoTenantLoad `json:"tenants"`
}

type demoTenantLoad struct {
	Name string `json:"name"`
	demoCounts
	P50       float64 `json:"p50_s"`     // at the app
	P99       float64 `json:"p99_s"`     // at the app
	Slowest   float64 `json:"slowest_s"` // at the node
	Busy      float64 `json:"busy_s"`
	BusyShare float64 `json:"busy_share"`
}

func newDemoReport(config string, l *demoLoad) demoReport {
	r := demoReport{
		Config: config, Capacity: l.capacity, Slots: l.slots, Length: l.length.Seconds(), Change: l.change,
		Phases: []demoPhaseJSON{}, Interrupted: l.interrupted, Faults: append([]string{}, l.faults()...),
	}
	for _, a := range l.apps {
		t := a.tenant
		r.Tenants = append(r.Tenants, demoTenant{
			t.GetName(), t.GetShare(), time.Duration(t.GetDeadlineNs()).Seconds(), t.GetQueue(), t.GetCriterion(),
		})
	}
	for _, p := range l.phases {
		k := demoPhaseJSON{Load: p.load, Changed: p.changed, Length: p.elapsed().Seconds()}
		all, busy := p.figures()
		for i, f := range all {
			k.Tenants = append(k.Tenants, demoTenantLoad{
				Name: l.apps[i].tenant.GetName(), demoCounts: f.demoCounts, P50: f.P50.Seconds(), P99: f.P99.Seconds(),
				Slowest: f.Slowest.Seconds(), Busy: f.Busy.Seconds(), BusyShare: ratio(int(f.Busy), int(busy)),
			})
		}
		r.Phases = append(r.Phases, k)
	}
	return r
}

// findings say in sentences what the figures show.
func (l *demoLoad) findings() []string {
	found := []string{l.findEnds()}
	if l.interrupted {
		found = append([]string{"The demo was interrupted; this is what was so far."}, found...)
	}
	for _, line := range []string{l.findThroughput(), l.findShares(), l.findChange()} {
		if line != "" {
			found = append(found, line)
		}
	}
	return append(found, l.findDeadlines()...)
}

// findEnds accounts for every request.
func (l *demoLoad) findEnds() string {
	var sum demoCounts
	for i := range l.apps {
		c, _ := l.total(i)
		sum.add(c)
	}
	if sum.due() == 0 {
		return "No load was sent."
	}
	line := fmt.Sprintf("Each of %s had one end: %s answered, %s refused because a queue was full, %s expired at the deadline without an answer.",
		plural(sum.Sent, "request"), grouped(int64(sum.Answered)), grouped(int64(sum.Refused)), grouped(int64(sum.Expired)))
	if sum.Failed+sum.Unanswered > 0 || sum.Sent != sum.ended() {
		line = fmt.Sprintf("Of %s %s were answered, %s refused, %s expired, %s failed and %s never ended.", plural(sum.Sent, "request"),
			grouped(int64(sum.Answered)), grouped(int64(sum.Refused)), grouped(int64(sum.Expired)), grouped(int64(sum.Failed)), grouped(int64(sum.Unanswered)))
	}
	if sum.Unsent > 0 {
		line += fmt.Sprintf(" The apps held %s back, with %d in flight already.", plural(sum.Unsent, "request"), demoInFlight)
	}
	return line
}

// findThroughput compares what is answered far past capacity with what is answered at it.
func (l *demoLoad) findThroughput() string {
	at, past := l.phase(1), l.phase(2)
	if at == nil || past == nil {
		return ""
	}
	var a, p demoCounts
	for i := range l.apps {
		a.add(at.tallies[i].figures().demoCounts)
		p.add(past.tallies[i].figures().demoCounts)
	}
	return fmt.Sprintf("Asked for twice its capacity the node answered %s requests a second, at exit %.2f on average; asked for just that, %s at exit %.2f.",
		past.perSecond(p.Answered), p.meanExit(), at.perSecond(a.Answered), a.meanExit())
}

// phase is the first one of a load, or nil.
func (l *demoLoad) phase(load float64) *demoPhase {
	for _, p := range l.phases {
		if p.load == load {
			return p
		}
	}
	return nil
}

// perSecond is a count of the phase as a rate; a phase that has just begun has none.
func (p *demoPhase) perSecond(n int) string {
	if p.elapsed() < demoRedraw/5 {
		return "-"
	}
	return grouped(int64(float64(n) / p.elapsed().Seconds()))
}

// findShares compares what each tenant got past capacity with its guarantee.
func (l *demoLoad) findShares() string {
	counts := make([]demoCounts, len(l.apps))
	total := time.Duration(0)
	for _, p := range l.phases {
		if p.load <= 1 {
			continue
		}
		all, busy := p.figures()
		total += busy
		for i, f := range all {
			counts[i].add(f.demoCounts)
		}
	}
	if len(l.apps) < 2 || total == 0 {
		return ""
	}
	var parts []string
	for i, c := range counts {
		parts = append(parts, fmt.Sprintf("the answers of %s took %.1f %% of the busy time (guaranteed: %.1f %%) and reached %.1f %% of its requests",
			l.apps[i].tenant.GetName(), 100*ratio(int(c.Busy), int(total)), 100*l.apps[i].tenant.GetShare(), 100*ratio(c.Answered, c.due())))
	}
	return "Past capacity " + strings.Join(parts, ", ") + "."
}

// findChange compares the phases around the change of the criterion.
func (l *demoLoad) findChange() string {
	c := l.change
	if c == nil || len(l.phases) < len(demoLoads) {
		return ""
	}
	before, after := l.phases[len(l.phases)-2], l.phases[len(l.phases)-1]
	f, g := before.tallies[c.app].figures(), after.tallies[c.app].figures()
	if f.Answered == 0 || g.Answered == 0 {
		return ""
	}
	return fmt.Sprintf("%s stopping when %s, not when %s: mean exit %.2f instead of %.2f, %s answers a second instead of %s, %.1f %% right instead of %.1f %%.",
		c.Tenant, stopsWhen(c.New), stopsWhen(c.Old), g.meanExit(), f.meanExit(),
		after.perSecond(g.Answered), before.perSecond(f.Answered),
		100*ratio(g.Right, g.Answered), 100*ratio(f.Right, f.Answered))
}

// findDeadlines says how deadlines were kept.
func (l *demoLoad) findDeadlines() []string {
	var found []string
	for i, a := range l.apps {
		deadline := time.Duration(a.tenant.GetDeadlineNs())
		c, _ := l.total(i)
		if deadline == 0 || c.Answered == 0 {
			continue
		}
		line := fmt.Sprintf("%s has a deadline of %s: ", a.tenant.GetName(), deadline)
		if c.Late == 0 {
			line += fmt.Sprintf("none of its %s left the node later.", plural(c.Answered, "answer"))
		} else {
			line += fmt.Sprintf("%s of its %s (%s %%) left the node later, the slowest after %s.", grouped(int64(c.Late)),
				plural(c.Answered, "answer"), percent(c.Late, c.Answered, 2), c.Slowest.Round(100*time.Microsecond))
		}
		found = append(found, line)
	}
	return found
}
