package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/delen-edge/delen/scheduler"
)

// tenancyReport is what eval tenancy --json prints. Its names are a promise to scripts.
type tenancyReport struct {
	Machine   string             `json:"machine"`
	Slots     int                `json:"slots"`
	NodeCores []int              `json:"node_cores"`
	AppCores  []int              `json:"app_cores"`
	Phase     float64            `json:"phase_s"`
	Window    float64            `json:"window_s"`
	Seed      uint64             `json:"seed"`
	Capacity  map[string]float64 `json:"capacity_per_s"` // requests to the last exit, by model
	Scenes    []*tenancyScene    `json:"scenes"`
	Faults    []string           `json:"faults"`
}

// tenancyScene is what came of a scene.
type tenancyScene struct {
	Name    string         `json:"name"`
	Tenants []tenancyGuest `json:"tenants"`
	Phases  []tenancyPhase `json:"phases"`
	Runs    []*tenancyRun  `json:"runs"`
}

type tenancyGuest struct {
	Name      string   `json:"name"`
	Model     string   `json:"model"`
	Objective string   `json:"objective"`
	Deadline  *float64 `json:"deadline_s"` // null: none
}

type tenancyPhase struct {
	Name      string    `json:"name"`
	From      float64   `json:"from_s"`
	Load      []float64 `json:"load"`      // of each tenant, as a part of the capacity
	Guarantee []float64 `json:"guarantee"` // to each tenant; 0: it is not there
}

// tenancyRun is what came of a scene under one policy.
type tenancyRun struct {
	Policy   scheduler.Policy `json:"policy"`
	Changes  []float64        `json:"changes_s"`       // until the shares of each phase were in force; 0: they were
	SentLate float64          `json:"sent_late_p99_s"` // behind when requests were due
	Phases   []tenancySpan    `json:"phases"`
	Windows  []tenancySpan    `json:"windows"`
	Whole    tenancySpan      `json:"whole"`

	faults []string
}

// tenancySpan is what came of the requests that were due in a time.
type tenancySpan struct {
	From    float64          `json:"from_s"`
	To      float64          `json:"to_s"`
	Useful  float64          `json:"useful_by_share"` // the mean of the tenants' useful requests, as a part of those due, by what is guaranteed
	Tenants []tenancyFigures `json:"tenants"`
}

// newReport is a report without scenes.
func (t *tenancy) newReport() *tenancyReport {
	return &tenancyReport{
		Machine: machineBelow("/").device(), Slots: len(t.nodeCores), NodeCores: t.nodeCores, AppCores: t.generatorCores,
		Phase: t.phase.Seconds(), Window: t.window().Seconds(), Seed: t.seed, Capacity: t.capacity, Faults: []string{},
	}
}

// newScene is a scene without runs.
func (t *tenancy) newScene(s *scene) *tenancyScene {
	r := &tenancyScene{Name: s.name}
	for i := range s.guests {
		g := tenancyGuest{Name: s.guests[i].name, Model: s.guests[i].model, Objective: s.guests[i].goalText(t.unit)}
		if limit := s.guests[i].limit(t.unit); limit > 0 {
			g.Deadline = new(limit.Seconds())
		}
		r.Tenants = append(r.Tenants, g)
	}
	for i := range s.phases {
		p := tenancyPhase{Name: s.phases[i].name, From: float64(i) * t.phase.Seconds(), Load: s.phases[i].loads}
		for k := range s.guests {
			p.Guarantee = append(p.Guarantee, s.phases[i].guarantee(k))
		}
		r.Phases = append(r.Phases, p)
	}
	return r
}

