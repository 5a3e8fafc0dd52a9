package profile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
)

// Source says where the figures of a profile come from.
type Source string

// The sources of a profile.
const (
	Measured  Source = "measured"  // on the device that the profile names
	Modelled  Source = "modelled"  // computed, for instance from FLOPs
	Published Source = "published" // taken from a paper or from somebody's page
)

// The activations of a profile.
const (
	ActivationSoftmax = "softmax" // the exits give logits
	ActivationNone    = "none"    // the exits give probabilities
)

// Profile is what is known about the exits of one model on one device. Its
// fields are those of profile.json, in their order.
type Profile struct {
	// Version is that of the format, 1; a file without it is of version 1.
	Version int `json:"version,omitempty"`
	// Model is the name of the model, for people.
	Model string `json:"model"`
	// Digest is the SHA-256 of the model's file in lower-case hexadecimal, or
	// empty when the figures hold for no particular file.
	Digest string `json:"digest,omitempty"`
	// Device is the name of the machine that the figures hold for.
	Device string `json:"device"`
	// Provider is the runtime's execution provider, such as "cpu" or "cuda".
	Provider string `json:"provider,omitempty"`
	// Threads is the number of threads within one run, or 0 where not known.
	Threads int `json:"threads,omitempty"`
	// Runtime is the name and version of the runtime that ran the model.
	Runtime string `json:"runtime,omitempty"`
	// Activation says how the exits were read to find the outcomes, in the
	// words of the configuration: ActivationSoftmax or ActivationNone. It is
	// empty where that is not known, as in files of older versions.
	Activation string `json:"activation,omitempty"`
	// Source says where the figures come from.
	Source Source `json:"source"`
	// EnergySource says where the energies come from, when that is not Source:
	// a profile may have measured times and modelled energies.
	EnergySource Source `json:"energy_source,omitempty"`
	// IdlePower is the power of the idle device in watts, or nil. The energies
	// of the exits of a published profile may include it.
	IdlePower *float64 `json:"idle_power"`
	// Exits are in the order in which the model computes them.
	Exits []Exit `json:"exits"`
	// Segments are those between the exits, one before each; nil when nothing is known of them.
	Segments []Segment `json:"segments,omitempty"`
	// Outcomes is the path of outcomes.csv, relative to the profile, or empty.
	Outcomes string `json:"outcomes,omitempty"`
	// OutcomesDigest is the SHA-256 of that file in lower-case hexadecimal, or empty when any will do.
	OutcomesDigest string `json:"outcomes_digest,omitempty"`
}

// Exit is what a request that stops at one exit gets and costs. A nil figure
// is not known.
type Exit struct {
	// Name is the name of the model's output.
	Name string `json:"name"`
	// Accuracy is the fraction of samples that the exit gets right.
	Accuracy *float64 `json:"accuracy"`
	// ResponseTime is the median time of one row in seconds, from the start.
	ResponseTime *float64 `json:"response_time"`
	// Energy is that of one row in joules, from the start.
	Energy *float64 `json:"energy"`
	// FLOPs counts the floating-point operations of one row, from the start.
	FLOPs *float64 `json:"flops"`
	// Temperature is what its logits are divided by before they become
	// probabilities, those of the outcomes too; nil is 1.
	Temperature *float64 `json:"temperature,omitempty"`
}

// Segment is what a run of the part of a model before an exit costs.
type Segment struct {
	// Rows has the cost of a run by how many requests it is for.
	Rows map[int]Cost `json:"rows"`
}

// Cost is what one run of a segment takes, for all of its rows together. A nil figure is not known.
type Cost struct {
	// Median and P95 are of its time in seconds, warm.
	Median *float64 `json:"median"`
	P95    *float64 `json:"p95"`
	// Energy is in joules.
	Energy *float64 `json:"energy"`
}

