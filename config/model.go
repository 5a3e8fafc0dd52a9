package config

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages/audio"
	"github.com/delen-edge/delen/stages/picture"
	"github.com/delen-edge/delen/stages/profile"
)

// Model is a multi-exit network that the node serves.
type Model struct {
	// Name is what tenants call it.
	Name string
	// Files are the paths of the ONNX file, or of one for each segment, in their order.
	Files []string
	// Digest names the files: see stages.Digest.
	Digest string
	// Exits are the tensors that can serve as the answer, shallowest first.
	Exits []string
	// Named are the exits as the configuration names them, or none: in Files, if
	// there are several, each has a name of its own.
	Named []string
	// Found says that nobody named the exits: they are the model's outputs.
	Found bool
	// Segments outline the parts of the graph, one per exit.
	Segments []Segment
	// Fixed says that the model insists on a number of rows: a run is for one
	// request.
	Fixed bool
	// Unresolved are tensors whose type or shape only a runtime can tell.
	Unresolved []string
	// Profile is what is known about the exits on this device, or nil.
	Profile *profile.Profile
	// Evidence is what operating points are predicted from, or nil: the profile
	// names no outcomes.
	Evidence *profile.Evidence
	// Outcomes is the file that Evidence comes from, or empty.
	Outcomes string
	// Labels are the names of the classes, or nil.
	Labels []string
	// Activation is Softmax when the exits give logits (the default), or None
	// when they give probabilities.
	Activation Activation
	// Input says how a picture becomes the model's input, or is nil.
	Input *picture.Spec
	// Audio says how a recording becomes the model's input, or is nil, as it is
	// beside an Input.
	Audio *audio.Spec

	outcomes string // a digest of Outcomes
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

// Batches returns, for each segment of a model, for how many requests a run of
// it may be: as many as the model's profile says that it pays for, up to the
// scheduler's batch; 1 where nothing says so.
func (c *Config) Batches(m *Model) []int {
	if m.Profile == nil || m.Fixed {
		return slices.Repeat([]int{1}, len(m.Exits))
	}
	return m.Profile.Batches(c.Scheduler.Batch)
}

// Temperatures are those by which the profile's outcomes were made, or nil.
func (m *Model) Temperatures() []float64 {
	if m.Profile == nil {
		return nil
	}
	return m.Profile.Temperatures()
}

// Metrics returns the metrics that have a source when the model runs: what a
// criterion may use, here or over the wire. FLOPs are among them where only the
// runtime can tell the shapes that they are counted by: whoever loads the model
// finds out whether it can.
func (m *Model) Metrics() criteria.Set {
	have := criteria.Of(criteria.ResponseTime, criteria.NextResponseTime, criteria.Exit,
		criteria.Confidence, criteria.Entropy, criteria.Margin, criteria.Agreement)
	if m.FLOPs() != nil || len(m.Unresolved) > 0 {
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

// fixed returns the metrics that are the same for every request, at each exit.
func (m *Model) fixed() criteria.Figures {
	known := criteria.Figures{criteria.FLOPs: m.FLOPs()}
	if accuracies, ok := m.figures(func(e *profile.Exit) *float64 { return e.Accuracy }); ok {
		known[criteria.Accuracy] = accuracies
	}
	return known
}

// figures returns one figure of every exit, or false without a profile that
// gives it for all.
func (m *Model) figures(of func(*profile.Exit) *float64) ([]float64, bool) {
	if m.Profile == nil {
		return nil, false
	}
	return m.Profile.Every(of)
}

// models decodes the model blocks.
func (d *decoder) models(file *block) []*Model {
	var all []*Model
	for h, bad := range file.named("model") {
		if m := d.model(h); !bad {
			all = append(all, m)
		}
	}
	return all
}

// model decodes one model block. A model whose file is wrong has no exits.
func (d *decoder) model(h *hclsyntax.Block) *Model {
	b := d.openBlock(h, modelSchema)
	m := &Model{
		Name:       b.label,
		Activation: Activation(b.choice("activation")),
		Input:      b.picture(),
		Audio:      b.audio(),
	}
	exits := b.texts("exits")
	var g outline
	m.Named = plain(exits)
	if m.Files = b.onnxFiles(); m.Files != nil {
		g = b.outline(m, exits)
	}
	b.profile(m)
	b.unprofiled[m] = b.unprofiled[m] || m.Profile == nil && b.given("profile")
	b.labels(m, g)
	return m
}

// onnxFiles reads where the model lies: in a file, or in one for each segment.
func (b *block) onnxFiles() []string {
	if !b.given("segments") {
		path, ok := b.file("path")
		if !ok {
			return nil
		}
		return []string{path}
	}
	if b.given("path") {
		b.failAt("segments", "Path and segments", "A model lies in one file or in several, not in both. Leave out path or segments.")
		return nil
	}
	segments, ok := b.files("segments")
	if !ok {
		return nil
	}
	return segments
}

// profile reads the model's profile and holds it against the model.
func (b *block) profile(m *Model) {
	path, ok := b.file("profile")
	if !ok {
		return
	}
	p, err := profile.Read(path)
	if err != nil {
		b.failAt("profile", "Invalid profile", "%s Change it, or write a new one with delen profile.", b.cause(err, "profile"))
		return
	}
	if m.Exits == nil {
		return // the model has an error of its own
	}
	if err := p.MatchModel(m.Exits, m.Digest); err != nil {
		b.failAt("profile", "Profile of another model", "%s", b.cause(err, "exits"))
		return
	}
	if !b.matchActivation(m, p) {
		return
	}
	m.Profile = p
	b.profiled[m] = b.at("profile")
	b.evidence(m, path)
}

// evidence reads the outcomes that the model's profile, in the file at path, names.
func (b *block) evidence(m *Model, path string) {
	if m.Profile.Outcomes == "" {
		return
	}
	if m.Outcomes = m.Profile.Outcomes; !filepath.IsAbs(m.Outcomes) {
		m.Outcomes = filepath.Join(filepath.Dir(path), m.Outcomes)
	}
	var err error
	m.Evidence, m.outcomes, err = profile.ReadEvidence(path, m.Profile)
	if err != nil {
		b.unprofiled[m] = true
		b.failAt("profile", "Invalid outcomes", "%s Put the outcomes where the profile names them, or measure the model again with delen profile.", b.cause(err, "profile"))
	}
}

// ProfileWarning makes a diagnostic of what a model's profile was measured under that is not so on this machine. It points
// at the profile's name.
func (c *Config) ProfileWarning(m *Model, differences []string) *hcl.Diagnostic {
	place := c.profiled[m]
	return &hcl.Diagnostic{
		Severity: hcl.DiagWarning, Summary: "Profile of other conditions", Subject: &place,
		Detail: fmt.Sprintf("Its times and energies hold for %s. Measure the model with delen profile on the machine that serves it.",
			strings.Join(differences, "; ")),
	}
}

// labels reads the names of the model's classes and counts them.
func (b *block) labels(m *Model, g outline) {
	path, ok := b.file("labels")
	if !ok {
		return
	}
	labels, err := readLabels(path)
	if err != nil {
		b.failAt("labels", "Invalid labels", "%s", b.cause(err, "labels"))
		return
	}
	for _, exit := range g.exits {
		if classes := values(exit); classes > 0 && classes != int64(len(labels)) {
			err := fmt.Errorf("the file %s names %d classes, but exit %q gives %d values", path, len(labels), exit.Name, classes)
			b.failAt("labels", "Labels of another model", "%s Write one line per class, in the model's order.", b.cause(err, "labels", "exits"))
			return
		}
	}
	m.Labels = labels
}

var modelSchema = &schema{
	kind: "model", label: "glyphs", many: true, required: true,
	doc: "A multi-exit network: its file, its exits, and what is known about them. Tenants call it by its name.",
	attributes: []*attribute{{
		name: "path", form: aFile, required: true, example: `"model.onnx"`,
		doc: "The ONNX file. Weights in files of their own are found beside it. To replace a model that is served, move another file to its name: " +
			"weights are mapped from it, so it must not be written to.",
	}, {
		name: "segments", form: fileList, instead: "path", otherwise: "the model is one file, `path`", example: `["segment1.onnx", "segment2.onnx"]`,
		doc: "The ONNX files of a model that is in segments already, in the order in which a request passes them. A segment takes what one before it " +
			"gives under the same name. In the form of the original system each takes `input`, and gives `output`, its exit, and `features`, which the next " +
			"one takes.",
	}, {
		name: "exits", form: textList, otherwise: "the model's outputs", example: `["exit1", "exit2"]`,
		doc: "The tensors that can serve as the answer. Write them in the order in which a request passes them, the cheapest first. Of `segments` it is " +
			"an output of each.",
	}, {
		name: "profile", form: aFile, otherwise: "none", example: `"profile.json"`,
		doc: "What each exit costs and yields, as `delen profile` writes it. It gives criteria their `accuracy` and `energy`, and must be of this " +
			"very model. That it was measured on another machine is a warning.",
	}, {
		name: "labels", form: aFile, otherwise: "none", example: `"labels.txt"`,
		doc: "The names of the classes, one on each line; the first is class 0.",
	}, {
		name: "activation", form: aChoice, words: []string{string(Softmax), string(None)},
		doc: "What turns an exit's output into probabilities: `softmax` when it is logits, `none` when it is probabilities already. The profile " +
			"must have been measured with the same: with `--probabilities` for `none`.",
	}},
	blocks: []*schema{pictureSchema, audioSchema},
}
