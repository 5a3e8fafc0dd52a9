package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What readLabels takes is what it gives when it is written anew, one line for each sample; all else is an error that
// names the file.
func FuzzReadLabels(f *testing.F) {
	for _, src := range []string{
		"file,label\n000.png,A\n001.png,B\n", "file,label\r\nsub/1.png,\"a \"\"b\"\",c\"", "file,label\n", "", "label,file\nA,000.png\n",
		"file,label\n000.png\n", "file,label\n\"000.png,A\n", "file,label\n../000.png,\n\n\n,x", "\xef\xbb\xbffile,label\n000.png,A\n",
	} {
		f.Add(src)
	}
	folder := f.TempDir()
	name := filepath.Join(folder, "labels.csv")
	f.Fuzz(func(t *testing.T, src string) {
		if err := os.WriteFile(name, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		samples, err := readLabels(folder)
		if err != nil {
			if len(samples) > 0 || !strings.Contains(err.Error(), name) {
				t.Fatalf("%d samples with %v", len(samples), err)
			}
			return
		}
		var again strings.Builder
		w := csv.NewWriter(&again)
		w.Write([]string{"file", "label"})
		for _, s := range samples {
			file, err := filepath.Rel(folder, s.path)
			if err != nil {
				t.Fatal(err)
			}
			w.Write([]string{file, s.label})
		}
		w.Flush()
		if err := os.WriteFile(name, []byte(again.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		same, err := readLabels(folder)
		if diff := cmp.Diff(samples, same, cmp.AllowUnexported(sample{})); err != nil || diff != "" {
			t.Errorf("differs after a round trip: %v (-first +second):\n%s", err, diff)
		}
	})
}
