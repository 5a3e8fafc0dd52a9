package profile

import (
	"fmt"
	"strconv"
)

// Conditions are what the times and energies of a profile depend on besides the model.
type Conditions struct {
	Device   string // the machine, as a profile names it
	Provider string // what executes the operators, such as "cpu"
	Threads  int    // within one run
	Runtime  string // name and version
}

// Differences lists in what the conditions of the profile are not those that are here, a part of a sentence each: `device "A",
// not "B"`. What one of the two does not say matches anything.
func (p *Profile) Differences(here Conditions) []string {
	var all []string
	for _, c := range []struct{ what, there, here string }{
		{"device", quoted(p.Device), quoted(here.Device)},
		{"provider", quoted(p.Provider), quoted(here.Provider)},
		{"threads", positive(p.Threads), positive(here.Threads)},
		{"runtime", quoted(p.Runtime), quoted(here.Runtime)},
	} {
		if c.there != "" && c.here != "" && c.there != c.here {
			all = append(all, fmt.Sprintf("%s %s, not %s", c.what, c.there, c.here))
		}
	}
	return all
}

// quoted writes a name, and nothing where there is none.
func quoted(name string) string {
	if name == "" {
		return ""
	}
	return strconv.Quote(name)
}

// positive writes a number, and nothing where there is none.
func positive(n int) string {
	if n < 1 {
		return ""
	}
	return strconv.Itoa(n)
}
