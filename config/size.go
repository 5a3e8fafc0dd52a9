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

// bytes reads a size from low to high.
func (b *block) bytes(name string, otherwise, low, high int64) int64 {
	example := sizeText(otherwise)
	s := b.text(name, "", example)
	if s == "" {
		return otherwise
	}
	n, ok := parseSize(s)
	if !ok {
		b.failAt(name, "Invalid size", "%q is not a size. Write a number with a unit (B, KiB, MiB, GiB, kB, MB or GB), such as %s = %q.", s, name, example)
		return otherwise
	}
	if n < float64(low) || n > float64(high) {
		b.failAt(name, "Invalid "+name, "%s is from %s to %s, not %s.", name, sizeText(low), sizeText(high), s)
		return otherwise
	}
	return int64(n)
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

// sizeText writes a size in the largest unit that leaves it whole.
func sizeText(n int64) string {
	switch {
	case n >= 1<<30 && n%(1<<30) == 0:
		return strconv.FormatInt(n>>30, 10) + "GiB"
	case n >= 1<<20 && n%(1<<20) == 0:
		return strconv.FormatInt(n>>20, 10) + "MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return strconv.FormatInt(n>>10, 10) + "KiB"
	}
	return strconv.FormatInt(n, 10) + "B"
}
