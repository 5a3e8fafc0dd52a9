package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// watchLayout is how wide the columns of watch are, and which there are. What there is no room for is left out.
type watchLayout struct {
	columns int  // of the screen
	name    int  // width of the tenants' names
	exits   int  // of the model that has most
	plans   bool // whether a tenant has an operating point
	audits  bool // whether a tenant is audited
}

// watchCells are the texts of a line, or a heading's.
type watchCells struct {
	name, asked, answered, refused, lost, exits, audited, p50, p95, plan, used, own, house, version string
}

// The columns that are left out where there is no room, the first first.
const (
	noVersion = iota + 1
	noOwn
	noAudited
	noHouse
	noLost
	noExits
)

// shortestName is what is left of names at the least.
const shortestName = 8

// left is how many of the columns are left out, and how wide names are.
func (l *watchLayout) left() (out, name int) {
	for out < noExits && l.width(out)+min(l.name, shortestName) > l.columns {
		out++
	}
	return out, max(1, min(l.name, l.columns-l.width(out)))
}

// width is that of a line without its name.
func (l *watchLayout) width(out int) int { return len([]rune(l.format(out, 0, watchCells{}))) - 1 }

// format writes a line, without some of the columns.
func (l *watchLayout) format(out, name int, c watchCells) string {
	var b strings.Builder
	there := func(column int, format string, args ...any) {
		if out < column {
			fmt.Fprintf(&b, format, args...)
		}
	}
	fmt.Fprintf(&b, "%-*s %6s %8s %7s", name, shortened(c.name, name), c.asked, c.answered, c.refused)
	there(noLost, " %6s", c.lost)
	there(noExits, "%*s", l.exitsWidth(), c.exits)
	if l.audits {
		there(noAudited, "%*s", auditsWidth, c.audited)
	}
	fmt.Fprintf(&b, " %5s %5s", c.p50, c.p95)
	if l.plans {
		fmt.Fprintf(&b, "%*s", planWidth, c.plan)
	}
	fmt.Fprintf(&b, " %5s", c.used)
	there(noOwn, " %5s", c.own)
	there(noHouse, " %5s", c.house)
	there(noVersion, " %7s", c.version)
	return b.String() + "\n"
}

// shortened is a name that is cut where it is too long.
func shortened(name string, most int) string {
	if runes := []rune(name); len(runes) > most && most > 0 {
		return string(runes[:most-1]) + "…"
	}
	return name
}

// heading names the columns, in two lines.
func (l *watchLayout) heading() string {
	out, name := l.left()
	var exits strings.Builder
	for i := range l.exits {
		fmt.Fprintf(&exits, "%4d", i+1)
	}
	titles := watchCells{
		name: "tenant", asked: "asked", answered: "answered", refused: "refused", lost: "lost", exits: exits.String(), audited: "audited ",
		p50: "p50", p95: "p95", plan: "plan ", used: "used", own: "own", house: "house", version: "version",
	}
	return l.groups(out, name) + l.format(out, name, titles)
}

// groups are the titles above those of several columns.
func (l *watchLayout) groups(out, name int) string {
	requests, machine, unit := len(" asked answered refused")+1, 12, "machine,%"
	if out < noLost {
		requests += 7
	}
	if out >= noOwn {
		machine, unit = 6, "%"
	}
	line := fmt.Sprintf("%-*s%*s", name, "", requests, "requests/s")
	if out < noExits {
		line += fmt.Sprintf("%*s", l.exitsWidth(), exitsTitle)
	}
	if l.audits && out < noAudited {
		line += strings.Repeat(" ", auditsWidth)
	}
	line += fmt.Sprintf(" %11s", "response,ms")
	if l.plans {
		line += strings.Repeat(" ", planWidth)
	}
	line += fmt.Sprintf("%*s", machine, unit)
	if out < noHouse {
		line += fmt.Sprintf(" %5s", "in")
	}
	return line + "\n"
}

const (
	exitsTitle = " exits,%"

	// planWidth is that of what was promised, with room for a mark behind it.
	planWidth = 7
)

func (l *watchLayout) exitsWidth() int { return max(4*l.exits, len(exitsTitle)) }

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

// row is a line: name, rates, exits, audits, response times, what was promised of them, shares, what is in the house, version.
func (l *watchLayout) row(tenant string, r *wire.Watched) string {
	answered := sum(r.GetExits())
	var exits strings.Builder
	for i := range l.exits {
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
	out, name := l.left()
	return l.format(out, name, watchCells{
		name: tenant, asked: rate(r.GetAdmitted() + r.GetRefused()), answered: rate(answered), refused: rate(r.GetRefused()),
		lost:  rate(r.GetExpired() + r.GetCancelled() + r.GetShed() + r.GetFailed()),
		exits: exits.String(), audited: audited(r.GetAudit()),
		p50: milliseconds(time.Duration(r.GetResponseP50Ns())), p95: milliseconds(time.Duration(r.GetResponseP95Ns())), plan: planned(r),
		used: tenths(100 * r.GetUsed()), own: tenths(100 * r.GetShare()), house: fmt.Sprint(r.GetInHouse()), version: fmt.Sprint(r.GetCriterionVersion()),
	})
}
