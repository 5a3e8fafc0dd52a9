package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/delen-edge/delen/internal/chart"
	"github.com/delen-edge/delen/stages/profile"
)

// flexibilityReport is what eval flexibility --json prints. Its names are a promise to scripts.
type flexibilityReport struct {
	Config string              `json:"config"`
	Models []*flexibilityModel `json:"models"`
}

// flexibilityModel is what came of one model.
type flexibilityModel struct {
	Model     string           `json:"model"`
	Tenant    string           `json:"tenant,omitempty"`
	Simulated bool             `json:"simulated"`
	Samples   int              `json:"samples"`
	From      string           `json:"samples_from"`
	Known     int              `json:"samples_in_profile"` // by name
	Device    string           `json:"device"`
	Energy    string           `json:"energy_source"`
	Runs      []flexibilityRun `json:"runs"`
}

// flexibilityRun is what came of one policy at one target.
type flexibilityRun struct {
	Target    *float64            `json:"target"` // accuracy; null: none
	Policy    string              `json:"policy"`
	Computed  bool                `json:"computed"` // from the profile's outcomes, not run
	Accuracy  float64             `json:"accuracy"`
	HalfWidth *float64            `json:"accuracy_half_width"` // of its interval at 95 % confidence; null: computed
	Energy    float64             `json:"energy_j"`
	Less      float64             `json:"energy_below_full"` // as a fraction
	Response  *float64            `json:"response_s"`        // mean, at the node
	ExitShare []float64           `json:"exit_share"`
	Promised  *flexibilityPromise `json:"promised"`
	OffBy     *float64            `json:"exit_share_off_points"` // the largest difference from what is promised
	Unmet     []string            `json:"unmet,omitempty"`
	Cut       int                 `json:"cut_by_deadline,omitempty"` // answers
	Others    float64             `json:"others"`                    // part of the cores' time that other programs took meanwhile

	whole []float64 // parts of the exits in the answers that were not cut short; nil: none were
}

// mostOthers is how much of the cores' time other programs may take before figures are of that, too.
const mostOthers = 0.1

// disturbed says whether the machine had something else to do. What is computed is not of the machine.
func (r *flexibilityRun) disturbed() bool { return !r.Computed && r.Others > mostOthers }

// flexibilityPromise is what the profile predicts of a run.
type flexibilityPromise struct {
	Accuracy  float64   `json:"accuracy"`
	Low       float64   `json:"accuracy_low"`
	Energy    float64   `json:"energy_j"`
	ExitShare []float64 `json:"exit_share"`
}

const oraclePolicy = "oracle"

func newFlexibilityModel(s *evalSubject) *flexibilityModel {
	return &flexibilityModel{
		Model: s.name, Device: s.profile.Device, Energy: string(cmp.Or(s.profile.EnergySource, s.profile.Source)),
	}
}

func promiseOf(p *profile.Point) *flexibilityPromise {
	return &flexibilityPromise{p.Accuracy, p.AccuracyLow, p.Energy, p.ExitShare}
}

// add keeps a run and compares it with full, which is the first, and with its promise.
func (m *flexibilityModel) add(r flexibilityRun) {
	full := r.Energy
	if len(m.Runs) > 0 {
		full = m.Runs[0].Energy
	}
	if !r.Computed {
		low, high := wilson(r.Accuracy, m.Samples)
		half := (high - low) / 2
		r.HalfWidth = &half
	}
	if full > 0 {
		r.Less = 1 - r.Energy/full
	}
	shares := r.ExitShare
	if r.whole != nil {
		shares = r.whole
	}
	if r.Promised != nil && len(r.Promised.ExitShare) == len(shares) && !r.disturbed() {
		off := 0.0
		for i, share := range shares {
			off = max(off, 100*math.Abs(share-r.Promised.ExitShare[i]))
		}
		r.OffBy = &off
	}
	m.Runs = append(m.Runs, r)
}

func (m *flexibilityModel) addOracle(p *profile.Point) {
	m.add(flexibilityRun{Policy: oraclePolicy, Computed: true, Accuracy: p.Accuracy, Energy: p.Energy, ExitShare: p.ExitShare})
}

// print writes the tables.
func (r *flexibilityReport) print(out io.Writer) error {
	w := newScreen(out)
	for i, m := range r.Models {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if err := m.print(w); err != nil {
			return err
		}
	}
	return nil
}

