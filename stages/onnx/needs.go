package onnx

import (
	"debug/elf"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ebitengine/purego"
)

// needs reads from a shared library which others it is linked against, and the folders to look for them in before the
// system's: those that it names, and its own, since the runtime loads some of what lies there first. It gives nothing for a
// file that is no library.
func needs(library string) (names, folders []string) {
	f, err := elf.Open(library)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	names, err = f.ImportedLibraries()
	if err != nil {
		return nil, nil
	}
	origin := filepath.Dir(library)
	for _, tag := range []elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		lists, err := f.DynString(tag)
		if err != nil {
			continue
		}
		for _, list := range lists {
			for folder := range strings.SplitSeq(list, ":") {
				folders = append(folders, strings.NewReplacer("$ORIGIN", origin, "${ORIGIN}", origin).Replace(folder))
			}
		}
	}
	return names, append(folders, origin)
}

// within gives the paths at which a file lies in some folders.
func within(folders []string, name string) []string {
	var found []string
	for _, folder := range folders {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}

// unresolved names the libraries that a library is linked against and the loader would not find. The library itself is not
// loaded: what it does at once may need more than is there.
func unresolved(library string) []string {
	names, folders := needs(library)
	return slices.DeleteFunc(names, func(name string) bool {
		if len(within(folders, name)) > 0 {
			return true
		}
		handle, err := purego.Dlopen(name, purego.RTLD_LAZY|purego.RTLD_LOCAL)
		if err != nil {
			return false
		}
		purego.Dlclose(handle) // nobody else's is closed by it: the loader counts
		return true
	})
}
