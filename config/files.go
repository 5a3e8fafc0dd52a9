package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// path resolves a path in the configuration: it starts at the file's folder.
func (d *decoder) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(d.dir, p)
}

// file reads an attribute that names a file and reports one that is not there.
func (b *block) file(name, example string) (string, bool) {
	p := b.text(name, "", example)
	if p == "" {
		return "", false
	}
	p = b.path(p)
	info, err := os.Stat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.failAt(name, "No such file", "There is no file %s. Paths start at the folder of the configuration.", p)
	case err != nil:
		b.failAt(name, "Cannot read file", "%s", sentence(err.Error()))
	case !info.Mode().IsRegular():
		b.failAt(name, "Not a file", "%s is a folder or a device. Name a file.", p)
	default:
		return p, true
	}
	return "", false
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(src)) > limit {
		return nil, fmt.Errorf("%s is larger than %d KiB: not the file that is meant", path, limit>>10)
	}
	return src, nil
}

// readLabels reads the names of classes, one a line.
func readLabels(path string) ([]string, error) {
	const most = 4 << 20 // names of a million classes
	src, err := readFile(path, most)
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(string(src), "\r\n")
	if text == "" {
		return nil, fmt.Errorf("%s is empty: write the name of a class on each line", path)
	}
	var labels []string
	for line := range strings.SplitSeq(text, "\n") {
		label := strings.TrimSpace(line)
		if label == "" {
			return nil, fmt.Errorf("%s: line %d is empty: each line names a class, the first is class 0", path, len(labels)+1)
		}
		labels = append(labels, label)
	}
	return labels, nil
}
