package config

import (
	"bytes"
	"regexp"
)

// scanner finds the brackets of source that may be wrong. It knows HCL's quotes,
// comments and heredocs, but a text without its closing quote ends with its line,
// so that one mistake does not swallow what follows.
type scanner struct {
	src  []byte
	at   int
	open []byte // what is open, outermost first: { [ ( " and $ for ${ or %{ in a text
	// long lets what stands in ${ } go on in the next line, as HCL does. Mostly it
	// does not, and a } is missing.
	long bool
}

// step scans a byte, or several that belong together. It reports false at a
// closing brace that closes nothing, and stays there.
func (s *scanner) step() bool {
	c, rest := s.src[s.at], s.src[s.at:]
	switch {
	case c == '\n':
		s.endTexts()
	case s.top() == '"':
		s.at += s.text(rest) - 1
	case c == '#', bytes.HasPrefix(rest, []byte("//")):
		s.at += lineLength(rest)
		return true
	case bytes.HasPrefix(rest, []byte("/*")):
		s.at += max(0, bytes.Index(rest, []byte("*/"))+1)
	case bytes.HasPrefix(rest, []byte("<<")):
		s.at += heredoc(rest) - 1
	case c == '"', c == '{', c == '[', c == '(':
		s.push(c)
	case c == '}', c == ']', c == ')':
		if !s.close(c) {
			return false
		}
	}
	s.at++
	return true
}

// text scans what stands in quotes and returns how many bytes it has taken.
func (s *scanner) text(rest []byte) int {
	switch {
	case rest[0] == '\\' && len(rest) > 1 && rest[1] != '\n':
		return 2
	case bytes.HasPrefix(rest, []byte("$${")), bytes.HasPrefix(rest, []byte("%%{")):
		return 3
	case bytes.HasPrefix(rest, []byte("${")), bytes.HasPrefix(rest, []byte("%{")):
		s.push('$')
		return 2
	case rest[0] == '"':
		s.open = s.open[:len(s.open)-1]
	}
	return 1
}

// close takes back what a closing bracket closes, and what was forgotten inside.
// It reports false for a brace that closes nothing; other brackets too many are
// nothing to go by.
func (s *scanner) close(c byte) bool {
	for i := len(s.open) - 1; i >= 0; i-- {
		switch o := s.open[i]; {
		case c == '}' && (o == '{' || o == '$'), c == ']' && o == '[', c == ')' && o == '(':
			s.open = s.open[:i]
			return true
		case o == '{':
			return true // a brace is not closed by another bracket
		}
	}
	return c != '}'
}

// endTexts closes at the end of a line the texts that begin on it.
func (s *scanner) endTexts() {
	for i, o := range s.open {
		if o == '"' && (!s.long || i == len(s.open)-1) {
			s.open = s.open[:i]
			return
		}
	}
}

func (s *scanner) push(c byte) { s.open = append(s.open, c) }

// top is what was opened last and is open, or 0.
func (s *scanner) top() byte {
	if len(s.open) == 0 {
		return 0
	}
	return s.open[len(s.open)-1]
}

// match scans from an opening brace to behind the one that closes it.
func (s *scanner) match() (end int, ok bool) {
	for s.at < len(s.src) && s.step() && len(s.open) <= maxNesting {
		if len(s.open) == 0 {
			return s.at, true
		}
	}
	return 0, false
}

// heredoc returns the length of the heredoc that src begins with, up to the end
// of its last line, or 2 when it is none or has no end.
func heredoc(src []byte) int {
	first := src[:lineLength(src)]
	marker := bytes.TrimSpace(bytes.TrimPrefix(first[2:], []byte("-")))
	if !word.Match(marker) {
		return 2
	}
	for at := len(first) + 1; at < len(src); {
		n := lineLength(src[at:])
		if bytes.Equal(bytes.TrimSpace(src[at:at+n]), marker) {
			return at + n
		}
		at += n + 1
	}
	return 2
}

var word = regexp.MustCompile(`^` + identifier + `$`)

// lineLength is the length of the first line, without its end.
func lineLength(src []byte) int {
	if n := bytes.IndexByte(src, '\n'); n >= 0 {
		return n
	}
	return len(src)
}
