package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
)

// path resolves a path in an attribute: it starts at the folder of the file that
// the attribute stands in.
func (b *block) path(name, p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(filepath.Dir(b.attrs[name].NameRange.Filename), p)
}

// file reads an attribute that names a file and reports one that is not there.
func (b *block) file(name string) (string, bool) {
	written := b.text(name)
	if written == "" {
		return "", false
	}
	return b.regular(name, written, b.at(name))
}

// files reads an attribute that lists files and reports those that are not there.
func (b *block) files(name string) ([]string, bool) {
	var paths []string
	list := b.texts(name)
	for _, written := range list {
		if p, ok := b.regular(name, written.value, written.at); ok {
			paths = append(paths, p)
		}
	}
	return paths, len(paths) > 0 && len(paths) == len(list)
}

// regular is the path of a file that an attribute names at a place.
func (b *block) regular(name, written string, at hcl.Range) (string, bool) {
	p := b.path(name, written)
	info, err := os.Stat(p)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		b.fail(at, "No such file", "There is no such file: %s. %s", b.tell(name, p), aboutPaths(written))
	case err != nil:
		b.fail(at, "Cannot read file", "%s Make it readable, or write another path.", b.cause(err, name))
	case !info.Mode().IsRegular():
		b.fail(at, "Not a file", "This is a folder or a device: %s. Write the path of a file.", b.tell(name, p))
	default:
		return p, true
	}
	return "", false
}

// aboutPaths says what a path looks like, and what it does not.
func aboutPaths(written string) string {
	if strings.HasPrefix(written, "~") || strings.Contains(written, "$") {
		return "Write ${env.HOME} for a variable of the environment; $ and ~ mean nothing else here."
	}
	return "Write a path that starts at the folder of this configuration file, or at /."
}

// cause is what a message says of an error whose words quote some attributes.
// When one of them may be secret, little is said.
func (b *block) cause(err error, quotes ...string) string {
	hidden := b.variables(quotes...)
	if hidden == "" {
		return sentence(err.Error())
	}
	var known *fs.PathError
	if errors.As(err, &known) {
		return fmt.Sprintf("With the value of %s: %v.", hidden, known.Err)
	}
	return fmt.Sprintf("This does not fit with the value of %s, so details are not shown. Write the value itself to see them.", hidden)
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
		return nil, fmt.Errorf("the file %s is larger than %d KiB: not the file that is meant", path, limit>>10)
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
	if !utf8.Valid(src) {
		return nil, fmt.Errorf("%s is no text in UTF-8: save it as such", path)
	}
	text := strings.TrimRight(string(src), "\r\n")
	if text == "" {
		return nil, fmt.Errorf("the file %s is empty: write the name of a class on each line", path)
	}
	var labels []string
	for line := range strings.SplitSeq(text, "\n") {
		label := strings.TrimSpace(line)
		if label == "" {
			return nil, fmt.Errorf("line %d of %s is empty: each line names a class, the first is class 0; leave no line empty", len(labels)+1, path)
		}
		labels = append(labels, label)
	}
	return labels, nil
}
