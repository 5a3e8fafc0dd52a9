package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/delen-edge/delen/internal/examples"
	"github.com/delen-edge/delen/stages/onnx"
)

// TestDemo runs testdata/demo/*.txtar, which need ONNX Runtime. $EXAMPLES is the folder of the examples, $PICTURES that of the
// glyphs' pictures.
func TestDemo(t *testing.T) {
	library, err := onnx.Library("")
	if err != nil {
		t.Skip(err)
	}
	folder := examples.Folder(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/demo",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("COLUMNS", wideScreen)
			e.Setenv("DELEN_ONNXRUNTIME", library)
			e.Setenv("EXAMPLES", folder)
			e.Setenv("PICTURES", filepath.Join(folder, "glyphs", "test"))
			// The actor library's shutdown races within itself; its reports would fail the demo under the race detector.
			e.Setenv("GORACE", "exitcode=0 log_path="+filepath.Join(e.WorkDir, "races"))
			return furnish(e.WorkDir)
		},
	})
}

// TestTheScreenIsDrawnInPlace holds what a terminal is told: up as many lines as were drawn, and what is kept stays.
func TestTheScreenIsDrawnInPlace(t *testing.T) {
	var out strings.Builder
	s := &inPlace{out: &out, live: true}
	s.print("above\n")
	s.redraw("title\nrow 1\n")
	s.redraw("title\nrow 2\n")
	s.print("kept\nrow 3\n")
	s.print("below\n")
	want := "\r\x1b[Jabove\n" +
		"\x1b[?7l\r\x1b[Jtitle\nrow 1\n\x1b[?7h" +
		"\x1b[?7l\r\x1b[2A\x1b[Jtitle\nrow 2\n\x1b[?7h" +
		"\r\x1b[2A\x1b[Jkept\nrow 3\n" +
		"\r\x1b[Jbelow\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestWrappedLines(t *testing.T) {
	got := wrapped("- ", strings.Repeat("word ", 20))
	want := "- " + strings.TrimSpace(strings.Repeat("word ", 15)) + "\n  " + strings.TrimSpace(strings.Repeat("word ", 5))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestEveryRequestIsAccountedFor holds that a demo whose books are wrong fails.
func TestEveryRequestIsAccountedFor(t *testing.T) {
	c := demoCounts{Sent: 6, Unsent: 1, Answered: 1, Refused: 1, Expired: 1, Failed: 1, Unanswered: 1}
	if c.ended() == c.Sent {
		t.Error("one request is missing and not missed")
	}
	c.add(demoCounts{Answered: 1})
	if c.ended() != c.Sent || c.due() != 7 {
		t.Errorf("%d of %d sent have ended, %d were due", c.ended(), c.Sent, c.due())
	}
}
