package array

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/delen-edge/delen/stages"
)

// magic begins every .npy file.
const magic = "\x93NUMPY"

// maxHeader bounds the text of a header, which takes about a hundred bytes.
const maxHeader = 1 << 16

// NPY reads a row from a stream in the format of NumPy's .npy files, versions 1 to 3: an array of the type and the shape of
// want, with or without a leading 1, in C order and little endian. The error of an array that differs says how to make it
// fit in NumPy.
func NPY(r io.Reader, want stages.Info) ([]byte, error) {
	text, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	h, err := parseHeader(text)
	if err != nil {
		return nil, err
	}
	if err := h.fits(want); err != nil {
		return nil, err
	}
	return Raw(r, want)
}

// readHeader returns the text between the magic and the values.
func readHeader(r io.Reader) (string, error) {
	var start [len(magic) + 2]byte
	if _, err := io.ReadFull(r, start[:]); err != nil && !ended(err) {
		return "", err
	} else if string(start[:len(magic)]) != magic {
		return "", errors.New("not what np.save writes: the file does not start like a .npy")
	} else if err != nil {
		return "", errShort
	}
	size := uint32(0)
	var err error
	switch version := start[len(magic)]; version {
	case 1:
		var short uint16
		err = binary.Read(r, binary.LittleEndian, &short)
		size = uint32(short)
	case 2, 3:
		err = binary.Read(r, binary.LittleEndian, &size)
	default:
		return "", fmt.Errorf("version %d of the .npy format, but only 1 to 3 are known", version)
	}
	if size > maxHeader {
		return "", fmt.Errorf("a header of %d bytes, but none has more than %d: the file is damaged", size, maxHeader)
	}
	text := make([]byte, size)
	if err == nil {
		_, err = io.ReadFull(r, text)
	}
	if ended(err) {
		return "", errShort
	}
	return string(text), err
}

var errShort = errors.New("the file ends within its header")

func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// header says what array a file holds, in NumPy's words.
type header struct {
	descr   string // the type with its byte order, such as "<f4"
	fortran bool   // the first index runs fastest
	shape   []int64
}

// entry is one entry of the header's Python dictionary, at its start.
var entry = regexp.MustCompile(`^\s*['"](descr|fortran_order|shape)['"]\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,]*\)|\[.*\])\s*(,|$)`)

// parseHeader reads the dictionary.
func parseHeader(text string) (header, error) {
	bad := fmt.Errorf("the header is not one that np.save writes: %.100q", text)
	body, opened := strings.CutPrefix(strings.TrimSpace(text), "{")
	body, closed := strings.CutSuffix(body, "}")
	if !opened || !closed {
		return header{}, bad
	}
	values := map[string]string{}
	for strings.TrimSpace(body) != "" {
		m := entry.FindStringSubmatch(body)
		if m == nil {
			return header{}, bad
		}
		values[m[1]] = m[2]
		body = body[len(m[0]):]
	}
	descr, order, shape := values["descr"], values["fortran_order"], values["shape"]
	if strings.HasPrefix(descr, "[") {
		return header{}, errors.New("the array has fields: save the one that is the input, as in x['name']")
	}
	if !strings.ContainsAny(descr, `'"`) || order != "True" && order != "False" || !strings.HasPrefix(shape, "(") {
		return header{}, bad
	}
	extents, ok := parseShape(shape)
	if !ok {
		return header{}, bad
	}
	return header{descr: strings.Trim(descr, `'"`), fortran: order == "True", shape: extents}, nil
}

// parseShape reads a Python tuple of whole numbers.
func parseShape(tuple string) ([]int64, bool) {
	var shape []int64
	for extent := range strings.SplitSeq(strings.Trim(tuple, "()"), ",") {
		if extent = strings.TrimSpace(extent); extent == "" {
			continue // what follows the comma of (3,)
		}
		n, err := strconv.ParseInt(extent, 10, 64)
		if err != nil {
			return nil, false
		}
		shape = append(shape, n)
	}
	return shape, true
}

// types are the element types by NumPy's codes. bfloat16 is not among NumPy's own.
var types = map[string]stages.DType{
	"f2": stages.Float16, "f4": stages.Float32, "f8": stages.Float64, "b1": stages.Bool,
	"u1": stages.Uint8, "u2": stages.Uint16, "u4": stages.Uint32, "u8": stages.Uint64,
	"i1": stages.Int8, "i2": stages.Int16, "i4": stages.Int32, "i8": stages.Int64,
}

// fits reports how the array differs from the row that is wanted.
func (h header) fits(want stages.Info) error {
	order, code := "", h.descr
	if code != "" {
		order, code = code[:1], code[1:]
	}
	t, known := types[code]
	switch {
	case !known:
		return fmt.Errorf("elements of type %.20q are no numbers that NumPy and models share; %s takes other ones", h.descr, describe(want))
	case t != want.Type && want.Type == stages.BFloat16:
		return fmt.Errorf("elements of type %s, and NumPy has no bfloat16: give %s as bare bytes in a .bin", t, describe(want))
	case t != want.Type:
		return fmt.Errorf("elements of type %s, but %s takes %s: save x.astype('%s'), if no value changes by that", t, describe(want), want.Type, want.Type)
	case !oneRow(h.shape, want.Shape):
		return fmt.Errorf("an array of shape %s, but %s takes one row%s", shown(h.shape), describe(want), h.remedy(want))
	case h.fortran:
		return errors.New("the array is in Fortran order: save np.ascontiguousarray(x)")
	case order == ">" && t.Size() > 1:
		return fmt.Errorf("the array is big endian: save x.astype('<%s')", code)
	case order != "<" && order != "|" && t.Size() > 1:
		return fmt.Errorf("elements of type %.20q have no byte order: save x.astype('<%s')", h.descr, code)
	}
	return nil
}

// remedy says what makes a row of an array of another shape, if anything does.
func (h header) remedy(want stages.Info) string {
	row := append([]int64{1}, want.Shape...)
	long := func(shape []int64) []int64 {
		return slices.DeleteFunc(slices.Clone(shape), func(n int64) bool { return n == 1 })
	}
	has, wants := long(h.shape), long(row)
	switch {
	case slices.Equal(has, wants):
		return fmt.Sprintf(": save x.reshape(%s)", shown(row))
	case len(h.shape) == len(row) && slices.Equal(h.shape[1:], want.Shape):
		return ": save one of several rows, as x[:1]"
	case slices.Equal(slices.Sorted(slices.Values(has)), slices.Sorted(slices.Values(wants))):
		return ": save it with its axes in that order, by x.transpose(...)"
	}
	return ""
}

// oneRow compares a shape with a row's, which may have a leading 1.
func oneRow(shape, row []int64) bool {
	if len(shape) == len(row)+1 && shape[0] == 1 {
		shape = shape[1:]
	}
	return slices.Equal(shape, row)
}

// shown is a shape as Python writes it.
func shown(shape []int64) string {
	list := make([]string, min(len(shape), 8))
	for i := range list {
		list[i] = strconv.FormatInt(shape[i], 10)
	}
	switch {
	case len(shape) > len(list):
		return "(" + strings.Join(list, ", ") + ", ...)"
	case len(shape) == 1:
		return "(" + list[0] + ",)"
	}
	return "(" + strings.Join(list, ", ") + ")"
}
