package config

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/delen-edge/delen/criteria"
)

// A slip is an attribute that could not be parsed.
type slip struct {
	name  string
	sign  byte       // what stands between name and value: = or :
	value string     // what stands where the value should, without a comment
	at    hcl.Range  // of that, on its first line
	head  hcl.Range  // of what stands before it
	attr  *attribute // as it should be, or nil
}

// explainAttribute reports what is wrong with the syntax of an attribute. It
// returns the names of those that stand there. One that nobody knows is reported
// as such when it is decoded, and that is enough.
func (r *recovery) explainAttribute(p piece, s *schema) (names []string) {
	l := r.slip(p, s)
	names = append([]string{p.name}, l.others(s)...)
	if l.attr == nil {
		r.wrong++
		return names
	}
	if l.attr.form.isExpression() && !l.isQuoted() {
		if wrong := l.criterion(r.path); len(wrong) > 0 && len(names) == 1 {
			r.wrong += len(wrong)
			r.diags = append(r.diags, wrong...)
			return names
		}
	}
	summary, remedy := l.explain(r.src[p.start] == '"', len(names) > 1)
	if summary == "" {
		summary, remedy = l.explainValue()
	}
	r.report(l.at, summary, "%s", remedy)
	return names
}

// slip takes an attribute apart.
func (r *recovery) slip(p piece, s *schema) slip {
	head := attributeHead.Find(r.src[p.start:p.end])
	sign := bytes.IndexAny(head, "=:")
	start := r.cutter.skipBlanks(p.start + sign + 1)
	start = min(start, p.end)
	end := r.codeEnd(start, p.end)
	line := min(end, start+lineLength(r.src[start:p.end]))
	return slip{
		name: p.name, sign: head[sign], attr: s.meant(p.name),
		value: string(r.src[start:end]), at: r.span(start, max(start, line)), head: r.span(p.start, p.start+len(head)),
	}
}

// meant returns the attribute of that name, or of one like it, or that of another
// block. In a block of an unknown type, nil, nothing is known.
func (s *schema) meant(name string) *attribute {
	if s == nil {
		return nil
	}
	if a := s.attribute(name); a != nil {
		return a
	}
	for _, other := range fileSchema.within() {
		if a := other.attribute(name); a != nil {
			return a
		}
	}
	return s.attribute(nearest(name, s.contents()))
}

// codeEnd is where the code of an attribute ends that may be followed by blanks
// and a comment.
func (r *recovery) codeEnd(start, end int) int {
	s := scanner{src: r.src[:end], at: start}
	code := start
	for s.at < end {
		c := r.src[s.at]
		comment := s.top() != '"' && (c == '#' || bytes.HasPrefix(s.src[s.at:], []byte("//")) || bytes.HasPrefix(s.src[s.at:], []byte("/*")))
		if !s.step() {
			s.at++
		}
		if !comment && c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			code = s.at
		}
	}
	return min(code, end)
}

// another finds what looks like one more attribute behind a value.
var another = regexp.MustCompile(`[\s,;}](` + identifier + `)[ \t]*=(?:[^=>]|$)`)

// others names the attributes that stand on the same line.
func (l *slip) others(s *schema) []string {
	var all []string
	if s == nil || strings.Contains(l.value, "{") {
		return nil
	}
	for _, m := range another.FindAllStringSubmatch(" "+withoutTexts.ReplaceAllString(l.value, `""`), -1) {
		if s.attribute(m[1]) != nil {
			all = append(all, m[1])
		}
	}
	return all
}

var withoutTexts = regexp.MustCompile(`"[^"\n]*"`)

// explain knows the slips that have nothing to do with the value.
func (l *slip) explain(quotedName, crowded bool) (summary, remedy string) {
	switch {
	case crowded:
		return "Several attributes on a line", "Write each attribute on a line of its own, without anything between them."
	case l.value == "":
		return "Missing value", "Write for instance " + l.attr.instance() + "."
	case quotedName:
		l.at = l.head
		return "Quotes around a name", fmt.Sprintf("Only values have quotes. Write %s = %s.", l.name, l.value)
	case l.sign == ':':
		l.at = l.head
		return "Missing equals sign", fmt.Sprintf("An equals sign stands between name and value. Write %s = %s.", l.name, l.value)
	case strings.HasSuffix(l.value, ",") || strings.HasSuffix(l.value, ";"):
		return "Unexpected sign", fmt.Sprintf("A line has no %s at its end. Leave it out.", l.value[len(l.value)-1:])
	case l.attr.form.isExpression() && l.isQuoted():
		return "Quotes around " + l.attr.form.is, fmt.Sprintf("%s has no quotes. Write %s = %s.", capital(l.attr.form.is), l.name, strings.Trim(l.value, quotes))
	case l.attr.form.isExpression() && strings.Contains(l.value, "\n"):
		return "Unfinished line", fmt.Sprintf("What goes on in the next line stands in parentheses: write %s = ( ... ).", l.name)
	}
	return "", ""
}

// quotes are those that people write.
const quotes = "\"'`“”‘’„«»"

// isQuoted reports whether the value has quotes around it, of any kind.
func (l *slip) isQuoted() bool {
	bare := strings.Trim(l.value, quotes)
	return bare != l.value && !strings.ContainsAny(bare, quotes+"\n")
}

