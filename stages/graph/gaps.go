package graph

import (
	"fmt"
	"strings"
)

// gaps collects why the FLOPs of a segment are not known.
type gaps struct {
	kinds  []string // operators without a rule, each kind once, in order
	number map[string]int
	first  string   // what keeps the first other node from being counted
	others int      // such nodes after it
	shapes []string // tensors whose shapes are missing, some more than once
}

// maxKinds bounds how many kinds of operators a reason names.
const maxKinds = 8

// kind notes a node whose kind of operator has no rule.
func (g *gaps) kind(n node) {
	kind := n.GetOpType()
	if !n.standard() {
		kind = n.GetDomain() + "." + kind
	}
	if g.number == nil {
		g.number = make(map[string]int)
	}
	if g.number[kind] == 0 {
		g.kinds = append(g.kinds, kind)
	}
	g.number[kind]++
}

// note keeps the first of the other reasons and counts the rest.
func (g *gaps) note(why string) {
	if g.first == "" {
		g.first = why
		return
	}
	g.others++
}

// String returns the reason, empty when there is none: "3 operators of kind Loop and 1 of kind com.acme.Wavelet cannot be
// counted".
func (g *gaps) String() string {
	var parts []string
	if len(g.kinds) > 0 {
		parts = append(parts, g.list()+" cannot be counted")
	}
	if g.first != "" {
		parts = append(parts, g.first)
	}
	if g.others > 0 {
		parts = append(parts, fmt.Sprintf("and %d more like it", g.others))
	}
	return strings.Join(parts, "; ")
}

func (g *gaps) list() string {
	var parts []string
	for i, kind := range g.kinds[:min(len(g.kinds), maxKinds)] {
		word := ""
		if i == 0 {
			word = "operator "
			if g.number[kind] > 1 {
				word = "operators "
			}
		}
		parts = append(parts, fmt.Sprintf("%d %sof kind %s", g.number[kind], word, kind))
	}
	if more := len(g.kinds) - len(parts); more > 0 {
		parts = append(parts, fmt.Sprintf("operators of %d more kinds", more))
	}
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
