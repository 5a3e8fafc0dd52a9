package config

import (
	"cmp"
	"fmt"
	"iter"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// decoder collects the diagnostics of a configuration. Decoding goes on after
// an error, with a default in the place of what is wrong, to find the next one.
type decoder struct {
	files    map[string]*hcl.File // the sources by name
	diags    hcl.Diagnostics
	scenario bool // what is read is a scenario

	// lost are types of blocks of which one could not be read. What seems to be
	// missing, a block or a model of some name, may stand there: it is not
	// reported.
	lost map[string]bool
	// hidden are the sources of attributes whose values are not to be shown, by
	// block and name.
	hidden map[hiddenKey]string
	// inbound is the place of what the node says of it, or that of the node.
	inbound hcl.Range
	// unprofiled are models whose profile is there, but wrong. What it would
	// give is not known, and not reported as missing.
	unprofiled map[*Model]bool
	// doubted are models whose outcomes have been warned of.
	doubted map[*Model]bool
	// wants is where the bounds of objectives stand, by tenant.
	wants map[string]hcl.Range
	// executes is where the provider block begins, if there is one.
	executes hcl.Range
	// profiled is where a model's profile is named.
	profiled map[*Model]hcl.Range
	// stranger says that the source is not the operator's; see ParseTenant.
	stranger bool
}

func newDecoder() *decoder {
	return &decoder{
		files:      make(map[string]*hcl.File),
		lost:       make(map[string]bool),
		hidden:     make(map[hiddenKey]string),
		unprofiled: make(map[*Model]bool),
		profiled:   make(map[*Model]hcl.Range),
		doubted:    make(map[*Model]bool),
		wants:      make(map[string]hcl.Range),
	}
}

// block is a block, or a whole file, that has been held against its schema.
// The methods in value.go read its attributes.
type block struct {
	*decoder
	schema *schema
	label  string    // its name, or empty
	header hcl.Range // where what is missing from the block is reported
	attrs  map[string]*hclsyntax.Attribute
	blocks []*hclsyntax.Block
	origin map[string][]string // what variables of the environment an attribute is made of
}

// open holds a body against its schema.
func (d *decoder) open(body *hclsyntax.Body, s *schema) *block {
	b := &block{decoder: d, schema: s, attrs: make(map[string]*hclsyntax.Attribute), origin: make(map[string][]string)}
	var unknown []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		switch {
		case later[a.Name]:
			b.failLater(a.Name, a.NameRange)
		case s.attribute(a.Name) != nil:
			b.attrs[a.Name] = a
		default:
			unknown = append(unknown, a)
		}
	}
	slices.SortFunc(unknown, func(a, b *hclsyntax.Attribute) int {
		return a.NameRange.Start.Byte - b.NameRange.Start.Byte
	})
	for _, a := range unknown {
		meant := b.unknownAttribute(a)
		if _, there := b.attrs[meant]; meant != "" && !there {
			b.attrs[meant] = a
		}
	}
	for _, h := range body.Blocks {
		b.admit(h)
	}
	return b
}

// openBlock is open for a block that may have a name, and that must have what
// its schema requires. A block that is not there, nil, is as good as an empty one.
func (d *decoder) openBlock(h *hclsyntax.Block, s *schema) *block {
	if h == nil {
		return d.open(&hclsyntax.Body{}, s)
	}
	b := d.open(h.Body, s)
	b.header = h.DefRange()
	if len(h.Labels) > 0 && s.label != "" {
		b.label = h.Labels[0]
	}
	for _, a := range s.attributes {
		if _, ok := b.attrs[a.name]; a.required && !ok && !b.given(s.standIn(a.name)) {
			b.failMissing(a)
		}
	}
	b.checkVariant()
	return b
}

// checkVariant reports attributes that a block of another name has. They are
// as good as left out.
func (b *block) checkVariant() {
	if len(b.schema.variants) == 0 || b.label == "" {
		return
	}
	has := b.schema.variant(b.label).attributes
	for _, a := range b.schema.attributes {
		at, ok := b.attrs[a.name]
		if !ok || slices.Contains(has, a.name) {
			continue
		}
		remedy := "It has no attributes: leave this one out."
		if len(has) > 0 {
			remedy = fmt.Sprintf("Leave it out, or write one of %s.", listed(has))
		}
		b.fail(at.NameRange, "Attribute of another "+b.schema.kind, "There is no attribute %q in a %s block named %q. %s", a.name, b.schema.kind, b.label, remedy)
		delete(b.attrs, a.name)
	}
}

// admit takes a block in, or reports that it may not stand here.
func (b *block) admit(h *hclsyntax.Block) {
	if later[h.Type] {
		b.failLater(h.Type, h.TypeRange)
		return
	}
	s := b.schema.block(h.Type)
	if s == nil {
		meant := b.unknownBlock(h)
		if s = b.schema.block(meant); s == nil {
			return
		}
		as := *h
		as.Type = meant
		h = &as
	}
	b.checkLabels(h, s)
	b.blocks = append(b.blocks, h)
}

func (d *decoder) failLater(name string, at hcl.Range) {
	d.fail(at, "Not supported by this version", "A later version reads %q. Leave it out for now.", name)
}

