package criteria

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

const (
	// MaxSource is the length, in bytes, that neither the source of a criterion nor its canonical source may exceed.
	MaxSource = 4096

	// SourceName is the file name in the ranges of Parse's diagnostics. Hand it to hcl.NewDiagnosticTextWriter
	// together with the source to have the offending piece shown.
	SourceName = "criterion"

	// maxNesting is how deep parentheses, brackets and negations may nest.
	maxNesting = 32
)

// Parse reads a criterion from an app or a command line, for a model with the given number of exits (at least 1) and
// with the metrics in have. The errors say what to write instead; with one, the Criterion is nil. There may be
// warnings without an error.
func Parse(src string, exits int, have Set) (*Criterion, hcl.Diagnostics) {
	if len(src) > MaxSource {
		return nil, hcl.Diagnostics{tooLong(hcl.Range{Filename: SourceName, Start: hcl.InitialPos, End: hcl.InitialPos})}
	}
	e, diags := hclsyntax.ParseExpression([]byte(src), SourceName, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, explain(diags, src)
	}
	c, more := Compile(e, exits, have)
	return c, append(diags, more...)
}

// Compile checks a criterion that stands in a configuration file, as Parse does. e must come from HCL's native syntax;
// it is not kept.
func Compile(e hcl.Expression, exits int, have Set) (*Criterion, hcl.Diagnostics) {
	c := checker{exits: exits, have: have}
	native, ok := e.(hclsyntax.Expression)
	if !ok {
		c.fail(e.Range(), "Not native syntax", "Write the criterion in HCL's native syntax, not in JSON.")
		return nil, c.diags
	}
	depth := nesting{}
	_ = hclsyntax.Walk(native, &depth) // its diagnostics are those of nesting's methods: none
	if depth.deepest > maxNesting {
		c.fail(e.Range(), "Nested too deeply", "Parentheses and negations may nest %d deep.", maxNesting)
		return nil, c.diags
	}
	nodes, perExit := c.criterion(native)
	if c.diags.HasErrors() {
		return nil, c.diags
	}
	criterion := newCriterion(nodes, perExit)
	if len(criterion.String()) > MaxSource {
		return nil, append(c.diags, tooLong(e.Range()))
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

// nesting measures how deep an expression nests, as an hclsyntax.Walker. The minus of a negative number does not
// count: canonical source may have one where the original has a subtraction.
type nesting struct{ depth, deepest int }

var _ hclsyntax.Walker = (*nesting)(nil)

func (n *nesting) Enter(e hclsyntax.Node) hcl.Diagnostics {
	n.depth += levels(e)
	n.deepest = max(n.deepest, n.depth)
	return nil
}

func (n *nesting) Exit(e hclsyntax.Node) hcl.Diagnostics {
	n.depth -= levels(e)
	return nil
}

func levels(e hclsyntax.Node) int {
	switch e := e.(type) {
	case *hclsyntax.ParenthesesExpr, *hclsyntax.TupleConsExpr:
		return 1
	case *hclsyntax.UnaryOpExpr:
		if _, ok := e.Val.(*hclsyntax.LiteralValueExpr); !ok {
			return 1
		}
	}
	return 0
}

// slips maps what people write by habit to what the language has.
var slips = map[string]string{
	"=": "==", "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "≠": "!=",
	"&": "&&", "|": "||", "and": "&&", "or": "||",
}

// explain adds to HCL's syntax errors what to write instead, where the slip is a usual one. It leaves out a second
// error about the same piece, which only repeats the first.
func explain(diags hcl.Diagnostics, src string) hcl.Diagnostics {
	var explained hcl.Diagnostics
	var last hcl.Range
	for _, d := range diags {
		if d.Subject == nil || *d.Subject != last {
			explained = append(explained, d)
		}
		if d.Subject != nil {
			last = *d.Subject
			if hint := hintFor(src, last); hint != "" {
				d.Detail = hint
			}
		}
	}
	return explained
}

// hintFor returns what to write instead of the piece of src that HCL stumbled over, or "".
func hintFor(src string, at hcl.Range) string {
	piece := string(at.SliceBytes([]byte(src)))
	before := strings.TrimSpace(src[:min(at.Start.Byte, len(src))])
	if s, ok := slips[piece]; ok {
		return fmt.Sprintf("Write %s instead of %s.", s, piece)
	}
	if _, ok := unitNamed(piece); ok {
		return fmt.Sprintf("A unit is a constant to multiply with: write *%s.", piece)
	}
	switch {
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
