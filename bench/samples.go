package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/picture"
)

// sample is a picture as an input of the network, in the forms that it is sent in, and what it shows.
type sample struct {
	values []float32
	tensor *wire.Tensor // its Data is the body of an HTTP request, too
	class  int
}

// readSamples reads a folder's labelled pictures. They become inputs before anything is timed: every server gets
// numbers.
func readSamples(folder string, classes []string, spec *picture.Spec) ([]sample, error) {
	file, err := os.ReadFile(filepath.Join(folder, "labels.csv"))
	if err != nil {
		return nil, err
	}
	lines, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, err
	}
	var all []sample
	for _, line := range lines[1:] { // the first is the header
		class := slices.Index(classes, line[1])
		if class < 0 {
			return nil, fmt.Errorf("%s shows %q, which is no label", line[0], line[1])
		}
		values, err := readPicture(filepath.Join(folder, line[0]), spec)
		if err != nil {
			return nil, err
		}
		all = append(all, sample{values, client.Float32s("", spec.Shape(), values), class})
	}
	return all, nil
}

func readPicture(name string, spec *picture.Spec) ([]float32, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	img, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return spec.Tensor(img), nil
}
