package config

import (
	"strconv"
	"strings"
)

// sizeUnits are the units of a size in bytes, the most used first.
var sizeUnits = []struct {
	name  string
	bytes int64
}{
	{"MiB", 1 << 20}, {"GiB", 1 << 30}, {"KiB", 1 << 10},
	{"MB", 1e6}, {"GB", 1e9}, {"kB", 1e3}, {"B", 1},
}

// parseSize reads a number, perhaps with a fraction, and a unit.
func parseSize(s string) (bytes float64, ok bool) {
	for _, u := range sizeUnits {
		digits, found := strings.CutSuffix(s, u.name)
		if !found {
			continue
		}
		digits = strings.TrimRight(digits, " ")
		if strings.Trim(digits, "0123456789.") != "" {
			return 0, false // signs, exponents and other units
		}
		n, err := strconv.ParseFloat(digits, 64)
		return n * float64(u.bytes), err == nil
	}
	return 0, false
}
