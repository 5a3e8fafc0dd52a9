package config

import (
	"bytes"
	"fmt"
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// recovery parses one file. HCL stops at the first thing that it cannot parse.
// Here such a file is cut into pieces, and each is parsed by itself: a block that
// is right is read as if nothing had been wrong, and in a block that is not, the
// same is done with its lines. What remains wrong is reported, and stands for
// itself in the body as broken, so that nobody misses it there.
type recovery struct {
	*decoder
	*text
	cutter *cutter
	wrong  int // how many mistakes there were, those included that decoding reports
}

func newRecovery(d *decoder, src []byte, path string) *recovery {
	r := &recovery{decoder: d, text: newText(path, src)}
	r.cutter = &cutter{src: src, parse: func(start, end int) *hclsyntax.Body {
		body, diags := r.try(r.span(start, end))
		if diags.HasErrors() {
			return nil
		}
		return body
	}}
	return r
}

// report records a mistake.
func (r *recovery) report(at hcl.Range, summary, detail string, args ...any) {
	r.wrong++
	r.fail(at, summary, detail, args...)
}

// deepest is how deep recovery follows blocks into blocks.
const deepest = 4

// body parses what stands in braces, or in the whole file.
func (r *recovery) body(from, to int, s *schema, depth int) *hclsyntax.Body {
	body := emptyBody(r.span(from, to))
	if depth > deepest {
		r.report(r.span(from, from), tooDeep, "A configuration needs blocks that are about 2 deep. Leave the rest out.")
		return body
	}
	for start := from; ; {
		p, ok := r.cutter.next(from, to, s)
		if !ok {
			return body
		}
		if r.wrong > enough { // no more is shown
			r.loseAll()
			return body
		}
		if from > start && !bytes.Contains(r.src[from-1:p.start], []byte("\n")) {
			r.report(r.span(p.start, p.start+1), "Too much on a line", "Something ends on this line already. Write what follows on the next line.")
		}
		r.read(body, p, s, depth)
		from = p.end
	}
}

// read parses a piece and adds it to a body.
func (r *recovery) read(body *hclsyntax.Body, p piece, s *schema, depth int) {
	if p.parsed != nil {
		for name, a := range p.parsed.Attributes {
			r.addAttribute(body, name, a)
		}
		body.Blocks = append(body.Blocks, p.parsed.Blocks...)
		return
	}
	switch p.kind {
	case attributePiece:
		for _, name := range r.explainAttribute(p, s) {
			r.addAttribute(body, name, r.broken(name, p))
		}
	case blockPiece:
		body.Blocks = append(body.Blocks, r.readBlock(p, s, depth))
	case bracePiece:
		r.report(r.span(p.start, p.end), "Nothing to close", "No block is open here. Leave the brace out, or write the { that it belongs to.")
	case commentPiece:
		r.loseAll()
		r.report(r.span(p.start, p.start+2), "Open comment", "Nothing ends this comment. Write */ where it does.")
	case otherPiece:
		r.readOther(body, p, s)
	}
}

// addAttribute adds an attribute to a body that must not have it.
func (r *recovery) addAttribute(body *hclsyntax.Body, name string, a *hclsyntax.Attribute) {
	if old := body.Attributes[name]; old == nil {
		body.Attributes[name] = a
	} else if !isBroken(a.Expr) {
		r.report(a.NameRange, "Duplicate "+name, "%s stands at line %d already. Keep one of them.", name, old.NameRange.Start.Line)
	}
}

// broken stands for an attribute that could not be parsed.
func (r *recovery) broken(name string, p piece) *hclsyntax.Attribute {
	at := r.span(p.start, p.end)
	return &hclsyntax.Attribute{
		Name: name, SrcRange: at, NameRange: r.span(p.start, p.start+len(p.name)),
		Expr: &hclsyntax.ExprSyntaxError{Placeholder: cty.DynamicVal, SrcRange: at},
	}
}

// readBlock parses a block by its parts.
func (r *recovery) readBlock(p piece, s *schema, depth int) *hclsyntax.Block {
	before := r.wrong
	h := r.readHeader(p, s)
	if p.close == p.end {
		next := "at the end of the file"
		if line := r.pos(p.end).Line; p.end < len(r.src) {
			next = fmt.Sprintf("before line %d", line)
		}
		r.report(h.DefRange(), "Missing brace", "Nothing closes this block. Write } on a line of its own %s.", next)
	}
	h.Body = r.body(p.open, p.close, s.like(p.name), depth+1)
	h.CloseBraceRange = r.span(p.close, p.end)
	if r.wrong == before {
		_, diags := r.try(r.span(p.start, p.end))
		r.report(where(diags, h.TypeRange), "Too much on a line", "A block of more than an attribute has its { at the end of a line, and each attribute or block in it on lines of its own. Write it so.")
	}
	return h
}

// readHeader parses the header of a block.
func (r *recovery) readHeader(p piece, s *schema) *hclsyntax.Block {
	at := r.span(p.start, p.open)
	src := append(bytes.Clone(at.SliceBytes(r.src)), '}')
	if f, diags := hclsyntax.ParseConfig(src, r.path, at.Start); !diags.HasErrors() {
		if body := f.Body.(*hclsyntax.Body); len(body.Blocks) == 1 {
			return body.Blocks[0]
		}
	}
	h := &hclsyntax.Block{Type: p.name, TypeRange: r.span(p.start, p.start+len(p.name)), OpenBraceRange: r.span(p.open-1, p.open)}
	if m := labelInHeader.FindSubmatchIndex(at.SliceBytes(r.src)); m != nil {
		h.Labels = []string{string(r.src[p.start+m[2] : p.start+m[3]])}
		h.LabelRanges = []hcl.Range{r.span(p.start+m[2], p.start+m[3])}
	}
	r.explainHeader(h, s.like(p.name))
	return h
}

// labelInHeader finds the name of a block, whatever stands around it.
var labelInHeader = regexp.MustCompile(`^` + identifier + `[\s=:"']+([A-Za-z0-9._-]+)`)

// like returns the schema of the block of that type in this one, or of the one
// that was meant, or nil.
func (s *schema) like(kind string) *schema {
	if b := s.block(kind); b != nil || s == nil {
		return b
	}
	return s.block(nearest(kind, s.contents()))
}

func emptyBody(at hcl.Range) *hclsyntax.Body {
	return &hclsyntax.Body{
		Attributes: make(hclsyntax.Attributes),
		SrcRange:   at,
		EndRange:   hcl.Range{Filename: at.Filename, Start: at.End, End: at.End},
	}
}
