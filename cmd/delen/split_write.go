package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/delen-edge/delen/stages/graph"
)

func segmentFile(number int) string {
	return fmt.Sprintf("segment-%02d.onnx", number)
}

// writeSegments writes all segments into a folder of their own and moves them to
// their destination when all are on the disk.
func writeSegments(folder string, s *graph.Split) error {
	fresh, err := checkFolder(folder, len(s.Segments))
	if err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	// Both lie on one disk, so that moving is renaming.
	beside := folder
	if fresh {
		beside = filepath.Dir(filepath.Clean(folder))
	}
	temp, err := os.MkdirTemp(beside, ".delen-split-*")
	if err != nil {
		return fmt.Errorf("nothing is written: %w", err)
	}
	defer os.RemoveAll(temp)
	for n := 1; n <= len(s.Segments); n++ {
		model, err := s.Model(n)
		if err == nil {
			err = writeSynced(filepath.Join(temp, segmentFile(n)), model)
		}
		if err != nil {
			return fmt.Errorf("nothing is written: %w", err)
		}
	}
	return move(temp, folder, fresh, len(s.Segments))
}

// checkFolder reports whether the folder is still to be made. It refuses one with
// segments that this split does not replace: the whole would look like one model
// with more segments.
func checkFolder(folder string, segments int) (fresh bool, err error) {
	old, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		parent := filepath.Dir(filepath.Clean(folder))
		if _, err := os.Stat(parent); err != nil {
			return false, fmt.Errorf("there is no folder %s to make %s in", parent, filepath.Base(folder))
		}
		return true, nil
	}
	if err != nil {
		return false, err
	}
	ours := make([]string, segments)
	for i := range ours {
		ours[i] = segmentFile(i + 1)
	}
	for _, f := range old {
		if ok, _ := filepath.Match("segment-*.onnx", f.Name()); ok && !slices.Contains(ours, f.Name()) {
			return false, fmt.Errorf("%s has %s of another split: remove it, or choose another folder", folder, f.Name())
		}
	}
	return false, nil
}

func writeSynced(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// move puts the finished segments in their place: the whole folder when that is
// fresh, else file by file.
func move(temp, folder string, fresh bool, segments int) error {
	if fresh {
		// MkdirTemp keeps a folder to its owner, but segments are no secret.
		if err := errors.Join(os.Chmod(temp, 0o755), os.Rename(temp, folder)); err != nil {
			return fmt.Errorf("nothing is written: %w", err)
		}
		return nil
	}
	for n := 1; n <= segments; n++ {
		if err := os.Rename(filepath.Join(temp, segmentFile(n)), filepath.Join(folder, segmentFile(n))); err != nil {
			return fmt.Errorf("only the segments before %d are replaced, split again: %w", n, err)
		}
	}
	return nil
}
