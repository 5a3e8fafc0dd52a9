package config

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/profile"
)

// UnmetBounds warns, where the tenant's objective stands, that no point keeps all its bounds even on a machine that has
// nothing else to do, and says what the nearest brings. The choice has at least one bound that is unmet.
func (c *Config) UnmetBounds(t *Tenant, choice profile.Choice) *hcl.Diagnostic {
	at := c.wants[t.Name]
	bounds, remedy := "Bound", "Change the bound, or the model."
	if len(t.Objective.Where) > 1 {
		bounds, remedy = "Bounds", "Change a bound, or the model."
	}
	detail := fmt.Sprintf("%s, even on an idle machine%s", unkept(t), brings(t, choice))
	for _, b := range choice.Unmet {
		if b.Metric == criteria.Accuracy && choice.Point.Accuracy >= b.Min {
			detail += fmt.Sprintf(" Its accuracy is estimated at %.4g: a profile with more samples makes more of that certain.", choice.Point.Accuracy)
		}
	}
	if slices.ContainsFunc(choice.Unmet, func(b criteria.Bound) bool { return b.Metric == criteria.Accuracy }) {
		if t.Unmet == RefuseUnmet {
			detail += " As long as that is so, requests are refused."
		} else {
			detail += " Requests are answered all the same: unmet = \"refuse\" in the objective refuses them instead."
		}
	}
	return &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: bounds + " that cannot be kept", Detail: detail + " " + remedy, Subject: &at,
	}
}

// unkept says that an objective's bounds are not kept: those on accuracy where they are certain, those on costs where that is
// predicted.
func unkept(t *Tenant) string {
	where := make([]string, len(t.Objective.Where))
	for i, b := range t.Objective.Where {
		where[i] = b.String()
	}
	who, keep, not := "No operating point", "keeps", ""
	switch t.Adapt {
	case profile.PerWorkload:
		who = "No exit for all requests"
	case profile.Full:
		who, keep, not = "The last exit for all requests", "does not keep", "not "
	}
	switch {
	case len(where) > 1:
		return who + " " + keep + " " + strings.Join(where, " && ") + " together"
	case t.Objective.Where[0].Metric == criteria.Accuracy:
		return who + " is " + not + "certain to keep " + where[0]
	}
	return who + " is " + not + "predicted to keep " + where[0]
}

// brings says of the point that is taken what it brings of all that is bounded, and what it does not keep.
func brings(t *Tenant, choice profile.Choice) string {
	p := &choice.Point
	var all, missed []string
	for _, b := range t.Objective.Where {
		switch b.Metric {
		case criteria.Accuracy:
			all = append(all, fmt.Sprintf("is certain of an accuracy of %.4g", p.AccuracyLow))
		case criteria.ResponseTime:
			all = append(all, fmt.Sprintf("has a 95th percentile of %.4g ms", 1e3*p.ResponseP95))
		case criteria.Energy:
			all = append(all, fmt.Sprintf("takes %.4g mJ", 1e3*p.Energy))
		case criteria.FLOPs:
			all = append(all, fmt.Sprintf("takes %.4g MFLOPs", 1e-6*p.FLOPs))
		}
		if slices.Contains(choice.Unmet, b) {
			missed = append(missed, b.String())
		}
	}
	which := ": the nearest, which is taken, "
	if t.Adapt == profile.Full {
		which = ": it "
	}
	text := which + listed(all)
	if len(t.Objective.Where) > 1 {
		text += "; it does not keep " + listed(missed)
	}
	return text + "."
}

// checkPatience warns of a deadline that comes before the response time that the tenant's objective allows.
func (b *block) checkPatience(t *Tenant) {
	if t.Deadline == 0 || t.Objective == nil {
		return
	}
	most := t.Objective.Bound(criteria.ResponseTime)
	if math.IsInf(most.Max, 1) || t.Deadline.Seconds() >= most.Max {
		return
	}
	b.warnAt("deadline", "Deadline below a bound", "The objective allows %s, and with a deadline of %s an answer is cut short before that: it comes from an earlier exit than predicted. "+
		"Write a deadline that is no shorter, or a bound that is no longer.", most, b.tell("deadline", t.Deadline.Round(time.Microsecond).String()))
}
