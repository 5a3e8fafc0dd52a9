package main

import (
	"fmt"
	"math"

	"github.com/delen-edge/delen/internal/chart"
)

// charts are the pictures of a scene, by their names.
func (s *tenancyScene) charts() map[string]*chart.Chart {
	all := map[string]*chart.Chart{}
	for _, r := range s.Runs {
		all[string(r.Policy)] = s.busyChart(r)
	}
	for k, t := range s.Tenants {
		all[t.Name+"-p95"] = s.responseChart(k)
	}
	return all
}

// busyChart draws the busy time of each tenant under a policy, with what is guaranteed to it.
func (s *tenancyScene) busyChart(r *tenancyRun) *chart.Chart {
	c := s.chart(fmt.Sprintf("%s tenants, %s: busy time", s.Name, r.Policy), "part of the slots' time, %")
	for k, t := range s.Tenants {
		used := chart.Series{Name: t.Name}
		for _, w := range r.Windows {
			used.Points = append(used.Points, [2]float64{(w.From + w.To) / 2, 100 * w.Tenants[k].Used})
		}
		c.Series = append(c.Series, used)
	}
	for k, t := range s.Tenants {
		own := chart.Series{Name: "own of " + t.Name, Style: chart.Dashes, Like: k + 1}
		for i, p := range s.Phases {
			y := math.NaN() // it is not there
			if p.Guarantee[k] > 0 {
				y = 100 * p.Guarantee[k]
			}
			own.Points = append(own.Points, [2]float64{r.Phases[i].From, y}, [2]float64{r.Phases[i].To, y})
		}
		c.Series = append(c.Series, own)
	}
	return c
}

// responseChart draws the 95th percentile of a tenant's response times under each policy, with its deadline.
func (s *tenancyScene) responseChart(k int) *chart.Chart {
	c := s.chart(fmt.Sprintf("%s tenants, %s: response time", s.Name, s.Tenants[k].Name), "95th percentile, ms")
	for _, r := range s.Runs {
		line := chart.Series{Name: string(r.Policy)}
		for _, w := range r.Windows {
			y := math.NaN() // nothing was answered
			if p95 := w.Tenants[k].P95; p95 != nil {
				y = 1e3 * *p95
			}
			line.Points = append(line.Points, [2]float64{(w.From + w.To) / 2, y})
		}
		c.Series = append(c.Series, line)
	}
	if d := s.Tenants[k].Deadline; d != nil {
		end := s.Runs[0].Whole.To
		c.Series = append(c.Series, chart.Series{Name: "deadline", Style: chart.Dashes, Points: [][2]float64{{0, 1e3 * *d}, {end, 1e3 * *d}}})
	}
	return c
}

// chart is an empty chart over time, with the phases.
func (s *tenancyScene) chart(title, y string) *chart.Chart {
	c := &chart.Chart{Title: title, X: chart.Axis{Label: "time, s"}, Y: chart.Axis{Label: y}}
	for _, p := range s.Phases {
		c.Parts = append(c.Parts, chart.Part{From: p.From, Name: p.Name})
	}
	return c
}
