package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// objectiveJSON is what a tenant wants, and what it leads to. Its names are a promise to scripts.
type objectiveJSON struct {
	Tenant    string         `json:"tenant"`
	Objective *string        `json:"objective"` // null: none
	Adapt     string         `json:"adapt"`
	Criterion string         `json:"criterion"`
	Version   uint64         `json:"version"`
	Point     *profile.Point `json:"point"`
	Unmet     []string       `json:"unmet"`
}

// orNull is a text in JSON, where there is one.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (f *objectiveOptions) print(stdout io.Writer, t *wire.TenantInfo) error {
	if f.json {
		return printJSONLine(stdout, objectiveJSON{
			Tenant: t.GetName(), Objective: orNull(t.GetObjective()), Adapt: t.GetAdapt(), Criterion: t.GetCriterion(), Version: t.GetCriterionVersion(),
			Point: pointOrNull(t.GetPoint()), Unmet: append([]string{}, t.GetUnmet()...),
		})
	}
	tab := newTable(stdout)
	if t.GetObjective() == "" {
		tab.line("%s has no objective", t.GetName())
	} else {
		tab.line("%s is to %s", t.GetName(), t.GetObjective())
	}
	tab.line("  adapts\t%s", t.GetAdapt())
	stops, p := stopsWhen(t.GetCriterion()), t.GetPoint()
	if p != nil {
		stops = pointStopsWhen(p.GetThresholds())
	}
	tab.line("  stops when\t%s (version %d)", stops, t.GetCriterionVersion())
	if p != nil {
		describePoint(tab, pointOf(p), t.GetUnmet(), t.GetRefuses())
	}
	return tab.flush()
}

// pointStopsWhen tells people what thresholds mean, with four digits. Where they let all requests stop at one exit, it says so.
func pointStopsWhen(thresholds []float64) string {
	at := slices.IndexFunc(thresholds, func(t float64) bool { return !math.IsInf(t, 1) })
	if at < 0 {
		return stopsWhen("")
	}
	rounded := make([]float64, len(thresholds))
	for i, t := range thresholds {
		rounded[i], _ = strconv.ParseFloat(strconv.FormatFloat(t, 'g', 4, 64), 64)
	}
	criterion := criteria.Thresholds(rounded).String()
	if thresholds[at] == 0 {
		return fmt.Sprintf("it has reached exit %d: %s", at+1, criterion)
	}
	return criterion
}

// describePoint tells what an operating point is predicted to bring.
func describePoint(t *table, p profile.Point, unmet []string, refuses bool) {
	if promise := promised(p); promise != "" {
		t.line("  promises\t%s", promise)
	}
	if len(p.ExitShare) > 0 {
		t.line("  exits\t%s", shares(p.ExitShare))
	}
	if len(unmet) > 0 {
		then := "this is the nearest point"
		if refuses && slices.ContainsFunc(unmet, func(b string) bool { return strings.HasPrefix(b, criteria.Accuracy.String()) }) {
			then = "requests are refused meanwhile"
		}
		t.line("  unmet\t%s: %s", strings.Join(unmet, ", "), then)
	}
}

// promised is a point's figures in words.
func promised(p profile.Point) string {
	var all []string
	add := func(text string) {
		if text != "" {
			all = append(all, text)
		}
	}
	accuracy := figure("accuracy ", finite(p.Accuracy), 1, "")
	if accuracy != "" {
		accuracy += figure(" (at least ", finite(p.AccuracyLow), 1, ")")
	}
	add(accuracy)
	add(figure("mean ", finite(p.ResponseTime), 1e3, " ms"))
	add(figure("p95 ", finite(p.ResponseP95), 1e3, " ms"))
	add(figure("", finite(p.Energy), 1e3, " mJ"))
	if f := finite(p.FLOPs); f != nil {
		add(flops(f))
	}
	return strings.Join(all, ", ")
}

// shares writes the fraction of requests that each exit answers.
func shares(of []float64) string {
	var all []string
	for _, f := range of {
		all = append(all, tenths(100*f)+" %")
	}
	return strings.Join(all, ", ")
}

// pointOrNull is a point in JSON, where there is one.
func pointOrNull(p *wire.Point) *profile.Point {
	if p == nil {
		return nil
	}
	return new(pointOf(p))
}

// pointOf takes a point from a message. Times that are not known are 0 there.
func pointOf(p *wire.Point) profile.Point {
	seconds := func(ns int64) float64 {
		if ns <= 0 {
			return math.NaN()
		}
		return time.Duration(ns).Seconds()
	}
	return profile.Point{
		Thresholds: p.GetThresholds(), Accuracy: p.GetAccuracy(), AccuracyLow: p.GetAccuracyLow(),
		ResponseTime: seconds(p.GetResponseMeanNs()), ResponseP95: seconds(p.GetResponseP95Ns()),
		Energy: p.GetEnergyJ(), FLOPs: p.GetFlops(), ExitShare: p.GetExitShare(),
	}
}
