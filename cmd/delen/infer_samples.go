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

// findSamples lists what the arguments name: a file, a folder with labels.csv, or a file for each input.
func findSamples(args []string) (samples []sample, folder bool, err error) {
	info, err := os.Stat(args[0])
	if len(args) > 1 || err != nil && strings.Contains(args[0], "=") {
		s, err := namedInputs(args)
		return []sample{s}, false, err
	}
	if err != nil {
		return nil, false, err
	}
	if !info.IsDir() {
		return []sample{{path: args[0]}}, false, nil
	}
	samples, err = readLabels(args[0])
	return samples, true, err
}

// namedInputs reads arguments of the form INPUT=FILE.
func namedInputs(args []string) (sample, error) {
	s := sample{path: strings.Join(args, " ")}
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.Contains(arg, "=") }) {
		return s, usageError{fmt.Errorf("one FILE or FOLDER is expected, but there are %d: put several files into a folder, with a labels.csv that names them", len(args))}
	}
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
