package scheduler

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestAConfigurationThatCannotServeIsRefused(t *testing.T) {
	for words, spoil := range map[string]func(*Config){
		"slots must be at least 1":          func(c *Config) { c.Slots = 0 },
		"not negative: have 1, -1ns":        func(c *Config) { c.HandOff = -1 },
		"limit not negative":                func(c *Config) { c.RunLimit = -1 },
		"model 0 has 0 segments":            func(c *Config) { c.Models[0].Warm = nil },
		"clones: it must not be negative":   func(c *Config) { c.Clones = -1 },
		"there is no policy \"anarchic\"":   func(c *Config) { c.Policy = "anarchic" },
		"fairness is 1.5: it must be from":  func(c *Config) { c.Fairness = 1.5 },
		"fairness is NaN":                   func(c *Config) { c.Fairness = math.NaN() },
		"1 segments and the power of 2":     func(c *Config) { c.Models[0].Power = []float64{1, 2} },
		"a segment 1 that draws -1 W":       func(c *Config) { c.Models[0].Power = []float64{-1} },
		"segment 1 whose warm times are []": func(c *Config) { c.Models[0].Warm[0] = nil },
		"warm times are [1ns -1ns]":         func(c *Config) { c.Models[0].Warm[0] = []time.Duration{1, -1} },
		"has 1 segments and 2 exits":        func(c *Config) { c.Models[0].Exits = make([]Figures, 2) },
		"tenant 1: the weight is 0":         func(c *Config) { c.Tenants[1].Weight = 0 },
		"the weight is NaN":                 func(c *Config) { c.Tenants[1].Weight = math.NaN() },
		"the weight is +Inf":                func(c *Config) { c.Tenants[1].Weight = math.Inf(1) },
		"tenant 0: it runs model 1 of 1":    func(c *Config) { c.Tenants[0].Model = 1 },
		"it runs model -1 of 1":             func(c *Config) { c.Tenants[0].Model = -1 },
		"the room is for -1 tickets":        func(c *Config) { c.Tenants[0].Room = -1 },
		"tenant 0: it runs model 0 of 0":    func(c *Config) { c.Models = nil },
		"weight is 2e+06: it must be from":  func(c *Config) { c.Tenants[0].Weight = 2e6 },
	} {
		c := Config{Slots: 1, Models: []Model{{Warm: [][]time.Duration{{1}}, Exits: make([]Figures, 1)}}, Tenants: []Tenant{{Weight: 1}, {Weight: 2}}}
		if _, err := New(c); err != nil {
			t.Fatal(err)
		}
		spoil(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("want %q, got %v", words, err)
		}
	}
}
