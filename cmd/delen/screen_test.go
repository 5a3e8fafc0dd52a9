package main

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"
)

// Every manual fits 80 columns, and a narrower terminal.
func TestManualsFitTheirColumns(t *testing.T) {
	for _, columns := range []struct {
		environment string
		most        int
	}{{"", 80}, {"60", 60}} {
		t.Setenv("COLUMNS", columns.environment)
		all := newRoot().Commands()
		paths := []string{"delen"}
		for i := 0; i < len(all); i++ {
			all = append(all, all[i].Commands()...)
			paths = append(paths, all[i].CommandPath())
		}
		for _, path := range paths {
			var out strings.Builder
			args := append(strings.Fields(path)[1:], "--help")
			if status := run(t.Context(), args, &out, io.Discard); status != statusFine {
				t.Errorf("%s --help: status %d", path, status)
			}
			for line := range strings.Lines(out.String()) {
				line = strings.TrimSuffix(line, "\n")
				if n := utf8.RuneCountInString(line); n > columns.most && strings.Contains(strings.TrimSpace(line), " ") {
					t.Errorf("%s --help has a line of %d columns: %s", path, n, line)
				}
			}
		}
	}
}

func TestLinesAreFolded(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short", "short"},
		{"one two three", "one two\n  three"},
		{"  one two three", "  one two\n  three"},
		{"a /very/long/path b", "a\n  /very/long/path\n  b"},
	} {
		if got := fold(c.text, 9, 2); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.text, got, c.want)
		}
	}
}

// A grid that is too wide is written as several, each with its keys; a list goes on below itself.
func TestTablesFit(t *testing.T) {
	t.Setenv("COLUMNS", "40")
	var out strings.Builder
	g := newGrid(&out, 1)
	g.line("tenant\tanswered\trefused\tresponse\tenergy")
	g.line("a-doorbell\t100.0\t0.0\t12.5 ms\t3.2 mJ")
	if err := g.flush(); err != nil {
		t.Fatal(err)
	}
	const grid = "tenant      answered  refused  response\na-doorbell  100.0     0.0      12.5 ms\n\ntenant      energy\na-doorbell  3.2 mJ\n"
	if out.String() != grid {
		t.Errorf("a grid is\n%s\nwant\n%s", out.String(), grid)
	}
	out.Reset()
	l := newTable(&out)
	l.line("  stops when\tconfidence >= 0.9 || response_time > 20*ms")
	if err := l.flush(); err != nil {
		t.Fatal(err)
	}
	const list = "  stops when  confidence >= 0.9 ||\n              response_time > 20*ms\n"
	if out.String() != list {
		t.Errorf("a list is\n%s\nwant\n%s", out.String(), list)
	}
}
