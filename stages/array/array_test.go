package array

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/delen-edge/delen/stages"
)

func input(t testing.TB, dtype stages.DType, shape ...int64) stages.Info {
	t.Helper()
	info, err := stages.NewInfo("x", dtype, shape)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// npy writes version 1 of the format as np.save does.
func npy(dict string, data ...byte) []byte {
	pad := 64 - (len(magic)+4+len(dict)+1)%64
	text := dict + strings.Repeat(" ", pad) + "\n"
	return append([]byte(fmt.Sprintf("%s\x01\x00%c%c%s", magic, byte(len(text)), byte(len(text)>>8), text)), data...)
}

func dict(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr, order, shape)
}

// TestFilesOfNumPy reads what np.save of NumPy 1.24 has written: the numbers 0 to 5 as a row of 2 x 3, in the three
// versions of the format, and a few that are refused.
func TestFilesOfNumPy(t *testing.T) {
	want := make([]byte, 0, 24)
	for i := range 6 {
		bits := math.Float32bits(float32(i))
		want = append(want, byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24))
	}
	for name, problem := range map[string]string{
		"v1.npy": "", "v2.npy": "", "v3.npy": "",
		"float64.npy": "save x.astype('float32'), if no value changes by that",
		"big.npy":     "the array is big endian: save x.astype('<f4')",
		"fortran.npy": "the array is in Fortran order: save np.ascontiguousarray(x)",
		"fields.npy":  "the array has fields: save the one that is the input, as in x['name']",
		"objects.npy": `elements of type "|O" are no numbers that NumPy and models share`,
	} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := NPY(iotest.OneByteReader(bytes.NewReader(b)), input(t, stages.Float32, 2, 3))
		if problem == "" && (err != nil || !bytes.Equal(got, want)) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, want)
		}
		if problem != "" && (err == nil || !strings.Contains(err.Error(), problem)) {
			t.Errorf("%s: got error %v, want %q", name, err, problem)
		}
	}
}

