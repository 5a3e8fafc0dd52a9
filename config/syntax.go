package config

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/criteria"
)

// criterionLine is an exit_when on a line of its own.
var criterionLine = regexp.MustCompile(`^(\s*exit_when\s*=\s*)(.*)$`)

// explain turns HCL's errors about the syntax of a criterion into those of the
// criterion's own parser, which knows what people mean: HCL calls 20ms a missing
// newline, and stops there. Criteria after that are looked at too.
func explain(diags hcl.Diagnostics, src []byte, path string) hcl.Diagnostics {
	explained := make(map[int]bool) // by line
	var more hcl.Diagnostics
	start := hcl.Pos{Line: 1, Column: 1}
	for line := range bytes.Lines(src) {
		if m := criterionLine.FindSubmatch(bytes.TrimRight(line, "\r\n")); m != nil && balanced(m[2]) {
			at := start
			at.Column += utf8.RuneCount(m[1])
			at.Byte += len(m[1])
			if wrong := criterionErrors(string(m[2]), path, at); len(wrong) > 0 {
				more = append(more, wrong...)
				explained[at.Line] = true
			}
		}
		start.Line++
		start.Byte += len(line)
	}
	for _, d := range diags {
		if d.Subject == nil || !explained[d.Subject.Start.Line] {
			more = append(more, d)
		}
	}
	return more
}

// criterionErrors parses a criterion that starts at a place of the file. Which
// model it is for is not known, so nothing is held against one.
func criterionErrors(src, path string, at hcl.Pos) hcl.Diagnostics {
	const anyExits = 256
	_, diags := criteria.Parse(src, anyExits, criteria.All())
	var wrong hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Summary != wrongCount && d.Subject != nil {
			d.Subject = &hcl.Range{Filename: path, Start: shift(d.Subject.Start, at), End: shift(d.Subject.End, at)}
			d.Context = nil
			wrong = append(wrong, d)
		}
	}
	return wrong
}

// wrongCount is about the number of exits, which is not known here.
const wrongCount = "Wrong number of rules"

// shift moves a position in a piece of a line to where that piece starts.
func shift(p, start hcl.Pos) hcl.Pos {
	return hcl.Pos{Line: start.Line, Column: start.Column + p.Column - 1, Byte: start.Byte + p.Byte}
}

// balanced reports whether the brackets of a line are closed on it: a criterion
// that goes on cannot be told from one that is wrong.
func balanced(line []byte) bool {
	line, _, _ = bytes.Cut(line, []byte("#"))
	line, _, _ = bytes.Cut(line, []byte("//"))
	for _, pair := range []string{"()", "[]", "{}"} {
		if bytes.Count(line, []byte(pair[:1])) != bytes.Count(line, []byte(pair[1:])) {
			return false
		}
	}
	return len(bytes.TrimSpace(line)) > 0
}
