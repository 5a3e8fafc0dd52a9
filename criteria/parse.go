package criteria

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	// MaxSource is the length, in bytes, that neither the source of a criterion nor its canonical source may exceed.
	MaxSource = 4096

	// SourceName is the file name in the ranges of Parse's diagnostics. Hand it to hcl.NewDiagnosticTextWriter
	// together with the source to have the offending piece shown.
	SourceName = "criterion"

	// maxNesting is how deep parentheses and brackets of all kinds may nest.
	maxNesting = 32
)

// Parse reads a criterion from an app or a command line, for a model with the given number of exits (at least 1) and
// with the metrics in have. It reports everything that is wrong, each with its range and what to write instead; if any
// of it is an error, the Criterion is nil. A comparison that cannot but be true, or false, is a warning.
func Parse(src string, exits int, have Set) (*Criterion, hcl.Diagnostics) {
	if len(src) > MaxSource {
		return nil, hcl.Diagnostics{tooLong(hcl.Range{Filename: SourceName, Start: hcl.InitialPos, End: hcl.InitialPos})}
	}
	if d := tooMuch(src, SourceName); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	e, diags := hclsyntax.ParseExpression([]byte(src), SourceName, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, explain(diags, src, slips, "Write comparisons such as confidence >= 0.9, joined by && and ||.")
	}
	c, more := Compile(e, exits, have)
	return c, append(diags, more...)
}

// Compile does for an expression in a configuration file what Parse does for text. e must come from HCL's native
// syntax; it is neither modified nor kept.
func Compile(e hcl.Expression, exits int, have Set) (*Criterion, hcl.Diagnostics) {
	c := checker{exits: exits, have: have}
	native, ok := e.(hclsyntax.Expression)
	if !ok {
		c.fail(e.Range(), "Not native syntax", "Write the criterion in HCL's native syntax, not in JSON.")
		return nil, c.diags
	}
	nodes, perExit := c.criterion(native)
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	criterion := newCriterion(nodes, perExit)
	canonical := criterion.String() // which Parse must accept in turn
	if len(canonical) > MaxSource {
		return nil, append(c.diags, tooLong(e.Range()))
	}
	if _, deep := tooDeep(canonical); deep {
		return nil, append(c.diags, nestedTooDeeply(e.Range()))
	}
	return criterion, c.diags
}

func tooLong(at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Criterion too long",
		Detail:   fmt.Sprintf("A criterion has at most %d bytes, also when written out in canonical form.", MaxSource),
		Subject:  &at,
	}
}

func nestedTooDeeply(at hcl.Range) *hcl.Diagnostic {
	return &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  "Nested too deeply",
		Detail:   fmt.Sprintf("Parentheses may nest %d deep: leave out those that are not needed.", maxNesting),
		Subject:  &at,
	}
}

// tooMuch says why HCL's scanner or its parser would have too much to do with src, or nil.
func tooMuch(src, name string) *hcl.Diagnostic {
	if at, open := openComment(src); open {
		at.Filename = name
		return &hcl.Diagnostic{
			Severity: hcl.DiagError,
			Summary:  "Open comment",
			Detail:   "Nothing ends this comment: write */ where it does, or leave it out.",
			Subject:  &at,
		}
	}
	if at, deep := tooDeep(src); deep {
		at.Filename = name
		return nestedTooDeeply(at)
	}
	return nil
}

// openComment finds a comment that nothing ends. From each of them HCL's scanner goes on to the end of the text, and back: 4 KiB
// of them take it 0.3 s.
func openComment(src string) (at hcl.Range, open bool) {
	const mark = "/*"
	closed := 0
	if last := strings.LastIndex(src, "*/"); last >= 0 {
		closed = last + len("*/")
	}
	i := strings.Index(src[closed:], mark)
	if i < 0 {
		return hcl.Range{}, false
	}
	before := src[:closed+i]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	start := hcl.Pos{Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(line), Byte: len(before)}
	end := hcl.Pos{Line: start.Line, Column: start.Column + len(mark), Byte: start.Byte + len(mark)}
	return hcl.Range{Start: start, End: end}, true
}

// tooDeep finds the token at which src nests too deeply. It looks at tokens, before parsing, because HCL's parser is
// recursive and spends up to 0.1 s on 4 KiB of brackets: too much to do for whoever sends them. What HCL nests but
// the language does not have counts too, and a ? is never closed.
func tooDeep(src string) (at hcl.Range, deep bool) {
	tokens, _ := hclsyntax.LexExpression([]byte(src), SourceName, hcl.InitialPos) // the parser reports its errors
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenQuestion,
			hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace,
			hclsyntax.TokenCQuote, hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
		}
		if depth > maxNesting {
			return t.Range, true
		}
	}
	return hcl.Range{}, false
}

// slips maps what people write by habit to what the language has.
var slips = map[string]string{
	"=": "==", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "≠": "!=",
	"&": "&&", "|": "||", "and": "&&", "or": "||",
}

// explain says of HCL's syntax errors what to write instead, the better where the slip is a usual one. It leaves out a second
// error about the same piece, which only repeats the first. usual are the slips, and remedy is what to write in any case.
func explain(diags hcl.Diagnostics, src string, usual map[string]string, remedy string) hcl.Diagnostics {
	var explained hcl.Diagnostics
	var last hcl.Range
	for _, d := range diags {
		if d.Subject == nil || *d.Subject != last {
			explained = append(explained, d)
		}
		if d.Subject != nil {
			last = *d.Subject
			if hint := hintFor(src, last, usual); hint != "" {
				d.Detail = hint
			} else {
				d.Detail += " " + remedy
			}
		}
	}
	return explained
}

// hintFor returns what to write instead of the piece of src that HCL stumbled over, or "".
func hintFor(src string, at hcl.Range, usual map[string]string) string {
	piece := string(at.SliceBytes([]byte(src)))
	before := strings.TrimSpace(src[:min(at.Start.Byte, len(src))])
	if s, ok := usual[piece]; ok {
		return fmt.Sprintf("Write %s instead of %s.", s, piece)
	}
	if _, ok := unitNamed(piece); ok {
		return fmt.Sprintf("A unit is a constant to multiply with: write *%s.", piece)
	}
	switch {
	case piece == "," && endsInDigit(before):
		return decimalPoint(before, src[at.End.Byte:])
	case piece == ".":
		return "A number starts with a digit: write 0.9, not .9."
	case piece == ">" && strings.HasSuffix(before, "<"):
		return "Write != instead of <>."
	case strings.HasSuffix(before, "%"):
		return "There is no % here: write 90 percent as 0.9."
	case before == "not" || strings.HasSuffix(before, " not"):
		return "Write !(...) instead of not."
	default:
		return ""
	}
}

// endsInDigit reports whether s ends in a digit.
func endsInDigit(s string) bool {
	return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9'
}

// decimalPoint says of a comma between digits, as in 0,9, what to write instead, or "" where there are none behind it.
func decimalPoint(before, after string) string {
	const digits = "0123456789"
	whole := before[len(strings.TrimRight(before, digits)):]
	part := after[:len(after)-len(strings.TrimLeft(after, digits))]
	if part == "" {
		return ""
	}
	return fmt.Sprintf("The decimal sign is a point: write %s.%s.", whole, part)
}
