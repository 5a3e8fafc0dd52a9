package config

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// later are names that later versions give a meaning, at any place.
var later = map[string]bool{
	"battery": true, "power": true,
}

// unknownAttribute reports an attribute that the block does not have. It returns
// the name that was meant when there is little doubt, so that decoding goes on as
// if that stood there.
func (b *block) unknownAttribute(a *hclsyntax.Attribute) (meant string) {
	_, object := a.Expr.(*hclsyntax.ObjectConsExpr)
	remedy := b.belongs(a.Name, object)
	if remedy == "" {
		meant, remedy = b.resembles(a.Name)
	}
	b.fail(a.NameRange, "Unknown attribute", "There is no attribute %q %s. %s", a.Name, b.schema.inside(), remedy)
	return meant
}

// unknownBlock does for a block what unknownAttribute does for an attribute.
func (b *block) unknownBlock(h *hclsyntax.Block) (meant string) {
	remedy := b.belongs(h.Type, true)
	if remedy == "" {
		meant, remedy = b.resembles(h.Type)
	}
	b.fail(h.TypeRange, "Unknown block", "There is no block %q%s. %s", h.Type, strings.TrimPrefix(" "+b.schema.inside(), " outside of blocks"), remedy)
	return meant
}

// belongs says how and where to write a known name that stands at the wrong
// place, or in the wrong way. It returns nothing for a name that is not known.
// A name may be known as both an attribute and a block: braced says which it looks
// like.
func (b *block) belongs(name string, braced bool) string {
	if a := b.schema.attribute(name); a != nil {
		return fmt.Sprintf("It is an attribute: write for instance %s.", a.instance())
	}
	var places []string
	asBlock := ""
	if s := b.schema.block(name); s != nil {
		asBlock = fmt.Sprintf("It is a block: write %s ... } without an equals sign.", s.header())
	}
	for parent, s := range b.known() {
		switch {
		case s.attribute(name) == nil || parent.scenario && !s.scenario: // not here, or as elsewhere
		case parent.scenario:
			places = append(places, s.inside()+" "+parent.inside()) // several blocks have phases
		default:
			places = append(places, s.inside())
		}
		if s.kind == name && asBlock == "" {
			asBlock = fmt.Sprintf("It is a block that stands %s: write %s ... } there.", parent.inside(), s.header())
		}
	}
	switch {
	case asBlock != "" && (braced || places == nil):
		b.lost[name] = true
		return asBlock
	case places == nil:
		return ""
	}
	return fmt.Sprintf("It belongs %s: move it there.", strings.Join(places, ", or "))
}

// resembles says what to write instead of a name that is known nowhere, and
// which name of this block was meant, if any.
func (b *block) resembles(name string) (meant, remedy string) {
	contents := b.contents()
	if near := nearest(name, contents); near != "" {
		return near, fmt.Sprintf("Did you mean %q?", near)
	}
	for _, s := range b.known() {
		if near := nearest(name, s.contents()); near != "" {
			return "", fmt.Sprintf("Did you mean %q, which belongs in %s?", near, s.title())
		}
	}
	return "", fmt.Sprintf("Leave it out, or write one of %s.", listed(contents))
}

// contents names what may stand in the block, in what is read.
func (b *block) contents() []string {
	if b.schema != fileSchema || b.scenario {
		return b.schema.contents()
	}
	var names []string
	for _, s := range fileSchema.blocks {
		if !s.scenario {
			names = append(names, s.kind)
		}
	}
	return names
}

// known yields the blocks that may stand in what is read, as within does: those of scenarios in scenarios alone.
func (d *decoder) known() func(yield func(parent, s *schema) bool) {
	return func(yield func(parent, s *schema) bool) {
		fileSchema.walk(func(parent, s *schema) bool {
			return !d.scenario && (parent.scenario || s.scenario) || yield(parent, s)
		})
	}
}

// within yields the blocks that may stand in a block, at any depth, each after
// the one that it stands in, with that.
func (s *schema) within() func(yield func(parent, s *schema) bool) {
	return func(yield func(parent, s *schema) bool) {
		s.walk(yield)
	}
}

func (s *schema) walk(yield func(parent, s *schema) bool) bool {
	for _, b := range s.blocks {
		if !yield(s, b) || !b.walk(yield) {
			return false
		}
	}
	return true
}

// inside says where something stands that is in the block.
func (s *schema) inside() string {
	if s.kind == "" {
		return "outside of blocks"
	}
	return "in " + s.title()
}

// nearest returns the word most like the given one, or nothing when none is.
func nearest(given string, words []string) string {
	const most = 2 // slips, one letter that moved being two
	best, closest := "", 2*most+2
	given = strings.ToLower(given)
	for _, w := range words {
		slips := levenshtein.Distance(given, strings.ToLower(w), nil)
		d := 2 * slips
		if given == "" || given[0] != w[0]|0x20 {
			d++ // the first letter is seldom wrong
		}
		if slips <= most && slips < len(w) && d < closest {
			best, closest = w, d
		}
	}
	return best
}

// didYouMean returns a sentence that names the word most like the given one,
// or nothing when none is.
func didYouMean(given string, words []string) string {
	if best := nearest(given, words); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}
