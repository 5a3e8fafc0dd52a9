package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/delen-edge/delen/stages/profile"
)

// found reads outcomes that were found before. Where they were made with temperatures the profile gets these: a node that read
// the exits without them would be confident of other samples.
func (f *profiling) found(p *profile.Profile) ([]profile.Outcome, error) {
	outcomes, digest, err := profile.ReadOutcomes(f.outcomes)
	if err != nil {
		return nil, err
	}
	p.OutcomesDigest = digest
	first, path := f.first(digest)
	if first == nil {
		return outcomes, nil
	}
	if err := first.MatchModel(p.Names(), p.Digest); err != nil {
		return nil, fmt.Errorf("%s: the outcomes are those of %s: %w; use --samples, or remove that profile if they hold for this model too", f.outcomes, path, err)
	}
	if f.probs && first.Temperatures() != nil {
		return nil, usageError{fmt.Errorf("%s: by %s the outcomes were made with temperatures, by which logits are divided: leave out --probabilities", f.outcomes, path)}
	}
	if first.Activation != "" && first.Activation != p.Activation {
		remedy := "add --probabilities"
		if f.probs {
			remedy = "leave out --probabilities"
		}
		return nil, usageError{fmt.Errorf("%s: by %s the outcomes were found with activation = %q: %s", f.outcomes, path, first.Activation, remedy)}
	}
	for i := range p.Exits {
		p.Exits[i].Temperature = first.Exits[i].Temperature
	}
	return outcomes, nil
}

// first is the profile that was written with the outcomes of a digest, and its path, if it still lies where the new one goes or
// beside the outcomes.
func (f *profiling) first(digest string) (*profile.Profile, string) {
	paths := []string{f.output}
	beside, err := os.ReadDir(filepath.Dir(f.outcomes))
	if err != nil {
		return nil, "" // cannot be, for the outcomes have been read
	}
	for _, e := range beside {
		if filepath.Ext(e.Name()) == ".json" {
			paths = append(paths, filepath.Join(filepath.Dir(f.outcomes), e.Name()))
		}
	}
	for _, path := range paths {
		// What is no profile is not the one.
		if p, err := profile.Read(path); err == nil && p.OutcomesDigest == digest {
			return p, path
		}
	}
	return nil, ""
}

// write replaces the profile, and of samples that were run the outcomes too.
func (f *profiling) write(p *profile.Profile, outcomes []profile.Outcome) error {
	if f.samples == "" {
		return p.Write(f.output)
	}
	return p.WriteWith(f.output, outcomes)
}

// checkFiles finds out whether what is to be written can be, before anything is measured.
func (f *profiling) checkFiles() error {
	if f.output == "" {
		return usageError{errors.New("-o names no file")}
	}
	files := []string{f.output}
	if f.outcomes != "" {
		switch path, err := beside(f.output, f.outcomes); {
		case err != nil:
			return err
		case path == filepath.Base(f.output):
			return usageError{fmt.Errorf("%s cannot be both the profile and its outcomes: give -o and --outcomes different files", f.output)}
		}
	}
	if f.samples != "" {
		files = append(files, f.outcomes)
	}
	for _, file := range files {
		if err := profile.Writable(file); err != nil {
			return err
		}
	}
	return nil
}
