package profile

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// outcomesHeader is the first line of the file.
var outcomesHeader = []string{"sample", "label", "exit", "predicted", "confidence"}

// ReadOutcomes reads the outcomes in the file at path, with the digest of it that a profile may name them by. An error names
// the file and the line.
func ReadOutcomes(path string) (outcomes []Outcome, digest string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	h := sha256.New()
	outcomes, err = parseOutcomes(io.TeeReader(f, h), path)
	return outcomes, hex.EncodeToString(h.Sum(nil)), err
}

// parseOutcomes reads to the end of the file at path.
func parseOutcomes(f io.Reader, path string) ([]Outcome, error) {
	r := csv.NewReader(f)
	r.FieldsPerRecord = len(outcomesHeader)
	r.ReuseRecord = true
	if header, err := r.Read(); err != nil || !slices.Equal(header, outcomesHeader) {
		return nil, fmt.Errorf("%s: the first line must be sample,label,exit,predicted,confidence", path)
	}
	var all []Outcome
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		o, err := parseOutcome(row)
		if err != nil {
			line, _ := r.FieldPos(0)
			return nil, fmt.Errorf("%s: line %d: %w", path, line, err)
		}
		all = append(all, o)
	}
}

func parseOutcome(row []string) (Outcome, error) {
	var errs [4]error
	o := Outcome{Sample: row[0]}
	o.Label, errs[0] = strconv.Atoi(row[1])
	o.Exit, errs[1] = strconv.Atoi(row[2])
	o.Predicted, errs[2] = strconv.Atoi(row[3])
	o.Confidence, errs[3] = strconv.ParseFloat(row[4], 64)
	return o, errors.Join(errors.Join(errs[:]...), o.check())
}

// Accuracies is the fraction of samples that each exit gets right. Every sample must have one outcome for each exit.
func Accuracies(outcomes []Outcome, exits int) ([]float64, error) {
	right, seen := make([]int, exits), make([]int, exits)
	for i := range outcomes {
		o := &outcomes[i]
		if o.Exit > exits {
			return nil, fmt.Errorf("sample %q has an outcome for exit %d, the model has %d exits", o.Sample, o.Exit, exits)
		}
		seen[o.Exit-1]++
		if o.Correct() {
			right[o.Exit-1]++
		}
	}
	accuracies := make([]float64, exits)
	for i := range accuracies {
		if seen[i] == 0 || seen[i] != seen[0] {
			return nil, fmt.Errorf("exit %d has %d outcomes and exit 1 has %d: every sample needs one for each exit", i+1, seen[i], seen[0])
		}
		accuracies[i] = float64(right[i]) / float64(seen[i])
	}
	return accuracies, nil
}
