package config

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// Report writes diagnostics for people, each with its line of the source and
// carets below what it is about. Files are those of a Config.
func Report(w io.Writer, files map[string]*hcl.File, diags hcl.Diagnostics, color bool) error {
	b := bufio.NewWriter(w)
	for i, d := range diags {
		if i > 0 {
			fmt.Fprintln(b)
		}
		fmt.Fprintf(b, "%s: %s\n", severity(d, color), paint(d.Summary, bold, color))
		if d.Subject != nil {
			quote(b, files[d.Subject.Filename], *d.Subject, color)
		}
		fmt.Fprintf(b, "\n  %s\n", strings.ReplaceAll(d.Detail, "\n", "\n  "))
	}
	return b.Flush() // the first error sticks
}

// widest is how many bytes of a line are quoted, around what it is about.
const widest = 160

// quote writes where a range is and what stands there.
func quote(w io.Writer, f *hcl.File, at hcl.Range, color bool) {
	fmt.Fprintf(w, "\n  on %s line %d", at.Filename, at.Start.Line)
	if f == nil || at.Start.Byte > len(f.Bytes) {
		fmt.Fprintln(w)
		return
	}
	if n, ok := f.Nav.(interface{ ContextString(offset int) string }); ok {
		if block := n.ContextString(at.Start.Byte); block != "" {
			fmt.Fprintf(w, ", in %s", block)
		}
	}
	line, column := lineOf(f.Bytes, at.Start.Byte)
	end := len(line)
	if at.End.Line == at.Start.Line {
		end = max(column, min(end, column+at.End.Byte-at.Start.Byte))
	}
	if shift := column - widest/2; len(line) > widest && shift > 0 {
		line, column, end = line[shift:], column-shift, end-shift
	}
	line = line[:min(len(line), widest)]
	end = min(end, len(line))
	carets := strings.Repeat("^", max(1, utf8.RuneCount(line[column:end])))
	fmt.Fprintf(w, ":\n  %4d | %s\n       | %s%s\n", at.Start.Line, bytes.ToValidUTF8(line, []byte("?")), blank(line[:column]), paint(carets, red, color))
}

// lineOf returns the line that holds a byte of src, and the byte's place in it.
func lineOf(src []byte, at int) (line []byte, column int) {
	start := bytes.LastIndexByte(src[:at], '\n') + 1
	line = src[start:]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	line = bytes.TrimSuffix(line, []byte("\r"))
	return line, min(at-start, len(line))
}

// blank is as wide as s: tabs stay tabs, so that carets stand below their text.
func blank(s []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(s))
}

const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
)

func severity(d *hcl.Diagnostic, color bool) string {
	if d.Severity == hcl.DiagWarning {
		return paint("Warning", yellow, color)
	}
	return paint("Error", red, color)
}

func paint(s, style string, color bool) string {
	if !color {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}