// Read returns the valid profile in the file at path. Its errors name the file
// and what to change in it.
func Read(path string) (*Profile, error) {
	src, err := readLimited(path)
	if err != nil {
		return nil, err // names the path itself
	}
	p, err := decode(src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Write replaces the file at path by the profile. Nothing is written when the
// profile is not valid or the disk is full: the old file stays.
func (p *Profile) Write(path string) error {
	if err := p.Validate(); err != nil {
		return fmt.Errorf("%s: not written: %w", path, err)
	}
	return replace(file{path, p.encode})
}

// WriteWith replaces the file at path by the profile, and the file that it names for its outcomes by these. The profile gets
// their digest. When one of the two cannot be written, both stay as they were.
func (p *Profile) WriteWith(path string, outcomes []Outcome) error {
	p.OutcomesDigest = ""
	if err := p.Validate(); err != nil {
		return fmt.Errorf("%s: not written: %w", path, err)
	}
	name, digest := p.outcomesOf(path), sha256.New()
	// The digest is known when the outcomes are written. They are renamed first: the profile of before knows that they are not its own.
	return replace(file{name, func(w io.Writer) error {
		if err := encodeOutcomes(io.MultiWriter(w, digest), outcomes); err != nil {
			return fmt.Errorf("%s: not written: %w", name, err)
		}
		p.OutcomesDigest = hex.EncodeToString(digest.Sum(nil))
		return nil
	}}, file{path, p.encode})
}

// outcomesOf is the path of the outcomes of a profile in the file at path.
func (p *Profile) outcomesOf(path string) string {
	if filepath.IsAbs(p.Outcomes) {
		return p.Outcomes
	}
	return filepath.Join(filepath.Dir(path), p.Outcomes)
}

// Print writes the profile as Write does, but to w.
func (p *Profile) Print(w io.Writer) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return p.encode(w)
}

func (p *Profile) encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(p)
}

// Every returns one figure of every exit, in their order, or false when it is
// not known for all of them:
//
//	energies, ok := p.Every(func(e *profile.Exit) *float64 { return e.Energy })
func (p *Profile) Every(figure func(*Exit) *float64) ([]float64, bool) {
	all := make([]float64, 0, len(p.Exits))
	for i := range p.Exits {
		f := figure(&p.Exits[i])
		if f == nil {
			return nil, false
		}
		all = append(all, *f)
	}
	return all, len(all) > 0
}

// Temperatures returns those of the exits, in their order, or nil when none has
// one.
func (p *Profile) Temperatures() []float64 {
	var all []float64
	for i := range p.Exits {
		if t := p.Exits[i].Temperature; t != nil {
			if all == nil {
				all = slices.Repeat([]float64{1}, len(p.Exits))
			}
			all[i] = *t
		}
	}
	return all
}

// Names returns the names of the exits, in their order.
func (p *Profile) Names() []string {
	names := make([]string, len(p.Exits))
	for i := range p.Exits {
		names[i] = p.Exits[i].Name
	}
	return names
}

// MatchModel reports how the profile differs from a model whose exits have
// these names and whose file has this digest. An empty digest matches any.
func (p *Profile) MatchModel(exits []string, digest string) error {
	if len(p.Exits) != len(exits) {
		return fmt.Errorf("the profile has %s %q, but the model has %s %q: measure the model again or name the same exits",
			count(len(p.Exits)), p.Names(), count(len(exits)), exits)
	}
	var errs []error
	for i, name := range exits {
		if p.Exits[i].Name != name {
			errs = append(errs, fmt.Errorf("exit %d is %q in the profile, but %q in the model: measure the model again or name the same exits",
				i+1, p.Exits[i].Name, name))
		}
	}
	if p.Digest != "" && digest != "" && p.Digest != digest {
		errs = append(errs, fmt.Errorf("the profile is of another version of the model: its digest is %s, that of the model %s; measure the model again",
			short(p.Digest), short(digest)))
	}
	return errors.Join(errs...)
}

func count(exits int) string {
	if exits == 1 {
		return "1 exit"
	}
	return fmt.Sprintf("%d exits", exits)
}

// short keeps enough of a digest to tell two apart in a message.
func short(digest string) string {
	return digest[:min(12, len(digest))]
}
