package main

import (
	"fmt"
	"io"
	"strings"
)

// inPlace writes text that is drawn again and again in place, where there is a terminal. What has been kept stays above it.
type inPlace struct {
	out   io.Writer
	live  bool
	drawn int // lines that the next drawing replaces
	err   error
}

// print replaces what is drawn by text that stays, in one write.
func (s *inPlace) print(format string, args ...any) {
	s.write(s.over(fmt.Sprintf(format, args...)))
	s.drawn = 0
}

// redraw replaces what is drawn, in one write so that nothing flickers. A line that is too long for the terminal is
// cut, not wrapped: the count of lines must be right.
func (s *inPlace) redraw(text string) {
	if !s.live {
		return
	}
	s.write("\x1b[?7l" + s.over(text) + "\x1b[?7h")
	s.drawn = strings.Count(text, "\n")
}

// over is text that is written over what is drawn, whatever stands there. The cursor may be behind a ^C.
func (s *inPlace) over(text string) string {
	const start, up, erase = "\r", "\x1b[%dA", "\x1b[J"
	switch {
	case !s.live:
		return text
	case s.drawn == 0:
		return start + erase + text
	}
	return start + fmt.Sprintf(up, s.drawn) + erase + text
}

func (s *inPlace) write(text string) {
	if _, err := io.WriteString(s.out, text); s.err == nil {
		s.err = err
	}
}
