package config

import (
	"math"

	"github.com/hashicorp/hcl/v2"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/picture"
	"github.com/delen-edge/delen/stages/profile"
)

// Model is a multi-exit network that the node serves.
type Model struct {
	// Name is what tenants call it.
	Name string
	// Path is that of the ONNX file.
	Path string
	// Digest is the SHA-256 of the file in lower-case hexadecimal.
	Digest string
	// Exits are the tensors that can serve as the answer, shallowest first.
	Exits []string
	// Found says that nobody named the exits: they are the model's outputs.
	Found bool
	// Segments outline the parts of the graph, one per exit.
	Segments []Segment
	// Unresolved are tensors whose type or shape only a runtime can tell.
	Unresolved []string
	// Profile is what is known about the exits on this device, or nil.
	Profile *profile.Profile
	// Labels are the names of the classes, or nil.
	Labels []string
	// Activation is Softmax when the exits give logits (the default), or None
	// when they give probabilities.
	Activation Activation
	// Input says how a picture becomes the model's input, or is nil.
	Input *picture.Spec
}

// Segment outlines the part of a model between two exits.
type Segment struct {
	// Nodes counts the operators.
	Nodes int
	// Parameters counts the elements of the weights.
	Parameters int64
	// FLOPs counts the floating-point operations of a row, NaN when not known.
	FLOPs float64
	// HiddenBytes is what a row passes on to later segments, -1 when not known.
	HiddenBytes int64
}

// Activation is what has to be done to an exit's output to get probabilities.
type Activation string

// The activations.
const (
	Softmax Activation = "softmax"
	None    Activation = "none"
)

// FLOPs returns what a row costs from the start to each exit: the profile's
// figures, else the graph's. It is nil unless all are known.
func (m *Model) FLOPs() []float64 {
	if f, ok := m.figures(func(e *profile.Exit) *float64 { return e.FLOPs }); ok {
		return f
	}
	sum := 0.0
	counted := make([]float64, 0, len(m.Segments))
	for _, s := range m.Segments {
		sum += s.FLOPs
		counted = append(counted, sum)
	}
	if len(counted) == 0 || math.IsNaN(sum) {
		return nil
	}
	return counted
}

// Metrics returns the metrics that have a source when the model runs: what a
// criterion may use, here or over the wire.
func (m *Model) Metrics() criteria.Set {
	have := criteria.Of(criteria.ResponseTime, criteria.NextResponseTime, criteria.Exit,
		criteria.Confidence, criteria.Entropy, criteria.Margin, criteria.Agreement)
	if m.FLOPs() != nil {
		have = have.With(criteria.FLOPs, criteria.NextFLOPs)
	}
	if _, ok := m.figures(func(e *profile.Exit) *float64 { return e.Accuracy }); ok {
		have = have.With(criteria.Accuracy)
	}
	if _, ok := m.figures(func(e *profile.Exit) *float64 { return e.Energy }); ok {
		have = have.With(criteria.Energy, criteria.NextEnergy)
	}
	return have
}

// figures returns one figure of every exit, or false without a profile that
// gives it for all.
func (m *Model) figures(of func(*profile.Exit) *float64) ([]float64, bool) {
	if m.Profile == nil {
		return nil, false
	}
	return m.Profile.Every(of)
}

// models decodes the model blocks of a file.
func (d *decoder) models(file *block) []*Model {
	if !file.has["model"] {
		d.failFile("Missing model block", "There is nothing to serve. Add a block such as model \"glyphs\" { path = \"model.onnx\" }.")
	}
	var all []*Model
	for h, taken := range file.named("model") {
		if m := d.model(h); !taken {
			all = append(all, m)
		}
	}
	return all
}

// model decodes one model block. A model whose file is wrong has no exits.
func (d *decoder) model(h *hcl.Block) *Model {
	b := d.openBlock(h, modelSchema)
	m := &Model{
		Name:       b.label,
		Activation: Activation(b.choice("activation", string(Softmax), string(None))),
		Input:      d.picture(b.one("input")),
	}
	exits := b.texts("exits", `["exit1", "exit2"]`)
	b.demand("path", `"model.onnx"`)
	var g outline
	if path, ok := b.file("path", "model.onnx"); ok {
		m.Path = path
		g = b.outline(m, exits)
	}
	b.profile(m)
	b.labels(m, g)
	return m
}

// profile reads the model's profile and holds it against the model.
func (b *block) profile(m *Model) {
	path, ok := b.file("profile", "profile.json")
	if !ok {
		return
	}
	p, err := profile.Read(path)
	if err != nil {
		b.failAt("profile", "Invalid profile", "%s", sentence(err.Error()))
		return
	}
	if m.Exits == nil {
		return // the model has an error of its own
	}
	if err := p.MatchModel(m.Exits, m.Digest); err != nil {
		b.failAt("profile", "Profile of another model", "%s", sentence(err.Error()))
		return
	}
	m.Profile = p
}

// labels reads the names of the model's classes and counts them.
func (b *block) labels(m *Model, g outline) {
	path, ok := b.file("labels", "labels.txt")
	if !ok {
		return
	}
	labels, err := readLabels(path)
	if err != nil {
		b.failAt("labels", "Invalid labels", "%s", sentence(err.Error()))
		return
	}
	for _, exit := range g.exits {
		if classes := values(exit); classes > 0 && classes != int64(len(labels)) {
			b.failAt("labels", "Labels of another model", "%s names %d classes, but exit %q gives %d values. Write one line per class, in the model's order.",
				path, len(labels), exit.Name, classes)
			return
		}
	}
	m.Labels = labels
}

var modelSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "path", Required: true},
		{Name: "exits"},
		{Name: "profile"},
		{Name: "labels"},
		{Name: "activation"},
	},
	Blocks: []hcl.BlockHeaderSchema{
		{Type: "input"},
	},
}
