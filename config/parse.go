package config

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxNesting bounds how deep brackets of all kinds nest, how many signs precede a
// value, and how many ? one has. HCL's parser is recursive, and a stack that
// overflows ends the process.
const maxNesting = 64

// parse parses a file. What cannot be parsed is reported and stands broken in
// the body; see recovery.
func (d *decoder) parse(src []byte, path string) *hclsyntax.Body {
	r := newRecovery(d, src, path)
	body := r.whole()
	d.files[path] = &hcl.File{Body: body, Bytes: src, Nav: nav{body}}
	return body
}

// whole parses the file, piece by piece if need be.
func (r *recovery) whole() *hclsyntax.Body {
	all := r.span(0, len(r.src))
	if at, ok := r.invalidText(); ok {
		r.report(at, "Not a text", "A configuration is a text in UTF-8. Write the path of one, or save this one as UTF-8.")
		r.loseAll()
		return emptyBody(all)
	}
	body, diags := r.try(all)
	if !diags.HasErrors() {
		return body
	}
	if diags[0].Summary == tooDeep {
		r.diags = append(r.diags, diags...)
		r.loseAll()
		return emptyBody(all)
	}
	body = r.body(r.bom(), len(r.src), fileSchema, 0)
	if r.wrong == 0 {
		r.report(where(diags, all), "Too much on a line", "Write each block, and each attribute, on lines of its own.")
	}
	return body
}

// where is what the first error is about. Those after it mostly follow from it.
func where(diags hcl.Diagnostics, otherwise hcl.Range) hcl.Range {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return *d.Subject
		}
	}
	return otherwise
}

// try parses a part of the file.
func (r *recovery) try(at hcl.Range) (*hclsyntax.Body, hcl.Diagnostics) {
	src := at.SliceBytes(r.src)
	if diags := checkNesting(src, at); diags.HasErrors() {
		return nil, diags
	}
	f, diags := hclsyntax.ParseConfig(src, r.path, at.Start)
	return f.Body.(*hclsyntax.Body), diags
}

// tooDeep is the summary of a diagnostic of checkNesting.
const tooDeep = "Nested too deeply"

// checkNesting reports the first token that is nested too deeply.
func checkNesting(src []byte, at hcl.Range) hcl.Diagnostics {
	tokens, _ := hclsyntax.LexConfig(src, at.Filename, at.Start) // the parser reports what is wrong with them
	depth, signs, choices := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenBang, hclsyntax.TokenMinus:
			signs++
		case hclsyntax.TokenOParen, hclsyntax.TokenOBrack, hclsyntax.TokenOBrace, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			depth++
			signs = 0
		case hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCBrace, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			depth--
			signs = 0
		case hclsyntax.TokenQuestion: // nothing closes a ?, but its attribute ends
			choices++
			signs = 0
		case hclsyntax.TokenEqual:
			choices = 0
		case hclsyntax.TokenNewline: // may stand between signs in brackets
		default:
			signs = 0
		}
		if max(depth, signs, choices) > maxNesting {
			return hcl.Diagnostics{{
				Severity: hcl.DiagError,
				Summary:  tooDeep,
				Detail:   fmt.Sprintf("Blocks, brackets and quotes nest at most %d deep, and a configuration needs about 4. Leave the rest out.", maxNesting),
				Subject:  &t.Range,
			}}
		}
	}
	return nil
}

// nav tells Report which block something stands in.
type nav struct{ body *hclsyntax.Body }

// ContextString returns the header of the outermost block around a byte.
func (n nav) ContextString(offset int) string {
	for _, b := range n.body.Blocks {
		if !b.Range().ContainsOffset(offset) {
			continue
		}
		s := b.Type
		for _, label := range b.Labels {
			s += fmt.Sprintf(" %q", label)
		}
		return s
	}
	return ""
}
