package criteria

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// What an explanation holds at the most.
const (
	maxExplained = 5   // errors
	maxExcerpt   = 100 // characters of a line of the source
	maxDetail    = 300 // bytes of an error's words
)

// Explain tells the errors of Parse to whoever wrote the source and does not have it in a file: each with its words, the
// line, and carets below what it is about. Of many errors it tells the first five; it has at most 4 KiB.
func Explain(src string, diags hcl.Diagnostics) string {
	return explained(diags, func(string) string { return src })
}

// ExplainObjective does for the errors of ParseObjective, and of ParseBounds, what Explain does for those of Parse.
func ExplainObjective(maximize, minimize, where string, diags hcl.Diagnostics) string {
	parts := map[string]string{MaximizePart: maximize, MinimizePart: minimize, WherePart: where}
	return explained(diags, func(part string) string { return parts[part] })
}

// explained tells errors, given the source by the name of its file.
func explained(diags hcl.Diagnostics, source func(name string) string) string {
	var b strings.Builder
	told, more := 0, 0
	for _, d := range diags {
		switch {
		case d.Severity != hcl.DiagError:
		case told == maxExplained:
			more++
		default:
			if told++; told > 1 {
				b.WriteByte('\n')
			}
			b.WriteString(shorten(d.Summary+": "+d.Detail, maxDetail))
			if d.Subject != nil {
				point(&b, source(d.Subject.Filename), *d.Subject)
			}
		}
	}
	if more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return b.String()
}

// point writes the line of the source that a range starts on, and carets below the range.
func point(b *strings.Builder, src string, at hcl.Range) {
	start := min(at.Start.Byte, len(src))
	end := min(max(at.End.Byte, start), len(src))
	from := strings.LastIndexByte(src[:start], '\n') + 1
	line, _, _ := strings.Cut(src[from:], "\n")
	before := []rune(printable(src[from:start]))
	about := []rune(printable(src[start:min(end, from+len(line))]))
	after := []rune(printable(src[min(end, from+len(line)) : from+len(line)]))
	if cut := len(before) - maxExcerpt/2; cut > 0 {
		before = before[cut:]
	}
	if len(about) > maxExcerpt/2 {
		about, after = about[:maxExcerpt/2], nil
	}
	after = after[:min(len(after), maxExcerpt-len(before)-len(about))]
	fmt.Fprintf(b, "\n  %s%s%s\n  %s%s", string(before), string(about), string(after),
		strings.Repeat(" ", len(before)), strings.Repeat("^", max(1, len(about))))
}

// printable puts a space in the place of what has no width of its own.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// shorten cuts a text after a number of bytes, between characters.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "..."
}
