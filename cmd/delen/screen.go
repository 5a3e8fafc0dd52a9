package main

import (
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// usualColumns is how wide lines are where there is no terminal to ask, fewestColumns where a terminal says less than that: no
// line of figures fits there.
const (
	usualColumns  = 80
	fewestColumns = 40
)

// columnsOf is how many columns there are for what is written to w: as many as COLUMNS says, or else as the terminal has, or
// else the usual number.
func columnsOf(w io.Writer) int {
	columns := usualColumns
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		columns = n
	} else if size := terminalSize(w); size != nil && size.Col > 0 {
		columns = int(size.Col)
	}
	return max(columns, fewestColumns)
}

// terminalSize is nil where w is no terminal.
func terminalSize(w io.Writer) *unix.Winsize {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return nil
	}
	return size
}

// fold breaks a line at spaces, so that none is longer than the columns; all but the first begin with an indent. What has no
// space in it, such as a path, stays whole: who copies it wants all of it.
func fold(line string, columns, indent int) string {
	indent = min(indent, columns/2)
	var b strings.Builder
	for utf8.RuneCountInString(line) > columns {
		at := breakOf(line, columns)
		if at < 0 {
			break
		}
		b.WriteString(strings.TrimRight(line[:at], " ") + "\n")
		line = strings.Repeat(" ", indent) + strings.TrimLeft(line[at:], " ")
	}
	return b.String() + line
}

// breakOf is where a line that is too long is broken: at its last space that leaves no more than the columns before it, or else
// at its first space behind that; -1 where there is none. The spaces that a line begins with do not count.
func breakOf(line string, columns int) int {
	start := len(line) - len(strings.TrimLeft(line, " "))
	at, column := -1, utf8.RuneCountInString(line[:start])
	for i, r := range line[start:] {
		if r == ' ' {
			if column > columns && at >= 0 {
				break
			}
			at = start + i
			if column > columns {
				break
			}
		}
		column++
	}
	return at
}

// refill fits a text into the columns. A paragraph with a line that is too long is filled anew, and so is a line of a list with
// those below it that are indented deeper; everything else stays as it was written.
func refill(text string, columns int) string {
	lines := strings.Split(text, "\n")
	var b strings.Builder
	for i := 0; i < len(lines); {
		end := i + 1
		for end < len(lines) && continues(lines[i], lines[end]) {
			end++
		}
		b.WriteString(refillItem(lines[i:end], columns))
		if i = end; i < len(lines) {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// continues reports whether a line belongs to what another begins: to a paragraph, which has no indent, or to a line of a list.
func continues(first, line string) bool {
	if strings.TrimSpace(first) == "" || strings.TrimSpace(line) == "" {
		return false
	}
	if indentOf(first) == 0 {
		return indentOf(line) == 0
	}
	return indentOf(line) > indentOf(first)
}

func refillItem(lines []string, columns int) string {
	long := false
	for _, line := range lines {
		long = long || utf8.RuneCountInString(line) > columns
	}
	if !long {
		return strings.Join(lines, "\n")
	}
	whole, hang := lines[0], hangOf(lines[0])
	for _, line := range lines[1:] {
		whole += " " + strings.TrimSpace(line)
		hang = indentOf(line)
	}
	return fold(whole, columns, hang)
}

// hangOf is where the text of a line of a list begins, behind what it is about; a paragraph has no indent.
func hangOf(line string) int {
	indent := indentOf(line)
	if indent == 0 {
		return 0
	}
	if at := strings.LastIndex(line, "  "); at >= indent {
		return utf8.RuneCountInString(line[:at]) + 2
	}
	return indent + 2
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// screen folds the lines that are written to it for people. A line that is never ended is not written.
type screen struct {
	out     io.Writer
	columns int
	line    []byte // that has no end yet
}

func newScreen(out io.Writer) *screen { return &screen{out: out, columns: columnsOf(out)} }

// Write writes the lines that are whole.
func (s *screen) Write(p []byte) (int, error) {
	s.line = append(s.line, p...)
	text := string(s.line)
	end := strings.LastIndexByte(text, '\n') + 1
	s.line = append(s.line[:0], text[end:]...)
	var b strings.Builder
	for line := range strings.Lines(text[:end]) {
		line = strings.TrimSuffix(line, "\n")
		b.WriteString(fold(line, s.columns, indentOf(line)+2) + "\n")
	}
	if _, err := io.WriteString(s.out, b.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}