func TestEveryTypeOfNumPyIsTaken(t *testing.T) {
	for code, dtype := range types {
		order := "<"
		if dtype.Size() == 1 {
			order = "|"
		}
		data := []byte("0123456789abcdef")[:2*dtype.Size()]
		for _, shape := range []string{"(2,)", "(1, 2)", "( 1 ,2 )"} {
			got, err := NPY(bytes.NewReader(npy(dict(order+code, "False", shape), data...)), input(t, dtype, 2))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s %s: got %q, %v", code, shape, got, err)
			}
		}
	}
	// A row without extents, and a dictionary in another order and other quotes.
	for _, text := range []string{dict("|i1", "False", "()"), dict("<i1", "False", "(1,)"), `{"shape": (), "descr": "|i1", "fortran_order": False}`} {
		if got, err := NPY(bytes.NewReader(npy(text, 7)), input(t, stages.Int8)); err != nil || !bytes.Equal(got, []byte{7}) {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
}

func TestArraysThatAreNoRowAreRefused(t *testing.T) {
	row := make([]byte, 12)
	for _, c := range []struct {
		file []byte
		want string // all of the error
	}{
		{npy(dict("<f4", "False", "(3,)"), row[:11]...), `11 bytes of values, but input "x", float32[3], takes 12`},
		{npy(dict("<f4", "False", "(3,)"), append(row, 0)...), `more than the 12 bytes of values that input "x", float32[3], takes`},
		{npy(dict("<f4", "False", "(2, 3)"), row...), `an array of shape (2, 3), but input "x", float32[3], takes one row: save one of several rows, as x[:1]`},
		{npy(dict("<f4", "False", "(1, 1, 3)"), row...), `an array of shape (1, 1, 3), but input "x", float32[3], takes one row: save x.reshape((1, 3))`},
		{npy(dict("<f4", "False", "()"), row...), `an array of shape (), but input "x", float32[3], takes one row`},
		{npy(dict("<i4", "False", "(3,)"), row...), `elements of type int32, but input "x", float32[3], takes float32: save x.astype('float32'), if no value changes by that`},
		{npy(dict("=f4", "False", "(3,)"), row...), `elements of type "=f4" have no byte order: save x.astype('<f4')`},
		{npy(dict("", "False", "(3,)"), row...), `elements of type "" are no numbers that NumPy and models share; input "x", float32[3], takes other ones`},
		{npy(dict("<f4", "Maybe", "(3,)"), row...), `the header is not one that np.save writes: `},
		{npy(dict("<f4", "False", "(99999999999999999999,)"), row...), `the header is not one that np.save writes: `},
		{npy(dict("<f4", "False", "(-3,)"), row...), `the header is not one that np.save writes: `},
		{npy("{'descr': '<f4', 'shape': (3,)}", row...), `the header is not one that np.save writes: `},
		{npy("'descr': '<f4'", row...), `the header is not one that np.save writes: `},
		{nil, "not what np.save writes: the file does not start like a .npy"},
		{[]byte("\x89PNG\r\n\x1a\n"), "not what np.save writes: the file does not start like a .npy"},
		{[]byte(magic + "\x04\x00"), "version 4 of the .npy format, but only 1 to 3 are known"},
		{[]byte(magic), "the file ends within its header"},
		{[]byte(magic + "\x01"), "the file ends within its header"},
		{[]byte(magic + "\x01\x00\x01"), "the file ends within its header"},
		{[]byte(magic + "\x02\x00\x10\x00\x00\x00{"), "the file ends within its header"},
		{[]byte(magic + "\x02\x00\xff\xff\xff\xff{"), "a header of 4294967295 bytes, but none has more than 65536: the file is damaged"},
	} {
		got, err := NPY(bytes.NewReader(c.file), input(t, stages.Float32, 3))
		if got != nil || err == nil || !strings.HasPrefix(err.Error(), c.want) || c.want[len(c.want)-1] != ' ' && err.Error() != c.want {
			t.Errorf("%.60q: got %v, %v\nwant %s", c.file, got, err, c.want)
		}
	}
	if _, err := NPY(bytes.NewReader(npy(dict("<f4", "False", "(2,)"))), input(t, stages.BFloat16, 2)); err == nil || !strings.Contains(err.Error(), "in a .bin") {
		t.Errorf("bfloat16: %v", err)
	}
}

func TestRawIsExactlyOneRow(t *testing.T) {
	want := input(t, stages.Uint16, 2)
	for _, c := range []struct{ data, err string }{
		{"abcd", ""},
		{"abc", `3 bytes of values, but input "x", uint16[2], takes 4`},
		{"", `0 bytes of values, but input "x", uint16[2], takes 4`},
		{"abcde", `more than the 4 bytes of values that input "x", uint16[2], takes`},
	} {
		got, err := Raw(strings.NewReader(c.data), want)
		if c.err == "" && (err != nil || string(got) != c.data) || c.err != "" && (err == nil || err.Error() != c.err) {
			t.Errorf("%q: got %q, %v; want %s", c.data, got, err, c.err)
		}
	}
}

// TestErrorsOfTheFileStay holds that a broken disk is not taken for a broken file.
func TestErrorsOfTheFileStay(t *testing.T) {
	broken := errors.New("broken disk")
	whole := npy(dict("<f4", "False", "(3,)"), make([]byte, 12)...)
	for n := range len(whole) {
		r := io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken))
		if _, err := NPY(r, input(t, stages.Float32, 3)); !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// TestClaimsCostNothing holds that neither a file's header nor a large row makes room for what does not come.
func TestClaimsCostNothing(t *testing.T) {
	large := input(t, stages.Float32, 1<<28)
	files := [][]byte{
		npy(dict("<f4", "False", "(268435456,)"), 1, 2, 3),
		[]byte(magic + "\x02\x00\xff\xff\xff\xff"),
		[]byte(magic + "\x02\x00\xff\xff\x00\x00"),
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, file := range files {
		if _, err := NPY(bytes.NewReader(file), large); err == nil {
			t.Errorf("%.20q is taken", file)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes allocated for files of a few", grown)
	}
}

// FuzzNPY holds that any file gives a row or an error that says something, and that a row is the end of its file.
func FuzzNPY(f *testing.F) {
	names, err := filepath.Glob("testdata/*.npy")
	if err != nil || len(names) == 0 {
		f.Fatalf("no files (%v)", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, want := range []stages.Info{input(t, stages.Float32, 2, 3), input(t, stages.Int8), input(t, stages.BFloat16, 1)} {
			row, err := NPY(bytes.NewReader(file), want)
			switch {
			case err != nil && (row != nil || strings.Contains(err.Error(), "%!") || len(err.Error()) > 1000):
				t.Fatalf("%d bytes with %v", len(row), err)
			case err == nil && (len(row) != want.RowBytes || !bytes.HasSuffix(file, row)):
				t.Fatalf("a row of %d bytes for %+v", len(row), want)
			}
		}
	})
}
