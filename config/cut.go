package config

import (
	"bytes"
	"regexp"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// A piece is a part of a body that can be parsed by itself.
type piece struct {
	kind       pieceKind
	name       string          // the word that it begins with
	start, end int             // of its source
	open       int             // of a block: behind its opening brace
	close      int             // of a block: before its closing brace, or where that is missing
	parsed     *hclsyntax.Body // when it is right
}

type pieceKind uint8

const (
	attributePiece pieceKind = iota
	blockPiece
	bracePiece   // a closing brace that closes nothing
	commentPiece // a comment without its end
	otherPiece   // lines that are nothing of that
)

// identifier is a name in HCL, near enough.
const identifier = `[\pL_][\pL\pN_-]*`

var (
	attributeHead = regexp.MustCompile(`^"?(` + identifier + `)"?[ \t]*(?:=(?:[^=>]|$)|:)`)
	blockHead     = regexp.MustCompile(`^(` + identifier + `)(?:[ \t]*"(?:[^"\\\n]|\\.)*"|[ \t]*` + identifier + `)*[ \t]*\{`)
	// nameSlip is a block whose name lacks a quote, or has others.
	nameSlip = regexp.MustCompile(`^(` + identifier + `)[ \t]+(?:"[^"\n{]*|` + identifier + `"|'[^'\n{]*')[ \t]*\{`)
	// blockSlip is what else a block of a known type may begin with.
	blockSlip = regexp.MustCompile(`^(` + identifier + `)(?:[^\n{}]*|[ \t]*(?:"[^"\n]*"[ \t]*)?(?:[#/][^\n]*)?\r?\n\s*)\{`)
)

// braces are closing braces in a row.
var braces = regexp.MustCompile(`^\}(?:\s*\})*`)

// cutter cuts the source of a body that cannot be parsed into pieces.
type cutter struct {
	src []byte
	// parse parses a part of the source; it returns nil when that is not right.
	parse func(start, end int) *hclsyntax.Body
}

// next returns the first piece at or after a place and before another, or false
// when there is none. Blocks are known by their schema's types.
func (c *cutter) next(at, to int, s *schema) (piece, bool) {
	at = c.skip(at, to)
	if at >= to {
		return piece{}, false
	}
	rest := c.src[at:to]
	if m := header(rest); m != nil {
		return c.blockAt(at, at+len(m[0]), to, string(m[1])), true
	}
	if m := blockSlip.FindSubmatch(rest); m != nil && s.block(string(m[1])) != nil {
		return c.blockAt(at, at+len(m[0]), to, string(m[1])), true
	}
	if m := attributeHead.FindSubmatch(rest); m != nil {
		return c.attributeAt(at, to, string(m[1])), true
	}
	if bytes.HasPrefix(rest, []byte("/*")) {
		return piece{kind: commentPiece, start: at, end: to}, true
	}
	if rest[0] == '}' {
		return piece{kind: bracePiece, start: at, end: at + len(braces.Find(rest))}, true
	}
	return c.otherAt(at, to, s), true
}

// header finds the header of a block that source begins with, and its type in it.
func header(src []byte) [][]byte {
	if m := blockHead.FindSubmatch(src); m != nil {
		return m
	}
	return nameSlip.FindSubmatch(src)
}

// skip skips blanks and comments.
func (c *cutter) skip(at, to int) int {
	for at < to {
		rest := c.src[at:to]
		switch {
		case bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0:
			at++
		case rest[0] == '#', bytes.HasPrefix(rest, []byte("//")):
			at += lineLength(rest)
		case bytes.HasPrefix(rest, []byte("/*")) && bytes.Contains(rest, []byte("*/")):
			at += bytes.Index(rest, []byte("*/")) + 2
		default:
			return at
		}
	}
	return at
}

// blockAt finds where a block ends. What parses is right. Else a brace is missing
// when another block begins that is not further in.
func (c *cutter) blockAt(at, open, to int, name string) piece {
	p := piece{kind: blockPiece, name: name, start: at, open: open}
	for _, long := range []bool{true, false} {
		s := scanner{src: c.src[:to], at: open - 1, long: long}
		end, closed := s.match()
		if closed {
			p.end, p.close = end, end-1
		} else {
			p.end, p.close = to, to
		}
		if !closed {
			continue
		}
		if p.parsed = c.parse(at, end); p.parsed != nil && !swallows(p.parsed) {
			return p
		}
	}
	if next := c.nextBlock(at, open, p.end); next >= 0 {
		p.end, p.close, p.parsed = next, next, nil
	}
	return p
}

// swallows reports whether a block has one of the whole file in it: then its own
// closing brace is missing, and the next one taken for it.
func swallows(body *hclsyntax.Body) bool {
	for _, b := range body.Blocks {
		for _, in := range b.Body.Blocks {
			if fileSchema.block(in.Type) != nil {
				return true
			}
		}
	}
	return false
}

// nextBlock returns where a block of the whole file begins inside another one,
// or -1.
func (c *cutter) nextBlock(at, open, end int) int {
	in := c.indent(at)
	for i := open; i < end; {
		i += lineLength(c.src[i:end]) + 1
		if i >= end {
			break
		}
		start := c.skipBlanks(i)
		if m := header(c.src[start:end]); m != nil && start-i <= in && fileSchema.block(string(m[1])) != nil {
			return i
		}
	}
	return -1
}

// indent is how far in a line begins, at a place before which are only blanks.
func (c *cutter) indent(at int) int {
	return at - (bytes.LastIndexByte(c.src[:at], '\n') + 1)
}

func (c *cutter) skipBlanks(at int) int {
	for at < len(c.src) && (c.src[at] == ' ' || c.src[at] == '\t') {
		at++
	}
	return at
}

// attributeAt finds where an attribute ends. What parses is right. Else it takes
// the lines along that go on with it.
func (c *cutter) attributeAt(at, to int, name string) piece {
	p := piece{kind: attributePiece, name: name, start: at}
	for _, long := range []bool{true, false} {
		p.end = c.value(at, to, long)
		if p.parsed = c.parse(at, p.end); p.parsed != nil {
			return p
		}
	}
	for {
		next := p.end + lineLength(c.src[p.end:to]) + 1
		if !c.goesOn(p.end, next, to) {
			return p
		}
		p.end = c.lineEnd(next + lineLength(c.src[next:to]))
	}
}

// An expression goes on in the next line when an operator stands at either side.
var (
	unfinished = regexp.MustCompile(`(?:\|\||&&|[-+*/<>=!?:(\[,])[ \t\r]*(?:#.*|//.*)?$`)
	resumed    = regexp.MustCompile(`^(?:\|\||&&|[-+*/<>=?:)\]])`)
)

// goesOn reports whether the line that ends at a place goes on in the next one.
func (c *cutter) goesOn(end, next, to int) bool {
	line, more := c.src[bytes.LastIndexByte(c.src[:end], '\n')+1:end], c.line(next, to)
	if len(more) == 0 || more[0] == '#' || bytes.HasPrefix(more, []byte("//")) || c.begins(next, to) {
		return false
	}
	return unfinished.Match(line) || resumed.Match(more)
}

// value finds the end of the line that ends an attribute's value.
func (c *cutter) value(at, to int, long bool) int {
	s := scanner{src: c.src[:to], at: at, long: long}
	for s.at < to && len(s.open) <= maxNesting {
		if c.src[s.at] == '\n' {
			s.endTexts()
			if len(s.open) == 0 || s.top() != '{' && c.begins(s.at+1, to) {
				return c.lineEnd(s.at)
			}
		}
		if !s.step() {
			return s.at // a brace closes the block
		}
	}
	if len(s.open) == 0 {
		return s.at
	}
	return c.lineEnd(at + lineLength(c.src[at:to]))
}

// lineEnd is where a line ends that may have two bytes there.
func (c *cutter) lineEnd(at int) int {
	if at > 0 && c.src[at-1] == '\r' {
		return at - 1
	}
	return at
}

// begins reports whether a line begins something new, or ends what is open.
func (c *cutter) begins(at, to int) bool {
	line := c.line(at, to)
	return len(line) > 0 && line[0] == '}' || attributeHead.Match(line) || header(line) != nil
}

// line is a line without the blanks around it.
func (c *cutter) line(at, to int) []byte {
	if at >= to {
		return nil
	}
	return bytes.TrimSpace(c.src[at : at+lineLength(c.src[at:to])])
}

// otherAt takes a line that is neither attribute nor block, and those after it
// that are not either. A known name begins anew.
func (c *cutter) otherAt(at, to int, s *schema) piece {
	p := piece{kind: otherPiece, name: c.word(at, to), start: at}
	p.end = at + lineLength(c.src[at:to])
	for p.end < to && !s.knows(p.name) {
		next := p.end + 1
		line := c.line(next, to)
		if len(line) == 0 || line[0] == '#' || c.begins(next, to) || s.knows(c.word(c.skipBlanks(next), to)) {
			break
		}
		p.end = next + lineLength(c.src[next:to])
	}
	return p
}

// word is the name that stands at a place, or empty.
func (c *cutter) word(at, to int) string {
	if at >= to {
		return ""
	}
	return string(firstWord.Find(c.src[at:to]))
}

// knows reports whether an attribute or a block of that name may stand here.
func (s *schema) knows(name string) bool {
	return s.attribute(name) != nil || s.block(name) != nil
}

var firstWord = regexp.MustCompile(`^` + identifier)
