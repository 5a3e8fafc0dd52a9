package config

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// text is the source of a file, with the positions in it.
type text struct {
	path  string
	src   []byte
	lines []int   // where each begins
	last  hcl.Pos // of the last call of pos, to count columns from
}

func newText(path string, src []byte) *text {
	t := &text{path: path, src: src, lines: []int{0}}
	for i, c := range src {
		if c == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// span is a range of the file.
func (t *text) span(start, end int) hcl.Range {
	return hcl.Range{Filename: t.path, Start: t.pos(start), End: t.pos(end)}
}

// pos is the position of a byte. Columns are of characters as people see them.
func (t *text) pos(at int) hcl.Pos {
	line := sort.SearchInts(t.lines, at+1)
	start := hcl.Pos{Line: line, Column: 1, Byte: t.lines[line-1]}
	switch {
	case t.last.Line == line && t.last.Byte <= at:
		start = t.last
	case line == 1:
		start.Byte = min(t.bom(), at)
	}
	t.last = endOf(t.src[start.Byte:at], start)
	return t.last
}

// endOf is where a piece of a line ends that begins at a position.
func endOf(src []byte, start hcl.Pos) hcl.Pos {
	src = bytes.ReplaceAll(src, []byte("\r"), []byte(" ")) // which alone ends no line
	all := func(data []byte, _ bool) (int, []byte, error) { return len(data), data, nil }
	if sc := hcl.NewRangeScannerFragment(src, "", hcl.Pos{Line: start.Line, Column: start.Column}, all); sc.Scan() {
		end := sc.Range().End
		end.Byte += start.Byte
		return end
	}
	return start
}

// bom is the length of the byte order mark that the file begins with.
func (t *text) bom() int {
	if bytes.HasPrefix(t.src, []byte("\ufeff")) {
		return len("\ufeff")
	}
	return 0
}

// invalidText returns the place of the first byte that is no text.
func (t *text) invalidText() (hcl.Range, bool) {
	for at := 0; at < len(t.src); {
		c, n := utf8.DecodeRune(t.src[at:])
		if c == utf8.RuneError && n == 1 || c == 0 {
			return t.span(at, at+1), true
		}
		at += n
	}
	return hcl.Range{}, false
}
