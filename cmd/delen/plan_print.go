package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/delen-edge/delen/scheduler/planner"
	"github.com/delen-edge/delen/stages/profile"
)

// plannedJSON is what plan --json prints. Its names are a promise to scripts.
type plannedJSON struct {
	Policy  string              `json:"policy"`
	Slots   *int                `json:"slots"`
	Planned float64             `json:"planned"`
	Budget  *float64            `json:"budget_w"`
	Tenants []plannedTenantJSON `json:"tenants"`
	Busy    float64             `json:"busy"`
	Machine float64             `json:"machine"`
	Power   *float64            `json:"power_w"`
	Utility float64             `json:"utility"`
	Gap     *float64            `json:"gap"`
	Full    bool                `json:"full"`
}

type plannedTenantJSON struct {
	Tenant    string            `json:"tenant"`
	Guarantee float64           `json:"guarantee"`
	Rate      float64           `json:"rate"`
	LetIn     float64           `json:"let_in"`
	Objective *string           `json:"objective"`
	Adapt     string            `json:"adapt"`
	Criterion string            `json:"criterion"`
	Options   int               `json:"options"`
	Floor     bool              `json:"floor"`
	Alone     plannedOptionJSON `json:"alone"`
	Chosen    plannedOptionJSON `json:"chosen"`
	Notes     []string          `json:"notes"`
}

type plannedOptionJSON struct {
	Utility float64       `json:"utility"`
	Kept    bool          `json:"kept"`
	Busy    *float64      `json:"busy_s"`
	Active  *float64      `json:"active_j"`
	Mean    *float64      `json:"response_mean_s"`
	P95     *float64      `json:"response_p95_s"`
	Unmet   []string      `json:"unmet"`
	Point   profile.Point `json:"point"` // on an idle machine
}

func (p *outlook) forJSON() plannedJSON {
	b := of(p.config, "scheduler", "")
	k := plannedJSON{
		Policy: string(p.policy), Slots: number(b, "slots", p.Slots), Planned: planner.Most, Busy: p.Busy, Machine: p.Busy / float64(p.Slots),
		Power: finite(p.Power), Utility: p.Utility, Gap: finite(p.Gap), Full: p.Full,
	}
	if k.Budget = finite(p.budget); !p.given && k.Budget != nil {
		k.Budget = number(b, "budget", p.budget)
	}
	for i, c := range p.Choices {
		t := p.wants[i].tenant
		own := plannedTenantJSON{
			Tenant: t.Name, Guarantee: p.config.Guarantee(t), Rate: p.Tenants[i].Rate, LetIn: c.Rate, Adapt: of(p.config, "tenant", t.Name).text("adapt", string(t.Adapt)),
			Criterion: t.Criterion.String(), Options: len(p.Tenants[i].Options), Floor: c.Floor, Alone: p.optionJSON(i, c.Alone), Chosen: p.optionJSON(i, c.Option),
			Notes: append([]string{}, p.wants[i].notes...),
		}
		if t.Objective != nil {
			own.Objective, own.Criterion = new(t.Objective.String()), criterionOf(&own.Chosen.Point).String()
		}
		k.Tenants = append(k.Tenants, own)
	}
	return k
}

func (p *outlook) optionJSON(tenant, option int) plannedOptionJSON {
	o, at, missed := p.option(tenant, option)
	under := at.Under(p.wants[tenant].load)
	return plannedOptionJSON{
		o.Utility, o.Kept, finite(o.Busy), finite(o.Energy), finite(under.ResponseTime), finite(under.ResponseP95), unmet(missed), at,
	}
}

