package main

import (
	"fmt"
	"strconv"
	"strings"
)

// plural counts things: 1 node, 2 nodes, 36 classes.
func plural(n int, thing string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(thing, "s"):
		thing += "es"
	default:
		thing += "s"
	}
	return grouped(int64(n)) + " " + thing
}

// grouped writes a number with a comma every three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// scaled writes a quantity with three digits and a prefix.
func scaled(f, step float64, prefixes []string, unit string) string {
	i := 0
	for f >= step && i < len(prefixes)-1 {
		f /= step
		i++
	}
	return fmt.Sprintf("%.3g %s%s", f, prefixes[i], unit)
}

// flops writes a count of floating-point operations, which may not be known.
func flops(f *float64) string {
	if f == nil {
		return "FLOPs not known"
	}
	return scaled(*f, 1000, []string{"", "k", "M", "G", "T"}, "FLOPs")
}

// bytesOf writes a size in memory, which may not be known.
func bytesOf(n *int64) string {
	if n == nil {
		return "an unknown number of bytes"
	}
	if *n == 0 {
		return "nothing"
	}
	return scaled(float64(*n), 1024, []string{"", "Ki", "Mi", "Gi"}, "B")
}

// figure writes a figure after some words, or nothing when it is not known.
func figure(before string, f *float64, times float64, unit string) string {
	if f == nil {
		return ""
	}
	return fmt.Sprintf("%s%.4g%s", before, *f*times, unit)
}

// optional writes a text after some words, or nothing when it is empty.
func optional(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}
