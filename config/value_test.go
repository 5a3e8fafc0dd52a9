package config

import (
	"slices"
	"testing"

	"github.com/hashicorp/hcl/v2"
)

func TestSentenceKeepsNames(t *testing.T) {
	for s, want := range map[string]string{
		"the file lab is empty":             "The file lab is empty.",
		"lab: exit 1 has no name":           "lab: exit 1 has no name.",
		"two.txt is larger than 4 KiB":      "two.txt is larger than 4 KiB.",
		"exit 1 is \"a\" in the profile":    "Exit 1 is \"a\" in the profile.",
		"there is no such exit; is it new?": "There is no such exit; is it new?",
	} {
		if got := sentence(s); got != want {
			t.Errorf("sentence(%q) = %q, want %q", s, got, want)
		}
	}
}

// endless are sources with numbers of which HCL would write all digits, and what is said of them.
var endless = map[string]string{
	`tenant "a" { model = "x${1e60000000}" }`:                            "Number too long",
	`tenant "a" { model = "${-1e-60000000}" }`:                           "Number too long",
	`scheduler { slots = 1e600000000 - 1 }`:                              "Number too long",
	`model "m" { labels = { 1e6000000 = "a" } }`:                         "Number too long",
	`model "m" { labels = [for a in [1e6000000] : "x${a}"] }`:            "Number too long",
	`runtime { provider "x" { options = { "x${1e600000000}" = "a" } } }`: "Number too long",
	`node "a" { listen = 1e600000000 }`:                                  "Wrong type",
	`scheduler { slots = 1e600000000 }`:                                  "Invalid slots",
	`scheduler { slots = "${1e300}" }`:                                   "Invalid slots",
}

func TestNothingIsComputedOfANumberWithoutEnd(t *testing.T) {
	for src, want := range endless {
		_, diags, report := loadText(t, house(t), src)
		if !slices.ContainsFunc(diags, func(d *hcl.Diagnostic) bool { return d.Summary == want }) {
			t.Errorf("%s gives %.1000s", src, report)
		}
	}
}