// checkLabels reports a block without the name that it needs, with more names
// than that, or with one that is none.
func (d *decoder) checkLabels(h *hclsyntax.Block, s *schema) {
	switch {
	case s.label == "" && len(h.Labels) > 0:
		d.fail(h.LabelRanges[0], "Unexpected name", "%s block has no name. Write %s ... }.", an(s.kind), s.header())
	case s.label != "" && len(h.Labels) == 0:
		d.lost[h.Type] = true
		d.fail(h.TypeRange, "Missing name", "A %s block has a name. Write for instance %s ... }.", s.kind, s.header())
	case s.label != "" && len(h.Labels) > 1:
		d.fail(h.LabelRanges[1], "Unexpected name", "A %s block has one name. Write for instance %s ... }.", s.kind, s.header())
	case s.label != "" && !nameForm.MatchString(h.Labels[0]):
		d.fail(h.LabelRanges[0], "Invalid name", "A name has 1 to 64 letters (a to z), digits, '-', '_' and '.'. Write for instance %s ... }.", s.header())
	}
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// an is a kind of block with its article, as a sentence begins.
func an(kind string) string {
	if strings.ContainsAny(kind[:1], "aeiou") {
		return "An " + kind
	}
	return "A " + kind
}

// of returns the blocks of a type.
func (b *block) of(kind string) []*hclsyntax.Block {
	var all []*hclsyntax.Block
	for _, h := range b.blocks {
		if h.Type == kind {
			all = append(all, h)
		}
	}
	return all
}

// one returns the only block of a type, or nil, and reports the others, and one in whose place it stands.
func (b *block) one(kind string) *hclsyntax.Block {
	all := b.of(kind)
	if len(all) == 0 {
		return nil
	}
	for _, h := range all[1:] {
		b.fail(h.DefRange(), "Duplicate "+kind+" block", "Another %s block stands %s. Keep one of them.", kind, from(h, all[0]))
	}
	if s := b.schema.block(kind); s.instead != "" && len(b.of(s.instead)) > 0 {
		other := b.of(s.instead)[0]
		b.fail(all[0].DefRange(), "Two kinds of input", "The %s block %s is for another kind of input, and the model has one. Keep one of the blocks.", other.Type, from(all[0], other))
	}
	return all[0]
}

// named yields the blocks of a type, and whether the name of one is missing or
// taken, which it reports. Such a block is still to be decoded, for its own
// errors.
func (b *block) named(kind string) iter.Seq2[*hclsyntax.Block, bool] {
	return func(yield func(*hclsyntax.Block, bool) bool) {
		first := make(map[string]*hclsyntax.Block)
		for _, h := range b.of(kind) {
			bad := len(h.Labels) == 0
			if !bad {
				name := h.Labels[0]
				if first[name] == nil {
					first[name] = h
				} else {
					bad = true
					b.fail(h.LabelRanges[0], "Duplicate "+kind+" name", "The %s %s is called %q already. Give this one another name.", kind, from(h, first[name]), name)
				}
			}
			if !yield(h, bad) {
				return
			}
		}
	}
}

// from says where a block stands, as seen from another.
func from(here, there *hclsyntax.Block) string {
	at := there.TypeRange
	if here.TypeRange.Filename == at.Filename {
		return fmt.Sprintf("at line %d", at.Start.Line)
	}
	return fmt.Sprintf("in %s at line %d", filepath.Base(at.Filename), at.Start.Line)
}

// fail records an error at a range.
func (d *decoder) fail(at hcl.Range, summary, detail string, args ...any) {
	d.failNowhere(summary, detail, args...)
	d.diags[len(d.diags)-1].Subject = &at
}

// failNowhere records an error about something that is nowhere in a file.
func (d *decoder) failNowhere(summary, detail string, args ...any) {
	d.diags = append(d.diags, &hcl.Diagnostic{
		Severity: hcl.DiagError,
		Summary:  summary,
		Detail:   fmt.Sprintf(detail, args...),
	})
}

// warnAt records a warning at the value of an attribute: it is allowed, but hardly
// meant.
func (b *block) warnAt(name, summary, detail string, args ...any) {
	b.failAt(name, summary, detail, args...)
	b.diags[len(b.diags)-1].Severity = hcl.DiagWarning
}

// failMissing reports that a required attribute is not there, or is null.
func (b *block) failMissing(a *attribute) {
	b.failAt(a.name, "Missing "+a.name, "%s needs the attribute %s. Write for instance %s.", capital(b.schema.title()), a.name, a.instance())
}

// failAt records an error at the value of an attribute, or at the block when
// there is none.
func (b *block) failAt(name, summary, detail string, args ...any) {
	b.fail(b.at(name), summary, detail, args...)
}

// at is the place of an attribute's value, or that of the block without it.
func (b *block) at(name string) hcl.Range {
	if a, ok := b.attrs[name]; ok {
		return a.Expr.Range()
	}
	return b.header
}

// sort puts the diagnostics into the order of the files: maps and passes over
// them have another. Equal places keep theirs.
func (d *decoder) sort() {
	slices.SortStableFunc(d.diags, func(a, b *hcl.Diagnostic) int {
		if a.Subject == nil && b.Subject == nil {
			return 0
		}
		x, y := place(a), place(b)
		return cmp.Or(
			cmp.Compare(x.Filename, y.Filename),
			cmp.Compare(x.Start.Byte, y.Start.Byte),
			cmp.Compare(a.Detail, b.Detail))
	})
}

// place is what a diagnostic is about. What is nowhere comes first.
func place(d *hcl.Diagnostic) hcl.Range {
	if d.Subject == nil {
		return hcl.Range{}
	}
	return *d.Subject
}