// result is what a play comes to.
func (p *play) result() *tenancyRun {
	r := &tenancyRun{Policy: p.policy}
	for _, took := range p.changes {
		r.Changes = append(r.Changes, took.Seconds())
	}
	for i := range p.scene.phases {
		from := time.Duration(i) * p.phase
		r.Phases = append(r.Phases, p.span(from, from+p.phase))
		for k := range int(p.phase / p.window()) {
			at := from + time.Duration(k)*p.window()
			r.Windows = append(r.Windows, p.span(at, at+p.window()))
		}
	}
	r.Whole = p.span(0, time.Duration(len(p.scene.phases))*p.phase)
	var lags []float64
	for k, role := range p.roles {
		r.fault(&r.Whole.Tenants[k], role.records)
		for i := range role.records {
			lags = append(lags, role.records[i].lag.Seconds())
		}
	}
	if len(lags) > 0 {
		r.SentLate = quantile(lags, .99)
	}
	return r
}

// span is what came of each tenant in one phase, in a part of it, or in all of them.
func (p *play) span(from, to time.Duration) tenancySpan {
	s := tenancySpan{From: from.Seconds(), To: to.Seconds()}
	weights := 0.0
	for i, role := range p.roles {
		f := newTenancyFigures(p.scene.guests[i].name, len(role.app.tenant.GetExits()), role.between(from, to))
		f.Busy = role.busy.until(to) - role.busy.until(from)
		f.Used = f.Busy / (float64(len(p.nodeCores)) * (to - from).Seconds())
		f.Guarantee = p.guarantee(i, from, to)
		if f.due() > 0 {
			s.Useful += f.Guarantee * ratio(f.Useful, f.due())
			weights += f.Guarantee
		}
		s.Tenants = append(s.Tenants, f)
	}
	if weights > 0 {
		s.Useful /= weights
	}
	return s
}

// guarantee is a tenant's in the mean of a time.
func (p *play) guarantee(guest int, from, to time.Duration) float64 {
	first, last := int(from/p.phase), int((to-1)/p.phase)
	sum := 0.0
	for i := first; i <= last; i++ {
		sum += p.scene.phases[i].guarantee(guest)
	}
	return sum / float64(last-first+1)
}

// fault notes what must not happen to the requests of a tenant.
func (r *tenancyRun) fault(f *tenancyFigures, records []record) {
	var first error
	for i := range records {
		if first == nil {
			first = records[i].err
		}
	}
	if n := f.Failed + f.Unanswered; n > 0 {
		r.faults = append(r.faults, fmt.Sprintf("%s: %s of %s failed or never ended, first: %v", r.Policy, plural(n, "request"), f.Tenant, first))
	}
	if f.ended() != f.Sent {
		r.faults = append(r.faults, fmt.Sprintf("%s: %s sent %d requests, but %d have ended", r.Policy, f.Tenant, f.Sent, f.ended()))
	}
}

// sent are the requests of all tenants.
func (r *tenancyRun) sent() int {
	sum := 0
	for i := range r.Whole.Tenants {
		sum += r.Whole.Tenants[i].Sent
	}
	return sum
}

// print writes the tables.
func (r *tenancyReport) print(out io.Writer) error {
	w := newScreen(out)
	var capacity []string
	for _, m := range []string{"glyphs", "speech"} {
		capacity = append(capacity, fmt.Sprintf("%.0f of %s", r.Capacity[m], m))
	}
	fmt.Fprintf(w, "%s. The node has %s and %s, the apps %s.\n", r.Machine, listed(r.NodeCores), plural(r.Slots, "slot"), listed(r.AppCores))
	fmt.Fprintf(w, "To their last exits it answers %s requests a second; that is a load of 1.\n", strings.Join(capacity, " or "))
	for _, s := range r.Scenes {
		s.printTenants(w)
		for _, run := range s.Runs {
			if err := s.printRun(w, run, r.Phase); err != nil {
				return err
			}
		}
		if err := s.printWhole(w); err != nil {
			return err
		}
	}
	return nil
}

// printTenants says who the tenants are.
func (s *tenancyScene) printTenants(w io.Writer) {
	fmt.Fprintf(w, "\n%s tenants:\n", s.Name)
	for _, t := range s.Tenants {
		fmt.Fprintf(w, "  %s (%s): %s%s\n", t.Name, t.Model, t.Objective, optional("; deadline ", orNothing(t.Deadline)))
	}
}

// orNothing writes a time, or nothing when there is none.
func orNothing(s *float64) string {
	if s == nil {
		return ""
	}
	return fromSeconds(*s).String()
}

