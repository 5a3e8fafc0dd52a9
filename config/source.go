package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// maxSource bounds what is parsed: a path to a model by mistake is a message.
const maxSource = 512 << 10

// read reads and parses the file at path, or all configuration files of the
// folder there, by name.
func (d *decoder) read(path string) []*hclsyntax.Body {
	info, err := os.Stat(path)
	if err != nil {
		d.failRead(path, err)
		return nil
	}
	if info.IsDir() {
		return d.readFolder(path)
	}
	return d.readSource(path)
}

func (d *decoder) readFolder(path string) []*hclsyntax.Body {
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		d.failRead(path, err)
		return nil
	}
	var bodies []*hclsyntax.Body
	found := false
	for _, e := range entries {
		if isSource(e) {
			found = true
			bodies = append(bodies, d.readSource(filepath.Join(path, e.Name()))...)
		}
	}
	if !found {
		d.failNowhere("No configuration here", "%s is a folder without a file whose name ends in .hcl. All such files of a folder make up one configuration: "+
			"write one, for instance %s, or name a file.", path, filepath.Join(path, "delen.hcl"))
	}
	return bodies
}

// failRead reports that a configuration cannot be read.
func (d *decoder) failRead(path string, err error) {
	var known *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = fmt.Errorf("there is no file or folder %s", path)
	case errors.As(err, &known):
		err = fmt.Errorf("%s: %w", path, known.Err)
	}
	d.failNowhere("Cannot read the configuration", "%s Make it readable, or name another path.", sentence(err.Error()))
}

// isSource reports whether an entry of a folder is part of the configuration.
// Hidden files and what editors leave behind are not.
func isSource(e fs.DirEntry) bool {
	return strings.HasSuffix(e.Name(), ".hcl") && !strings.HasPrefix(e.Name(), ".")
}

// readSource reads and parses one file. What it cannot read is lost.
func (d *decoder) readSource(path string) []*hclsyntax.Body {
	src, err := readFile(path, maxSource)
	if err != nil {
		d.failRead(path, err)
		d.loseAll()
		return nil
	}
	return []*hclsyntax.Body{d.parse(src, path)}
}

// loseAll remembers that there may be blocks of any type and name that could not
// be read.
func (d *decoder) loseAll() {
	for _, s := range fileSchema.blocks {
		d.lost[s.kind] = true
	}
}