// explainValue knows the slips in values.
func (l *slip) explainValue() (summary, remedy string) {
	a := l.attr
	bare := strings.Trim(l.value, quotes+" ")
	text := a.form.want == cty.String && !a.form.list && !strings.ContainsAny(bare, quotes+"\n[{(<")
	odd := strings.Count(strings.ReplaceAll(l.value, `\"`, ""), `"`)%2 == 1
	switch {
	case text && strings.ContainsAny(l.value, quotes[1:]):
		return "Wrong quotes", fmt.Sprintf("A text stands in quotes like these: write %s = %q.", l.name, bare)
	case text && odd:
		return "Missing quote", fmt.Sprintf("A text stands in quotes: write %s = %q.", l.name, bare)
	case text && bare == l.value:
		return "Missing quotes", fmt.Sprintf("A text stands in quotes: write %s = %q.", l.name, bare)
	case odd:
		return "Missing quote", fmt.Sprintf("A text lacks a quote. Write for instance %s.", a.instance())
	}
	if missing := unclosed(l.value); missing != "" {
		return "Missing bracket", fmt.Sprintf("A bracket is not closed: %s is missing. Write for instance %s.", missing, a.instance())
	}
	return "Invalid " + l.name, fmt.Sprintf("%s is %s, not %s. Write for instance %s.", a.name, a.is(), clip(l.value), a.instance())
}

// unclosed returns the bracket that is missing at the end of a value, or nothing.
func unclosed(value string) string {
	s := scanner{src: []byte(value)}
	for s.at < len(s.src) && s.step() {
		continue
	}
	for _, o := range s.open {
		switch o {
		case '[':
			return "]"
		case '(':
			return ")"
		case '{', '$':
			return "}"
		}
	}
	return ""
}

// clip shortens source for a message.
func clip(s string) string {
	const most = 40
	line, _, more := strings.Cut(s, "\n")
	if r := []rune(line); len(r) > most {
		line, more = string(r[:most]), true
	}
	if more {
		line += " ..."
	}
	return line
}

// criterion asks the parser of criteria, or of objectives, what is wrong: it knows what people mean.
// HCL calls 20ms a missing newline. Which model the criterion is for is not
// known, so nothing is held against one.
func (l *slip) criterion(path string) hcl.Diagnostics {
	const anyExits = 256
	var diags hcl.Diagnostics
	switch l.attr.form {
	case someBounds:
		_, diags = criteria.ParseBounds(l.value, criteria.Objectives())
	case aGoal:
		goals := map[string]string{l.attr.name: l.value}
		_, diags = criteria.ParseObjective(goals[criteria.MaximizePart], goals[criteria.MinimizePart], "", criteria.Objectives())
	default:
		_, diags = criteria.Parse(l.value, anyExits, criteria.All())
	}
	var wrong hcl.Diagnostics
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Summary != wrongCount && d.Subject != nil {
			d.Subject = &hcl.Range{Filename: path, Start: shift(d.Subject.Start, l.at.Start), End: shift(d.Subject.End, l.at.Start)}
			d.Context = nil
			wrong = append(wrong, d)
		}
	}
	return wrong
}

// wrongCount is about the number of exits, which is not known here.
const wrongCount = "Wrong number of rules"

// shift moves a position in a piece of source to where that piece starts.
func shift(p, start hcl.Pos) hcl.Pos {
	if p.Line == 1 {
		p.Column += start.Column - 1
	}
	return hcl.Pos{Line: p.Line + start.Line - 1, Column: p.Column, Byte: p.Byte + start.Byte}
}

// explainHeader reports a block whose header is wrong, and gives it a name.
func (r *recovery) explainHeader(h *hclsyntax.Block, s *schema) {
	at := hcl.RangeBetween(h.TypeRange, h.OpenBraceRange)
	written := string(at.SliceBytes(r.src))
	like := h.Type + " {"
	if s != nil {
		like = s.header()
	}
	if len(h.Labels) > 0 {
		like = fmt.Sprintf("%s %q {", h.Type, h.Labels[0])
	} else if s != nil && s.label != "" {
		h.Labels = []string{fmt.Sprintf("line-%d", at.Start.Line)} // nobody refers to it
		h.LabelRanges = []hcl.Range{h.TypeRange}
		r.lost[s.kind] = true
	}
	why := "It is its type, perhaps its name in quotes, and {."
	switch {
	case strings.Contains(written, "\n"):
		why = "Its { stands on the same line."
	case strings.ContainsAny(written, "=:"):
		why = "It has no equals sign."
	case strings.Count(written, `"`)%2 == 1:
		why = "Its name stands in quotes, and one is missing."
	case strings.Contains(written, "${"):
		why = "Its name is written out and has no variables in it."
	}
	if at.End.Line > at.Start.Line {
		at = h.TypeRange
	}
	r.report(at, "Invalid start of a block", "%s Write %s ... }.", why, like)
}

// readOther reports lines that are neither attributes nor blocks, and takes them for
// what they seem to be.
func (r *recovery) readOther(body *hclsyntax.Body, p piece, s *schema) {
	end := r.codeEnd(p.start, min(p.end, p.start+lineLength(r.src[p.start:p.end])))
	at := r.span(p.start, max(end, p.start+1))
	rest := strings.TrimSpace(string(r.src[p.start+len(p.name) : max(end, p.start+len(p.name))]))
	a := s.attribute(p.name)
	switch b := s.block(p.name); {
	case a != nil && rest == "":
		r.report(at, "Missing value", "Write for instance %s.", a.instance())
	case a != nil: // a name without a sign, for with one it would be an attribute
		r.report(at, "Missing equals sign", "An equals sign stands between name and value. Write %s = %s.", p.name, rest)
	case b != nil:
		r.lost[p.name] = true
		r.report(at, "Invalid start of a block", "It is its type, perhaps its name in quotes, and {. Write %s ... }.", b.header())
	default:
		if s == fileSchema {
			r.loseAll()
		}
		r.report(at, "Neither attribute nor block", "Write an attribute as name = value, a block as type \"name\" { ... }, and a comment after #.")
	}
	if a != nil {
		r.addAttribute(body, p.name, r.broken(p.name, p))
	}
}
