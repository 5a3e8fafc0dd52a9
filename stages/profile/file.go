package profile

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// maxSize bounds what Read takes into memory. A summary has a few kilobytes;
// whoever names a model's weights by mistake gets a message, not a swap storm.
const maxSize = 16 << 20

func readLimited(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	if len(src) > maxSize {
		return nil, fmt.Errorf("%s: larger than %d MiB: this is not a profile.json", path, maxSize>>20)
	}
	return src, nil
}

// decode is strict: a misspelt field would otherwise be a figure that is
// silently unknown.
func decode(src []byte) (*Profile, error) {
	d := json.NewDecoder(bytes.NewReader(src))
	d.DisallowUnknownFields()
	p := new(Profile)
	if err := d.Decode(p); err != nil {
		return nil, explain(src, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("line %d: something follows the profile; a file holds one profile", lineAt(src, d.InputOffset()))
	}
	return p, nil
}

// explain puts the line and a remedy to an error of the JSON decoder.
func explain(src []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: not JSON: %w", lineAt(src, syntax.Offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s is a JSON %s; write %s", lineAt(src, kind.Offset), kind.Field, kind.Value, jsonName(kind.Type.Kind().String()))
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return fmt.Errorf("line %d: the file ends early: not a whole profile", lineAt(src, int64(len(src))))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		var head struct{ Version int }
		if json.Unmarshal(src, &head) == nil && head.Version > format {
			return checkVersion(head.Version)
		}
		// The decoder does not say where; the name in its quotes is found again.
		at := int64(bytes.Index(src, []byte(name)))
		return fmt.Errorf("line %d: there is no field %s; fields are %s, those of an exit %s, those of a segment %s, and those of its rows %s",
			lineAt(src, at), name, fieldsOf[Profile](), fieldsOf[Exit](), fieldsOf[Segment](), fieldsOf[Cost]())
	}
	return err
}

// fieldsOf lists the fields of a struct as they are called in the file.
func fieldsOf[T any]() string {
	var names []string
	for f := range reflect.TypeFor[T]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	if last := len(names) - 1; last > 0 {
		names = append(names[:last-1], names[last-1]+" and "+names[last])
	}
	return strings.Join(names, ", ")
}

// jsonName is what JSON calls a value of a kind of Go's.
func jsonName(kind string) string {
	switch kind {
	case "slice":
		return "a list"
	case "struct", "map":
		return "an object"
	case "int":
		return "a whole number"
	case "float64":
		return "a number or null"
	}
	return "a " + kind
}

func lineAt(src []byte, offset int64) int {
	offset = max(0, min(offset, int64(len(src))))
	return 1 + bytes.Count(src[:offset], []byte("\n"))
}

// A file is what is to be at a path.
type file struct {
	path  string
	write func(io.Writer) error
}

// replace writes each file beside its path, and when all are whole renames them in their order, so that a reader sees the old
// file or the new one and a failure leaves the old ones.
func replace(files ...file) (err error) {
	var drafts []string
	defer func() {
		if err != nil {
			for _, d := range drafts {
				os.Remove(d)
			}
		}
	}()
	for _, f := range files {
		name, err := f.draft()
		if err != nil {
			return err
		}
		drafts = append(drafts, name)
	}
	for i, f := range files {
		if err := os.Rename(drafts[i], f.path); err != nil {
			return err
		}
	}
	return nil
}

// draft writes the file beside its path and returns its name there.
func (f *file) draft() (name string, err error) {
	// A folder would be found to be in the way only when other files have their names already.
	if info, err := os.Stat(f.path); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is there and is no regular file", f.path)
	}
	d, err := os.CreateTemp(filepath.Dir(f.path), "."+filepath.Base(f.path)+".*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			d.Close()
			os.Remove(d.Name())
		}
	}()
	b := bufio.NewWriter(d)
	if err := f.write(b); err != nil {
		return "", err
	}
	// CreateTemp keeps the file to its owner, but a profile is no secret.
	return d.Name(), errors.Join(b.Flush(), d.Chmod(0o644), d.Sync(), d.Close())
}

// Writable reports what keeps a file at path from being replaced, if anything: something else of that name, or its folder.
func Writable(path string) error {
	f := file{path, func(io.Writer) error { return nil }}
	name, err := f.draft()
	if err != nil {
		return fmt.Errorf("%s could not be written: %w", path, err)
	}
	return os.Remove(name)
}
