package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/internal/chart"
	"github.com/delen-edge/delen/stages/profile"
)

// shownPoints is how many points people see, about.
const shownPoints = 12

// predicted is what frontier --json prints. Its names are a promise to scripts.
type predicted struct {
	Points   []profile.Point `json:"points"`
	Chosen   *profile.Point  `json:"chosen"`
	Policies struct {
		Full        profile.Point `json:"full"`
		PerWorkload profile.Point `json:"per_workload"`
		Oracle      profile.Point `json:"oracle"`
	} `json:"policies"`
	Exits       []profile.Point `json:"exits"`
	Objective   string          `json:"objective"`
	Axis        string          `json:"axis"`
	Samples     int             `json:"samples"`
	Confidence  *float64        `json:"confidence"`
	Certifiable float64         `json:"certifiable"`
	Gap         *float64        `json:"gap"`
	Unmet       []string        `json:"unmet"`
	Warnings    []string        `json:"warnings"`
}

func (r *prediction) forJSON() predicted {
	p := predicted{
		Points: r.Points, Exits: r.Single, Objective: r.Objective.String(), Axis: r.Axis.String(), Samples: r.evidence.Samples(),
		Certifiable: r.Certifiable(), Gap: finite(r.Gap), Unmet: []string{}, Warnings: append([]string{}, r.evidence.Warnings()...),
	}
	p.Policies.Full, p.Policies.PerWorkload, p.Policies.Oracle = r.Single[len(r.Single)-1], r.single.Point, r.Oracle
	if !r.certainty.Off {
		p.Confidence = &r.certainty.Confidence
	}
	if r.asked {
		p.Chosen = &r.chosen.Point
		for _, b := range r.chosen.Unmet {
			p.Unmet = append(p.Unmet, b.String())
		}
	}
	return p
}

func (r *prediction) print(stdout io.Writer) error {
	out := newScreen(stdout)
	points := plural(len(r.Points), "point")
	if n := len(r.shown()); n < len(r.Points) {
		points = fmt.Sprintf("%d of %s", n, points)
	}
	fmt.Fprintf(out, "%s: %s, %s of accuracy against %s%s\n", r.profile.Model, plural(r.evidence.Samples(), "sample"), points, r.Axis, optional(", on ", r.profile.Device))
	if r.asked {
		fmt.Fprintln(out, r.Objective)
	}
	fmt.Fprintln(out)
	t := newGrid(out, 2)
	t.line("\taccuracy\tat least\tresponse\tp95\tenergy\tFLOPs\tstop at\tthresholds")
	listed := false // a single exit may be chosen that is no point of the frontier
	for _, i := range r.shown() {
		mark := ""
		if r.asked && r.Points[i].Equal(&r.chosen.Point) {
			mark, listed = "chosen", true
		}
		printPoint(t, mark, &r.Points[i])
	}
	if r.asked && !listed {
		printPoint(t, "chosen", &r.chosen.Point)
	}
	pW := "pW"
	if r.asked && len(r.single.Unmet) > 0 {
		pW = "pW unmet"
	}
	printPoint(t, pW, &r.single.Point)
	printPoint(t, "full", &r.Single[len(r.Single)-1])
	printPoint(t, "oracle", &r.Oracle)
	if err := t.flush(); err != nil {
		return err
	}
	return r.conclude(out)
}

