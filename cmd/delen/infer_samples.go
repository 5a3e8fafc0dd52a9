package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sample is a file with the label that it should get; "" when that is not known. With several inputs it is a file for each.
type sample struct {
	path, label string
	inputs      []inputFile
}

// inputFile is a file for the input of that name.
type inputFile struct{ input, path string }

// short names the sample in a line for people.
func (s sample) short() string {
	if s.inputs != nil {
		return s.path
	}
	return filepath.Base(s.path)
}

// findSamples lists what the arguments name, in their order: files and folders with labels.csv, or a file for each input.
func findSamples(args []string) (samples []sample, folder bool, err error) {
	if slices.ContainsFunc(args, namesInput) {
		s, err := namedInputs(args)
		return []sample{s}, false, err
	}
	for _, arg := range args {
		switch info, err := os.Stat(arg); {
		case err != nil && len(args) == 1:
			return nil, false, err
		case err != nil || !info.IsDir():
			samples = append(samples, sample{path: arg}) // of several, one that is missing is told in its line
		default:
			labelled, err := readLabels(arg)
			if err != nil {
				return nil, false, err
			}
			samples, folder = append(samples, labelled...), true
		}
	}
	return samples, folder, nil
}

// namesInput reports whether an argument has the form INPUT=FILE, and is not the name of a file itself.
func namesInput(arg string) bool {
	_, err := os.Stat(arg)
	return err != nil && strings.Contains(arg, "=")
}

// namedInputs reads arguments of the form INPUT=FILE.
func namedInputs(args []string) (sample, error) {
	s := sample{path: strings.Join(args, " ")}
	for _, arg := range args {
		input, path, ok := strings.Cut(arg, "=")
		if !ok || input == "" || path == "" {
			return s, usageError{fmt.Errorf("%q: a request of several files has INPUT=FILE for each input of the model", arg)}
		}
		s.inputs = append(s.inputs, inputFile{input, path})
	}
	return s, nil
}

// readLabels reads a folder's labels.csv.
func readLabels(folder string) ([]sample, error) {
	name := filepath.Join(folder, "labels.csv")
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w; a folder needs a labels.csv with the header file,label", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = 2
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(lines) < 2 || lines[0][0] != "file" || lines[0][1] != "label" {
		return nil, fmt.Errorf("%s: the first line must be file,label, and at least one must follow", name)
	}
	var samples []sample
	for _, line := range lines[1:] {
		samples = append(samples, sample{path: filepath.Join(folder, filepath.FromSlash(line[0])), label: line[1]})
	}
	return samples, nil
}
