package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress is one line on a terminal that says what is done, how much of it, and how long it will go on. Where there is no
// terminal it is silent: a log has no use for it.
type progress struct {
	out   io.Writer
	live  bool
	what  string
	begun time.Time // with what is done
	drawn time.Time // last
	shown bool      // there is a line to take away
}

func newProgress(out io.Writer) *progress { return &progress{out: out, live: liveTerminal(out)} }

// redrawn is how often the line is drawn: often enough to look alive, seldom enough not to be measured.
const redrawn = 200 * time.Millisecond

// show says that a part of something is done, from 0 to 1, and in words how much, which may be none.
func (p *progress) show(what, words string, done float64) {
	if !p.live {
		return
	}
	now := time.Now()
	if what != p.what {
		p.what, p.begun, p.drawn = what, now, time.Time{}
	}
	if now.Sub(p.drawn) < redrawn {
		return
	}
	p.drawn, p.shown = now, true
	const start, keepLine, erase, wrap = "\r", "\x1b[?7l", "\x1b[K", "\x1b[?7h"
	fmt.Fprint(p.out, start+keepLine+progressLine(what+words, done, now.Sub(p.begun))+erase+wrap)
}

// progressLine is a bar with what is done, and what is left of its time.
func progressLine(what string, done float64, since time.Duration) string {
	const width = 24
	done = min(max(done, 0), 1)
	full := int(done * width)
	line := fmt.Sprintf("[%s%s] %3.0f %%  %s", strings.Repeat("=", full), strings.Repeat(" ", width-full), 100*done, what)
	if since > time.Second && done > .01 {
		line += fmt.Sprintf(", %.0f s left", since.Seconds()*(1-done)/done)
	}
	return line
}

// clear takes the line away, before something else is written.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown, p.drawn = false, time.Time{}
	}
}
