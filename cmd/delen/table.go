package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// table writes lines whose tabs are aligned with those of the lines around them. It fits into the columns that there are: the
// last cell of a line goes on below itself, and a grid, whose lines all have the same cells, is written as several, one below
// the other.
type table struct {
	w     io.Writer
	keys  int // cells that name a line of a grid, and stand in each of its parts; 0: it is no grid
	lines []string
}

func newTable(w io.Writer) *table { return &table{w: w} }

// newGrid makes a table of figures, in which the first cells of a line say what it is about.
func newGrid(w io.Writer, keys int) *table { return &table{w: w, keys: keys} }

func (t *table) line(format string, args ...any) {
	t.lines = append(t.lines, strings.Split(fmt.Sprintf(format, args...), "\n")...)
}

// flush writes the table, unless it is empty.
func (t *table) flush() error {
	if t.lines == nil {
		return nil
	}
	columns := columnsOf(t.w)
	if s, ok := t.w.(*screen); ok {
		columns = s.columns
	}
	parts := [][]string{t.lines}
	if t.keys > 0 && widest(aligned(t.lines)) > columns {
		parts = t.parts(columns)
	}
	var b strings.Builder
	for i, part := range parts {
		if i > 0 {
			b.WriteByte('\n')
		}
		for k, line := range aligned(part) {
			last := part[k][strings.LastIndexByte(part[k], '\t')+1:]
			hang := utf8.RuneCountInString(line) - utf8.RuneCountInString(last)
			if hang == 0 {
				hang = indentOf(line) + 2
			}
			b.WriteString(fold(line, columns, hang) + "\n")
		}
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

// parts are the cells of a grid in as few grids as fit, each with the keys.
func (t *table) parts(columns int) [][]string {
	var cells [][]string
	var widths []int
	for _, line := range t.lines {
		row := strings.Split(line, "\t")
		for c, cell := range row {
			if c == len(widths) {
				widths = append(widths, 0)
			}
			widths[c] = max(widths[c], utf8.RuneCountInString(cell))
		}
		cells = append(cells, row)
	}
	const gap = 2
	keys := 0
	for _, w := range widths[:min(t.keys, len(widths))] {
		keys += w + gap
	}
	var parts [][]string
	for from := t.keys; from < len(widths); {
		to, width := from+1, keys+widths[from]
		for to < len(widths) && width+gap+widths[to] <= columns {
			width += gap + widths[to]
			to++
		}
		parts = append(parts, gridPart(cells, t.keys, from, to))
		from = to
	}
	return parts
}

// gridPart is lines with their keys and some of their other cells. A line that has none of those is left out.
func gridPart(cells [][]string, keys, from, to int) []string {
	var lines []string
	for _, row := range cells {
		if len(row) > from || from == keys {
			chosen := append(append([]string{}, row[:min(keys, len(row))]...), row[min(from, len(row)):min(to, len(row))]...)
			lines = append(lines, strings.Join(chosen, "\t"))
		}
	}
	return lines
}

// aligned are lines with spaces in place of tabs, and none at their ends.
func aligned(lines []string) []string {
	var b bytes.Buffer
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	io.WriteString(w, strings.Join(lines, "\n")) // a Buffer takes all
	w.Flush()
	all := strings.Split(b.String(), "\n")
	for i := range all {
		all[i] = strings.TrimRight(all[i], " ")
	}
	return all
}

func widest(lines []string) int {
	most := 0
	for _, line := range lines {
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}
