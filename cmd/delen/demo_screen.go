package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// demoScreen shows the phases as a table. On a terminal the phase that runs is drawn again and again in place; what
// has been kept stays above it.
type demoScreen struct {
	inPlace
	bold  bool
	name  int // width of the names
	exits int // columns of exits
}

// demoTallest is how many tenants are drawn in place: a terminal of 24 lines shows them all.
const demoTallest = 16

func newDemoScreen(out io.Writer, apps []*demoApp) *demoScreen {
	s := &demoScreen{inPlace: inPlace{out: out, live: liveTerminal(out) && len(apps) <= demoTallest}, bold: colorful(out), name: len("tenant")}
	for _, a := range apps {
		s.name = max(s.name, len([]rune(a.tenant.GetName())))
		s.exits = max(s.exits, len(a.tenant.GetExits()))
	}
	return s
}

// welcome says what is going to happen, to whom.
func (s *demoScreen) welcome(d *demonstration, node string, apps []*demoApp) {
	s.print("A node of its own serves %s on %s.\n", d.config, node)
	s.print("%s, one for each tenant, will send it %s over and over:\n\n", plural(len(apps), "app"), plural(len(apps[0].samples), "sample"))
	for _, a := range apps {
		t := a.tenant
		s.print("  %-*s  %2.0f %% of the machine guaranteed%s, queue of %d\n", s.name, t.GetName(), 100*t.GetShare(), deadline(t), t.GetQueue())
		s.print("  %-*s  stops when %s\n", s.name, "", stopsWhen(t.GetCriterion()))
	}
	s.print("\n")
}

func deadline(t *wire.TenantInfo) string {
	if t.GetDeadlineNs() == 0 {
		return ""
	}
	return fmt.Sprintf(", deadline %s", time.Duration(t.GetDeadlineNs()))
}

// measuring says what happens before there is a table.
func (s *demoScreen) measuring(length time.Duration) {
	s.redraw(fmt.Sprintf("Measuring the capacity for %s ...\n", length))
}

// capacity says what was measured, and begins the table.
func (s *demoScreen) capacity(l *demoLoad) {
	s.print("Capacity: about %s requests a second.\n", grouped(int64(l.capacity)))
	s.heading()
}

// heading names the columns. With names of 8 letters and 4 exits a line has 80.
func (s *demoScreen) heading() {
	exits := ""
	for i := range s.exits {
		exits += fmt.Sprintf("%4d", i+1)
	}
	s.print("\n%-*s    requests/s  %*s right response,ms busy   no answer, %%\n", s.name, "", 4*s.exits, "exits taken, %")
	s.print("%-*s   sent answered %s     %%   p50   p99    %% refused expired\n", s.name, "tenant", exits)
}

// draw shows a phase that runs.
func (s *demoScreen) draw(l *demoLoad, p *demoPhase, length time.Duration) {
	left := max(0, length-p.elapsed())
	rest := left + length*time.Duration(len(demoLoads)-len(l.phases))
	s.redraw(fmt.Sprintf("%s, %.0f s left, %.0f s in all\n", s.title(p), left.Seconds(), rest.Seconds()) + s.rows(l, p))
}

// keep shows a phase that is over.
func (s *demoScreen) keep(l *demoLoad, p *demoPhase) {
	s.print("%s\n%s", s.title(p), s.rows(l, p))
}

func (s *demoScreen) title(p *demoPhase) string {
	text := fmt.Sprintf("load %.0f %% of capacity", 100*p.load)
	if s.bold {
		return "\x1b[1m" + text + "\x1b[m"
	}
	return text
}

// changed announces a new criterion.
func (s *demoScreen) changed(c *criterionChange) {
	s.print("\nThe criterion of %s changes, from\n  %s\nto\n  %s\n", c.Tenant, stopsWhen(c.Old), stopsWhen(c.New))
	s.heading()
}

func (s *demoScreen) rows(l *demoLoad, p *demoPhase) string {
	var b strings.Builder
	all, busy := p.figures()
	for i, f := range all {
		fmt.Fprintf(&b, "%-*s %6s %8s %s %5s %5s %5s %4s %7s %7s\n", s.name, l.apps[i].tenant.GetName(),
			p.perSecond(f.Sent), p.perSecond(f.Answered), s.percents(f),
			percent(f.Right, f.Answered, 1), milliseconds(f.P50), milliseconds(f.P99),
			percent(int(f.Busy), int(busy), 0), percent(f.Refused, f.Sent, 1), percent(f.Expired, f.Sent, 1))
	}
	return b.String()
}

// percents are the parts of the answers that the exits had.
func (s *demoScreen) percents(f demoFigures) string {
	text := ""
	for i := range s.exits {
		part := ""
		if i < len(f.Exits) {
			part = percent(f.Exits[i], f.Answered, 0)
		}
		text += fmt.Sprintf("%4s", part)
	}
	return text
}

// percent is part of whole, or a dash when there is no whole.
func percent(part, whole, digits int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.*f", digits, 100*ratio(part, whole))
}

func milliseconds(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	if d >= time.Second {
		return fmt.Sprintf("%.0f", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.1f", d.Seconds()*1e3)
}

// summary ends the demo.
func (s *demoScreen) summary(l *demoLoad) error {
	s.print("\n")
	for _, line := range l.findings() {
		s.print("%s\n", wrapped("- ", line))
	}
	return s.err
}

// wrapped breaks a text into lines that every terminal has room for; all but the first are indented like it.
func wrapped(first, text string) string {
	const width = 80
	line, lines := first, ""
	for _, word := range strings.Fields(text) {
		if len([]rune(line))+1+len([]rune(word)) > width {
			lines += line + "\n"
			line = strings.Repeat(" ", len(first)-1)
		}
		if line != first {
			line += " "
		}
		line += word
	}
	return lines + line
}
