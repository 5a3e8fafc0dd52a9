package main

import (
	"fmt"
	"math"

	"github.com/delen-edge/delen/internal/chart"
)

// charts are the pictures of a scene, by their names.
func (s *tenancyScene) charts(of *tenancyReport) map[string]*chart.Chart {
	all := map[string]*chart.Chart{}
	for _, r := range s.Runs {
		all[string(r.Policy)] = s.busyChart(r, of)
	}
	for k, t := range s.Tenants {
		all[t.Name+"-p95"] = s.responseChart(k, of)
	}
	return all
}

// busyChart draws the busy time of each tenant under a policy, with what is guaranteed to it.
func (s *tenancyScene) busyChart(r *tenancyRun, of *tenancyReport) *chart.Chart {
	c := s.chart(fmt.Sprintf("%s tenants, %s: busy time", s.Name, r.Policy), "part of the slots' time, %", of)
	for k, t := range s.Tenants {
		used := chart.Series{Name: t.Name}
		for i := range r.Windows {
			used.Points = append(used.Points, [2]float64{s.middle(i, of), 100 * r.Windows[i][k].Used})
		}
		own := chart.Series{Name: "guaranteed", Style: chart.Dashes, Like: 2*k + 1}
		for _, p := range s.Phases {
			y := 100 * p.Guarantee[k]
			if y == 0 {
				y = math.NaN()
			}
			own.Points = append(own.Points, [2]float64{p.From, y}, [2]float64{p.From + of.Phase, y})
		}
		c.Series = append(c.Series, used, own)
	}
	return c
}

// responseChart draws the 95th percentile of a tenant's response times under each policy, with its deadline.
func (s *tenancyScene) responseChart(k int, of *tenancyReport) *chart.Chart {
	c := s.chart(fmt.Sprintf("%s tenants, %s: response time", s.Name, s.Tenants[k].Name), "95th percentile, ms", of)
	for _, r := range s.Runs {
		line := chart.Series{Name: string(r.Policy)}
		for i := range r.Windows {
			y := math.NaN()
			if p95 := r.Windows[i][k].P95; p95 != nil {
				y = 1e3 * *p95
			}
			line.Points = append(line.Points, [2]float64{s.middle(i, of), y})
		}
		c.Series = append(c.Series, line)
	}
	if d := s.Tenants[k].Deadline; d != nil {
		end := s.Phases[len(s.Phases)-1].From + of.Phase
		c.Series = append(c.Series, chart.Series{Name: "deadline", Style: chart.Dashes, Points: [][2]float64{{0, 1e3 * *d}, {end, 1e3 * *d}}})
	}
	return c
}

// chart is an empty chart over time, with the phases.
func (s *tenancyScene) chart(title, y string, of *tenancyReport) *chart.Chart {
	c := &chart.Chart{Title: title, X: chart.Axis{Label: "time, s"}, Y: chart.Axis{Label: y}}
	for _, p := range s.Phases {
		c.Parts = append(c.Parts, chart.Part{From: p.From, Name: p.Name})
	}
	return c
}

// middle is the time of a window's middle. All phases have the same number of windows.
func (s *tenancyScene) middle(window int, of *tenancyReport) float64 {
	perPhase := int(of.Phase/of.Window + 1e-9)
	return s.Phases[window/perPhase].From + (float64(window%perPhase)+.5)*of.Window
}
