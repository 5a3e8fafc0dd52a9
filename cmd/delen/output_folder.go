package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// outputFolder is a folder that a command writes its results to. It is made before the work begins, so that a folder that
// cannot be made is told in time, and taken away again when nothing was written to it.
type outputFolder struct {
	path string
	made []string // by this command, the deepest first
}

// makeOutputFolder makes a folder with all that are above it. None is made for an empty path.
func makeOutputFolder(path string) (*outputFolder, error) {
	o := &outputFolder{path: path}
	if path == "" {
		return o, nil
	}
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break // what is wrong with it MkdirAll tells
		}
		o.made = append(o.made, at)
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		o.removeEmpty()
		return nil, err
	}
	return o, nil
}

// removeEmpty takes away the folders that this command has made and that are empty.
func (o *outputFolder) removeEmpty() {
	for _, folder := range o.made {
		if os.Remove(folder) != nil {
			return // there is something in it, or it is gone with all below it
		}
	}
}