func (m *flexibilityModel) print(w io.Writer) error {
	if m.Simulated {
		fmt.Fprintf(w, "%s (simulated): %s, %s; energy %s for %s\n", m.Model, plural(m.Samples, "sample"), m.From, m.Energy, m.Device)
	} else {
		fmt.Fprintf(w, "%s: %s of %s to tenant %s; energy %s for %s\n", m.Model, plural(m.Samples, "sample"), m.From, m.Tenant, m.Energy, cmp.Or(m.Device, "an unnamed device"))
	}
	if m.Known > 0 {
		fmt.Fprintf(w, "%s of these are among the profile's own, by their names: thresholds were chosen by them, and figures of others are not as good\n", grouped(int64(m.Known)))
	}
	if slices.ContainsFunc(m.Runs, func(r flexibilityRun) bool { return r.disturbed() }) {
		fmt.Fprintln(w, somethingElse)
	}
	t := newGrid(w, 2)
	t.line("target\tpolicy\taccuracy\tenergy\tless\tresponse\texits, %%\tpromised\toff by\t")
	for i := range m.Runs {
		r := &m.Runs[i]
		t.line("%s\t%s\t%s\t%.2f mJ\t%.1f %%\t%s\t%s\t%s\t%s\t%s", r.target(), r.policy(), r.reached(), 1e3*r.Energy, 100*r.Less,
			orDash(r.Response, "%.2f ms", 1e3), r.shares(), r.promise(), orDash(r.OffBy, "%.1f", 1), r.remark())
	}
	return t.flush()
}

// orDash writes a figure in another unit, or a dash when there is none.
func orDash(f *float64, format string, times float64) string {
	if f == nil {
		return "-"
	}
	return fmt.Sprintf(format, *f*times)
}

// reached is the accuracy, and how far it can be trusted.
func (r *flexibilityRun) reached() string {
	if r.HalfWidth == nil {
		return fmt.Sprintf("%.2f %%", 100*r.Accuracy)
	}
	return fmt.Sprintf("%.2f ± %.2f %%", 100*r.Accuracy, 100**r.HalfWidth)
}

func (r *flexibilityRun) target() string { return orDash(r.Target, "%.4g %%", 100) }

func (r *flexibilityRun) policy() string {
	if r.Computed {
		return r.Policy + " (computed)"
	}
	return r.Policy
}

func (r *flexibilityRun) shares() string {
	var parts []string
	for _, s := range r.ExitShare {
		parts = append(parts, fmt.Sprintf("%.1f", 100*s))
	}
	return strings.Join(parts, " ")
}

func (r *flexibilityRun) promise() string {
	if r.Promised == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f %%, >= %.2f", 100*r.Promised.Accuracy, 100*r.Promised.Low)
}

// remark is what else is to be said of a run.
func (r *flexibilityRun) remark() string {
	var all []string
	if len(r.Unmet) > 0 {
		all = append(all, "unmet")
	}
	if r.disturbed() {
		all = append(all, "busy machine")
	}
	if r.Cut > 0 {
		all = append(all, fmt.Sprintf("%d cut short by the deadline", r.Cut))
	}
	return strings.Join(all, ", ")
}

// write puts the tables, the figures and a picture of each model into a folder, which must be there.
func (r *flexibilityReport) write(folder string) error {
	files := map[string]func(io.Writer) error{
		"flexibility.txt":  r.print,
		"flexibility.json": func(w io.Writer) error { return printJSON(w, r) },
	}
	for _, m := range r.Models {
		files[m.Model+".svg"] = m.chart().WriteSVG
	}
	for name, write := range files {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		if err := write(f); err != nil {
			f.Close()
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return nil
}

// chart draws the energy over the target. What has no target is drawn over all of them.
func (m *flexibilityModel) chart() *chart.Chart {
	c := &chart.Chart{
		Title: fmt.Sprintf("%s: energy at a target accuracy", m.Model),
		X:     chart.Axis{Label: "target accuracy, %"},
		Y:     chart.Axis{Label: "energy of a request, mJ, " + m.Energy},
	}
	if m.Simulated {
		c.Title += " (simulated)"
	}
	at := map[string]int{}
	for _, name := range []string{"full", "per-workload", "pareto", "oracle (computed)"} {
		at[name] = len(c.Series)
		c.Series = append(c.Series, chart.Series{Name: name, Style: chart.Line | chart.Marks})
	}
	unmet := chart.Series{Name: "unmet", Style: chart.Marks}
	for i := range m.Runs {
		r := &m.Runs[i]
		s := &c.Series[at[r.policy()]]
		if r.Target != nil && len(r.Unmet) > 0 {
			unmet.Points = append(unmet.Points, [2]float64{100 * *r.Target, 1e3 * r.Energy})
			continue
		}
		if r.Target != nil {
			if n := len(s.Points); n > 0 && r.Policy == string(profile.PerWorkload) { // between two targets it is one exit's, and then another's
				s.Points = append(s.Points, [2]float64{s.Points[n-1][0], 1e3 * r.Energy})
			}
			s.Points = append(s.Points, [2]float64{100 * *r.Target, 1e3 * r.Energy})
			continue
		}
		s.Style = chart.Line
		s.Name += fmt.Sprintf(", right %.1f %%", 100*r.Accuracy)
		for k := range m.Runs {
			if t := m.Runs[k].Target; t != nil {
				s.Points = append(s.Points, [2]float64{100 * *t, 1e3 * r.Energy})
			}
		}
	}
	if unmet.Points != nil {
		c.Series = append(c.Series, unmet)
	}
	return c
}
