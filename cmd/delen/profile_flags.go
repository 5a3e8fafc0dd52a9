package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// checkFlags finds what is wrong before anything runs, and fills in what follows.
func (f *profiling) checkFlags() error {
	for _, n := range f.rows {
		if n < 1 {
			return usageError{fmt.Errorf("--rows %d: a run has at least one row", n)}
		}
	}
	switch {
	case f.rounds < 1 || f.limit <= 0:
		return usageError{errors.New("--rounds and --time must be more than 0: nothing would be measured")}
	case f.threads < 1:
		return usageError{fmt.Errorf("--threads %d: a run has at least one thread", f.threads)}
	case f.calibrate && (f.samples == "" || f.probs):
		return usageError{errors.New("--calibrate needs the logits of samples: add --samples, and leave out --probabilities")}
	case f.rate != 0 && (f.mean != nil || f.std != nil):
		return usageError{errors.New("--mean and --std are for pictures, but --rate says that the samples are recordings: leave out what is wrong")}
	}
	if err := f.checkSamples(); err != nil {
		return err
	}
	if f.samples != "" && f.outcomes == "" {
		f.outcomes = outcomesBeside(f.output)
	}
	if err := f.checkFiles(); err != nil {
		return err
	}
	f.provider = strings.ToLower(f.provider)
	f.device = cmp.Or(f.device, machineBelow("/").device())
	return f.powerModel()
}

// checkSamples reports what is said of samples when none are run.
func (f *profiling) checkSamples() error {
	if f.samples != "" {
		return nil
	}
	for _, flag := range []struct {
		name  string
		given bool
	}{{"--labels", f.labels != ""}, {"--rate", f.rate != 0}, {"--mean", f.mean != nil}, {"--std", f.std != nil}} {
		if flag.given {
			return usageError{fmt.Errorf("%s is about samples that are run, and there are none: add --samples FOLDER, or leave it out", flag.name)}
		}
	}
	return nil
}

// outcomesBeside is where the outcomes of a profile are written when nobody says where: profiles in one folder have their own.
func outcomesBeside(output string) string {
	name := "outcomes.csv"
	if base := filepath.Base(output); base != "profile.json" {
		name = strings.TrimSuffix(base, filepath.Ext(base)) + "-" + name
	}
	return filepath.Join(filepath.Dir(output), name)
}

// rowCounts are numbers of rows on a command line.
type rowCounts []int

// Set adds numbers.
func (r *rowCounts) Set(s string) error {
	for _, word := range strings.Split(s, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil {
			return errors.New("write how many rows a run has, several separated by commas, such as 1,2,4,8")
		}
		*r = append(*r, n)
	}
	return nil
}

func (r *rowCounts) String() string { return "" } // nobody has said anything: usualRows

// Type names the value in the help.
func (r *rowCounts) Type() string { return "numbers" }