// print writes a table for people, and what the points bring.
func (p *outlook) print(stdout io.Writer, path string) error {
	out := newScreen(stdout)
	b := of(p.config, "scheduler", "")
	budget := "no budget"
	if !math.IsInf(p.budget, 1) {
		budget = fmt.Sprintf("%.4g W beyond idle", p.budget)
		if !p.given {
			budget = b.text("budget", budget)
		}
	}
	fmt.Fprintf(out, "%s: %s, %s, %s\n\n", path, p.policy, b.text("slots", plural(p.Slots, "slot")), budget)
	t := newGrid(out, 1)
	t.line("\town\trate\tlet in\tmachine\tpower\tutility\talone")
	asked, let := 0.0, 0.0
	for i, c := range p.Choices {
		d := &p.Tenants[i]
		o := &d.Options[c.Option]
		t.line("%s\t%.3g %%\t%.4g/s\t%s\t%s\t%s\t%s\t%s", d.Tenant, 100*p.config.Guarantee(p.wants[i].tenant), d.Rate, letIn(d.Rate, c.Rate),
			shown(finite(c.Rate*o.Busy/float64(p.Slots)), 100, "%.1f %%"), shown(finite(c.Rate*o.Energy), 1, "%.3g W"), worth(o), worth(&d.Options[c.Alone]))
		asked, let = asked+d.Rate, let+c.Rate
	}
	t.line("all\t\t%.4g/s\t%s\t%.1f %%\t%s\t%.2f", asked, letIn(asked, let), 100*p.Busy/float64(p.Slots), shown(finite(p.Power), 1, "%.3g W"), p.Utility)
	if err := t.flush(); err != nil {
		return err
	}
	for i := range p.Choices {
		if err := p.printTenant(out, i); err != nil {
			return err
		}
	}
	return p.conclude(out)
}

// letIn is how many requests are let in of those that come.
func letIn(asked, let float64) string {
	if let == asked {
		return "all"
	}
	return fmt.Sprintf("%.4g/s", let)
}

// worth is the utility of an option, if it keeps the tenant's bounds.
func worth(o *planner.Option) string {
	if !o.Kept {
		return "unmet"
	}
	return fmt.Sprintf("%.2f", o.Utility)
}

func (p *outlook) printTenant(out io.Writer, i int) error {
	w, c := p.wants[i], &p.Choices[i]
	t := newTable(out)
	t.line("")
	wants := "stops when " + stopsWhen(w.tenant.Criterion.String())
	if w.frontier != nil {
		wants = fmt.Sprintf("is to %s, adapts %s", w.tenant.Objective, of(p.config, "tenant", w.tenant.Name).text("adapt", string(w.tenant.Adapt)))
	}
	t.line("%s %s", w.tenant.Name, wants)
	_, chosen, missed := p.option(i, c.Option)
	if c.Alone != c.Option {
		_, alone, missed := p.option(i, c.Alone)
		t.line("  alone\t%s%s", brought(alone, w.load), optional("; unmet ", strings.Join(unmet(missed), ", ")))
	}
	if figures := brought(chosen, w.load); figures != "" {
		t.line("  gets\t%s", figures)
	}
	if len(chosen.ExitShare) > 0 {
		t.line("  exits\t%s", shares(chosen.ExitShare))
	}
	if w.frontier != nil {
		t.line("  stops when\t%s", pointStopsWhen(chosen.Thresholds))
	}
	if len(missed) > 0 {
		t.line("  unmet\t%s", strings.Join(unmet(missed), ", "))
	}
	for _, note := range w.notes {
		t.line("  note\t%s", note)
	}
	return t.flush()
}

// brought is what a point is predicted to bring under a load.
func brought(p profile.Point, l profile.Load) string {
	p = p.Under(l)
	p.FLOPs = math.NaN() // bounds on it are rare, and the line is long
	return promised(p)
}

// conclude says what is to be known of the plan as a whole.
func (p *outlook) conclude(out io.Writer) error {
	var all []string
	if p.Full {
		all = append(all, p.fullness())
	}
	if p.Gap > 0 {
		all = append(all, fmt.Sprintf("The utility is at most %.2g %% below the best there is.", 100*p.Gap))
	}
	if len(all) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(out, "\n%s\n", strings.Join(all, "\n"))
	return err
}

func (p *outlook) fullness() string {
	var shed []string
	for i, c := range p.Choices {
		if c.Rate < p.Tenants[i].Rate {
			shed = append(shed, p.Tenants[i].Tenant)
		}
	}
	s := "The machine is full: the least that the tenants may have takes more than is planned for.\n"
	if len(shed) == 0 {
		return s + "It is not more than there is: all requests are let in, and queues are long."
	}
	return s + "Requests are shed of " + strings.Join(shed, ", ") + "."
}