// shown is some of the points: the ends, the chosen one, and others at even distances.
func (r *prediction) shown() []int {
	var all []int
	for i := range min(shownPoints, len(r.Points)) {
		all = append(all, i*(len(r.Points)-1)/max(1, min(shownPoints, len(r.Points))-1))
	}
	if i := slices.IndexFunc(r.Points, func(p profile.Point) bool { return p.Equal(&r.chosen.Point) }); r.asked && i >= 0 {
		all = append(all, i)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func printPoint(t *table, mark string, p *profile.Point) {
	shares := make([]string, len(p.ExitShare))
	for k, share := range p.ExitShare {
		shares[k] = strconv.FormatFloat(100*share, 'f', 0, 64)
	}
	thresholds := make([]string, len(p.Thresholds))
	for k, threshold := range p.Thresholds {
		thresholds[k] = "never"
		if !math.IsInf(threshold, 1) {
			thresholds[k] = strconv.FormatFloat(threshold, 'g', 4, 64)
		}
	}
	t.line("%s\t%.4f\t%.4f\t%s\t%s\t%s\t%s\t%s\t%s", mark, p.Accuracy, p.AccuracyLow, shown(finite(p.ResponseTime), 1e3, "%.3f ms"), shown(finite(p.ResponseP95), 1e3, "%.3f ms"),
		shown(finite(p.Energy), 1e3, "%.2f mJ"), shown(finite(p.FLOPs), 1e-6, "%.1f M"), strings.Join(shares, " "), strings.Join(thresholds, " "))
}

// conclude says what the chosen point saves, what it does not keep, and what can be promised.
func (r *prediction) conclude(out io.Writer) error {
	var b strings.Builder
	b.WriteByte('\n')
	if r.asked && len(r.chosen.Unmet) == 0 {
		full := &r.Single[len(r.Single)-1]
		if r.Objective.Maximize {
			fmt.Fprintf(&b, "the accuracy of the chosen point is %.4f, that of pW %.4f", r.chosen.Point.Accuracy, r.single.Point.Accuracy)
			if less := r.less(full); less != "" {
				fmt.Fprintf(&b, "; it takes %s %s than full, for %s", less, r.Axis, lost(full.Accuracy, r.chosen.Point.Accuracy))
			}
			b.WriteByte('\n')
		} else if less, than := r.less(full), r.less(&r.single.Point); less != "" && than != "" {
			fmt.Fprintf(&b, "the chosen point takes %s %s than full, and %s than pW\n", less, r.Axis, than)
		}
	}
	if r.asked {
		for _, u := range r.chosen.Unmet {
			fmt.Fprintf(&b, "not kept: %s\n", r.explain(u))
		}
	}
	if r.certainty.Off {
		fmt.Fprintf(&b, "accuracies are estimates from the samples that the points were chosen by: nothing is certain\n")
	} else {
		fmt.Fprintf(&b, "certain at %g %%: a bound on accuracy up to %.4f, from these samples\n", 100*r.certainty.Confidence, r.Certifiable())
		if r.higher() {
			fmt.Fprintf(&b, "a higher \"at least\" holds for its point alone, not for one picked among many\n")
		}
	}
	if r.Gap != 0 {
		fmt.Fprintf(&b, "not all thresholds were tried: %s\n", gap(r.Gap))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// higher reports whether more is certain of some point, taken by itself, than can be promised of one that is chosen.
func (r *prediction) higher() bool {
	promised := r.Certifiable()
	above := func(p profile.Point) bool { return p.AccuracyLow > promised }
	return slices.ContainsFunc(r.Points, above) || slices.ContainsFunc(r.Single, above) || above(r.Oracle)
}

// lost is what becomes of an accuracy.
func lost(from, to float64) string {
	points := fmt.Sprintf("%.2f", 100*math.Abs(from-to))
	switch {
	case points == "0.00":
		return "the same accuracy"
	case to > from:
		return points + " points more accuracy"
	}
	return points + " points less accuracy"
}

// less is how much less than another point the chosen one takes, or "" where costs are 0 or not known: nothing is a part of them.
func (r *prediction) less(other *profile.Point) string {
	saved := 100 - 100*cost(&r.chosen.Point, r.Axis)/cost(other, r.Axis)
	if math.IsNaN(saved) || math.IsInf(saved, 0) {
		return ""
	}
	if saved < 0 {
		return fmt.Sprintf("%.1f %% more", -saved)
	}
	return fmt.Sprintf("%.1f %% less", saved)
}

func gap(g float64) string {
	if math.IsNaN(g) {
		return "how much cheaper a point could be is not known"
	}
	return fmt.Sprintf("no point costs more than %.2f times the best", 1+g)
}

// explain says of a bound that is not kept how near it comes.
func (r *prediction) explain(u criteria.Bound) string {
	p := &r.chosen.Point
	switch u.Metric {
	case criteria.Accuracy:
		if !r.certainty.Off {
			return fmt.Sprintf("%s: no more than %.4f is certain of the nearest point", u, p.AccuracyLow)
		}
		return fmt.Sprintf("%s: the nearest point has %.4f", u, p.Accuracy)
	case criteria.ResponseTime:
		return fmt.Sprintf("%s: the 95th percentile of the nearest point is %s", u, shown(finite(p.ResponseP95), 1e3, "%.3f ms"))
	case criteria.Energy:
		return fmt.Sprintf("%s: the nearest point takes %s", u, shown(finite(p.Energy), 1e3, "%.2f mJ"))
	}
	return fmt.Sprintf("%s: the nearest point takes %s", u, shown(finite(p.FLOPs), 1e-6, "%.1f M"))
}

// cost is the mean of what a point takes of a metric.
func cost(p *profile.Point, m criteria.Metric) float64 {
	switch m {
	case criteria.ResponseTime:
		return p.ResponseTime
	case criteria.Energy:
		return p.Energy
	}
	return p.FLOPs
}

// chart shows what accuracy costs: on the frontier, with one exit for all requests, and with an oracle.
func (r *prediction) chart() *chart.Chart {
	label, scale := "mean energy (mJ)", 1e3
	switch r.Axis {
	case criteria.ResponseTime:
		label = "mean response time (ms)"
	case criteria.FLOPs:
		label, scale = "mean FLOPs (millions)", 1e-6
	}
	c := &chart.Chart{Title: r.profile.Model, X: chart.Axis{Label: label}, Y: chart.Axis{Label: "accuracy (%)"}}
	add := func(name string, style chart.Style, points ...profile.Point) {
		s := chart.Series{Name: name, Style: style}
		for i := range points {
			s.Points = append(s.Points, [2]float64{cost(&points[i], r.Axis) * scale, points[i].Accuracy * 100})
		}
		c.Series = append(c.Series, s)
	}
	add("frontier", chart.Line, rising(r.Points, r.Axis)...)
	add("one exit for all", chart.Line, steps(rising(r.Single, r.Axis))...)
	add("exits", chart.Marks, r.Single...)
	add("oracle", chart.Marks, r.Oracle)
	if r.asked {
		add("chosen", chart.Marks, r.chosen.Point)
	}
	return c
}
