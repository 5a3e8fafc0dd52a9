package event

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"go.uber.org/zap"
)

// A form is how fields of one Go type are written.
type form struct {
	unit  string // for the documentation
	write func(key string, v reflect.Value) zap.Field
}

// forms are all types that a field can have. None of them can hold a message or a tensor.
var forms = map[reflect.Type]form{
	reflect.TypeFor[int](): {"number", func(key string, v reflect.Value) zap.Field {
		return zap.Int64(key, v.Int())
	}},
	reflect.TypeFor[bool](): {"true or false", func(key string, v reflect.Value) zap.Field {
		return zap.Bool(key, v.Bool())
	}},
	reflect.TypeFor[uint64](): {"number", func(key string, v reflect.Value) zap.Field {
		return zap.Uint64(key, v.Uint())
	}},
	reflect.TypeFor[ID](): {"text, a number", func(key string, v reflect.Value) zap.Field {
		return zap.String(key, strconv.FormatUint(v.Uint(), 10))
	}},
	reflect.TypeFor[float64](): {"number", func(key string, v reflect.Value) zap.Field {
		if !finite(v.Float()) {
			return zap.Skip()
		}
		return zap.Float64(key, v.Float())
	}},
	reflect.TypeFor[time.Duration](): {"seconds", func(key string, v reflect.Value) zap.Field {
		return zap.Duration(key, time.Duration(v.Int()))
	}},
	reflect.TypeFor[string](): {"text", func(key string, v reflect.Value) zap.Field {
		return zap.String(key, printable(v.String()))
	}},
	reflect.TypeFor[error](): {"text, if any", func(key string, v reflect.Value) zap.Field {
		if v.IsNil() {
			return zap.Skip()
		}
		return zap.String(key, printable(v.Interface().(error).Error()))
	}},
	reflect.TypeFor[[]string](): {"list of texts", func(key string, v reflect.Value) zap.Field {
		return zap.Strings(key, allPrintable(v.Interface().([]string)))
	}},
	reflect.TypeFor[[]int](): {"list of numbers", func(key string, v reflect.Value) zap.Field {
		return zap.Ints(key, v.Interface().([]int))
	}},
	reflect.TypeFor[[]uint64](): {"list of numbers", func(key string, v reflect.Value) zap.Field {
		return zap.Uint64s(key, v.Interface().([]uint64))
	}},
	reflect.TypeFor[[]float64](): {"list of numbers", func(key string, v reflect.Value) zap.Field {
		numbers := v.Interface().([]float64)
		if !allFinite(numbers) {
			return zap.Skip()
		}
		return zap.Float64s(key, numbers)
	}},
	reflect.TypeFor[[]time.Duration](): {"list of seconds", func(key string, v reflect.Value) zap.Field {
		return zap.Durations(key, v.Interface().([]time.Duration))
	}},
}

// A column is one field of an event type.
type column struct {
	key   string
	index []int
	form  form
}

// columns are those of every event type, made once.
var columns = func() map[reflect.Type][]column {
	all := map[reflect.Type][]column{}
	for _, e := range vocabulary {
		t := reflect.TypeOf(e)
		all[t] = columnsOf(t)
	}
	return all
}()

func columnsOf(t reflect.Type) []column {
	var all []column
	for _, f := range reflect.VisibleFields(t) {
		if f.Anonymous {
			continue // its fields follow
		}
		form, ok := forms[f.Type]
		if !ok {
			panic(fmt.Sprintf("event: field %s of %s is a %s, which no event may hold", f.Name, t, f.Type))
		}
		all = append(all, column{key: strings.ToLower(f.Name), index: f.Index, form: form})
	}
	return all
}

// fields are an event's, in the order of its type.
func fields(e Event) []zap.Field {
	v := reflect.ValueOf(e)
	of := columns[v.Type()]
	all := make([]zap.Field, len(of))
	for i, c := range of {
		all[i] = c.form.write(c.key, v.FieldByIndex(c.index))
	}
	return all
}

// finite reports whether JSON has a number for it. One that is not known is a NaN, which would be written as a text.
func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// allFinite does the same for a list: without one of its numbers the others would be of other exits.
func allFinite(numbers []float64) bool {
	return !slices.ContainsFunc(numbers, func(f float64) bool { return !finite(f) })
}

// What a text, and a list of texts, may take of a line.
const (
	maxText  = 512 // bytes
	maxTexts = 64
)

// ellipsis ends what was cut off.
const ellipsis = "…"

// printable is a text with every character escaped that could move a terminal's cursor or pass for another line, and cut
// off at maxText bytes.
func printable(s string) string {
	if len(s) <= maxText && strings.IndexFunc(s, unprintable) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		part := s[:size]
		switch {
		case r == utf8.RuneError && size == 1:
			part = fmt.Sprintf(`\x%02x`, s[0])
		case unprintable(r):
			part = strings.Trim(fmt.Sprintf("%+q", r), "'")
		}
		room := maxText - b.Len() - len(part)
		if room < 0 || room < len(ellipsis) && len(s) > size {
			return b.String() + ellipsis
		}
		b.WriteString(part)
		s = s[size:]
	}
	return b.String()
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// allPrintable does the same for a list, of which it keeps the first maxTexts.
func allPrintable(texts []string) []string {
	out := make([]string, 0, min(len(texts), maxTexts+1))
	for i, s := range texts {
		if i == maxTexts {
			return append(out, ellipsis)
		}
		out = append(out, printable(s))
	}
	return out
}
