package config

import (
	"cmp"
	"fmt"
	"iter"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// decoder collects the diagnostics of one file. Decoding goes on after an
// error, with a default in the place of what is wrong, to find the next one.
type decoder struct {
	dir   string // of the file: paths in it start here
	diags hcl.Diagnostics
}

// block is a block, or a whole file, that has been held against its schema.
// The methods in value.go read its attributes.
type block struct {
	*decoder
	label  string    // its name, or empty
	header hcl.Range // where what is missing from a block is reported
	attrs  hcl.Attributes
	blocks hcl.Blocks
	has    map[string]bool // types of blocks that are there, rightly named or not
}

// open holds a body against its schema.
func (d *decoder) open(body hcl.Body, schema *hcl.BodySchema) *block {
	b := &block{decoder: d, header: body.MissingItemRange(), has: make(map[string]bool)}
	content, diags := b.supported(body, schema).Content(schema)
	d.diags = append(d.diags, diags...)
	b.attrs, b.blocks = content.Attributes, content.Blocks
	return b
}

// openBlock is open for a block that may have a name.
func (d *decoder) openBlock(h *hcl.Block, schema *hcl.BodySchema) *block {
	b := d.open(h.Body, schema)
	b.header = h.DefRange
	if len(h.Labels) > 0 {
		b.label = h.Labels[0]
		d.checkName(h)
	}
	return b
}

// later are names that later versions give a meaning, at any place.
var later = map[string]bool{
	"adapt": true, "audit": true, "batch": true, "battery": true,
	"objective": true, "policy": true, "power": true,
}

// supported returns the body without what later versions understand and
// without blocks that are named wrongly, both of which it reports: HCL has less
// helpful words for them.
func (b *block) supported(body hcl.Body, schema *hcl.BodySchema) hcl.Body {
	all, ok := body.(*hclsyntax.Body)
	if !ok {
		return body
	}
	rest := *all
	rest.Attributes = make(hclsyntax.Attributes, len(all.Attributes))
	for name, a := range all.Attributes {
		if later[name] {
			b.failLater(name, a.NameRange)
		} else {
			rest.Attributes[name] = a
		}
	}
	rest.Blocks = nil
	for _, h := range all.Blocks {
		b.has[h.Type] = true
		if later[h.Type] {
			b.failLater(h.Type, h.TypeRange)
		} else if b.checkLabels(h, schema) {
			rest.Blocks = append(rest.Blocks, h)
		}
	}
	return &rest
}

func (d *decoder) failLater(name string, at hcl.Range) {
	d.fail(at, "Not supported by this version", "A later version reads %q. Leave it out for now.", name)
}

// checkLabels reports a known block without the name it needs, or with more
// names than that.
func (d *decoder) checkLabels(h *hclsyntax.Block, schema *hcl.BodySchema) bool {
	for _, s := range schema.Blocks {
		switch {
		case s.Type != h.Type || len(s.LabelNames) == len(h.Labels):
		case len(s.LabelNames) == 0:
			d.fail(h.LabelRanges[0], "Unexpected name", "There is one %s block and it has no name. Write %s { ... }.", h.Type, h.Type)
			return false
		default:
			d.fail(h.DefRange(), "Missing or unexpected name", "A %s block has one name. Write for instance %s %q { ... }.", h.Type, h.Type, h.Type+"-1")
			return false
		}
	}
	return true
}

// of returns the blocks of a type.
func (b *block) of(kind string) []*hcl.Block {
	var all []*hcl.Block
	for _, h := range b.blocks {
		if h.Type == kind {
			all = append(all, h)
		}
	}
	return all
}

// one returns the only block of a type, or nil, and reports the others.
func (b *block) one(kind string) *hcl.Block {
	all := b.of(kind)
	if len(all) == 0 {
		return nil
	}
	for _, h := range all[1:] {
		b.fail(h.DefRange, "Duplicate "+kind+" block", "Another %s block stands at line %d. Keep one of them.", kind, all[0].DefRange.Start.Line)
	}
	return all[0]
}

// named yields the blocks of a type, and whether the name of one is taken,
// which it reports. Such a block is still to be decoded, for its own errors.
func (b *block) named(kind string) iter.Seq2[*hcl.Block, bool] {
	return func(yield func(*hcl.Block, bool) bool) {
		first := make(map[string]int)
		for _, h := range b.of(kind) {
			line, taken := first[h.Labels[0]]
			if taken {
				b.fail(h.LabelRanges[0], "Duplicate "+kind+" name", "A %s at line %d is called %q already. Give this one another name.", kind, line, h.Labels[0])
			} else {
				first[h.Labels[0]] = h.DefRange.Start.Line
			}
			if !yield(h, taken) {
				return
			}
		}
	}
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func (d *decoder) checkName(h *hcl.Block) {
	if !nameForm.MatchString(h.Labels[0]) {
		d.fail(h.LabelRanges[0], "Invalid "+h.Type+" name", "A name has 1 to 64 letters (a to z), digits, '-', '_' and '.', such as %q.", h.Type+"-1")
	}
}

// fail records an error at a range.
func (d *decoder) fail(at hcl.Range, summary, detail string, args ...any) {
	d.failFile(summary, detail, args...)
	d.diags[len(d.diags)-1].Subject = &at
}

// failFile records an error about something that is nowhere in the file.
func (d *decoder) failFile(summary, detail string, args ...any) {
	d.diags = append(d.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   fmt.Sprintf(detail, args...),
	})
}

// sort puts the diagnostics into the order of the file: maps and passes over
// it have another. Equal places keep theirs.
func (d *decoder) sort() {
	slices.SortStableFunc(d.diags, func(a, b *hcl.Diagnostic) int {
		if byPlace := cmp.Compare(place(a), place(b)); byPlace != 0 {
			return byPlace
		}
		return cmp.Compare(a.Detail, b.Detail)
	})
}

func place(d *hcl.Diagnostic) int {
	if d.Subject == nil {
		return -1
	}
	return d.Subject.Start.Byte
}