// fromSeconds is a time that a report has, in whole microseconds.
func fromSeconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}

// somethingElse is said of an experiment that other programs have disturbed.
const somethingElse = "The machine had something else to do: these figures are of that, too. Do not compare with them."

// mostLag is by how many seconds requests may be sent late before that is more than the apps' own doing.
const mostLag = 0.005

// printRun writes the table of one policy, a line for each phase and tenant.
func (s *tenancyScene) printRun(w io.Writer, r *tenancyRun, length float64) error {
	fmt.Fprintf(w, "\n%s tenants, %s", s.Name, r.Policy)
	if slowest := slices.Max(r.Changes); slowest > 0 {
		fmt.Fprintf(w, "; shares were in force after %s at the most", rounded(fromSeconds(slowest)))
	}
	fmt.Fprintf(w, "; 99 %% of the requests were sent within %s of their time\n", rounded(fromSeconds(r.SentLate)))
	if r.SentLate > mostLag {
		fmt.Fprintln(w, somethingElse)
	}
	t := newGrid(w, 2)
	t.line("phase\ttenant\tload\tsent\tright\tp95\tmissed\tuseful\texit\tbusy\town")
	for i, p := range s.Phases {
		name := p.Name
		for k := range s.Tenants {
			f := &r.Phases[i].Tenants[k]
			if p.Guarantee[k] == 0 {
				t.line("%s\t%s\tnot there", name, f.Tenant)
			} else {
				t.line("%s\t%s\t%.2f\t%.0f/s\t%s", name, f.Tenant, p.Load[k], float64(f.Sent)/length, f.row())
			}
			name = ""
		}
	}
	return t.flush()
}

// printWhole writes the table of all phases, which compares the policies.
func (s *tenancyScene) printWhole(w io.Writer) error {
	fmt.Fprintf(w, "\n%s tenants, all phases\n", s.Name)
	t := newGrid(w, 2)
	t.line("tenant\tpolicy\tsent\tright\tp95\tmissed\tuseful\texit\tbusy\town")
	for k := range s.Tenants {
		for _, r := range s.Runs {
			f := &r.Whole.Tenants[k]
			t.line("%s\t%s\t%d\t%s", f.Tenant, r.Policy, f.Sent, f.row())
		}
	}
	for _, r := range s.Runs {
		t.line("by share\t%s\t%d\t\t\t\t%.1f %%\t\t%.1f %%", r.Policy, r.sent(), 100*r.Whole.Useful, 100*r.Whole.used())
	}
	return t.flush()
}

// used is the part of the slots' time that segments ran for all tenants.
func (s *tenancySpan) used() float64 {
	sum := 0.0
	for i := range s.Tenants {
		sum += s.Tenants[i].Used
	}
	return sum
}

// row are the columns from right to own.
func (f *tenancyFigures) row() string {
	return strings.Join([]string{
		orDash(partOf(f.Right, f.Answered), "%.1f %%", 100), orDash(f.P95, "%.1f ms", 1e3),
		orDash(partOf(f.missed(), f.due()), "%.1f %%", 100), orDash(partOf(f.Useful, f.due()), "%.1f %%", 100),
		orDash(f.meanExit(), "%.2f", 1), fmt.Sprintf("%.1f %%", 100*f.Used), fmt.Sprintf("%.0f %%", 100*f.Guarantee),
	}, "\t")
}

// write puts the tables, the figures and the pictures into a folder, which must be there.
func (r *tenancyReport) write(folder string) error {
	files := map[string]func(io.Writer) error{
		"tenancy.txt":  r.print,
		"tenancy.json": func(w io.Writer) error { return printJSON(w, r) },
	}
	for _, s := range r.Scenes {
		for name, c := range s.charts() {
			files[s.Name+"-"+name+".svg"] = c.WriteSVG
		}
	}
	for name, write := range files {
		if err := writeFile(filepath.Join(folder, name), write); err != nil {
			return err
		}
	}
	return nil
}

// writeFile makes a file of what is written.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
