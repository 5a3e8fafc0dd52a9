package event

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// observed is a log that takes a level and above, and what it has taken.
func observed(level zapcore.Level) (*Log, *observer.ObservedLogs) {
	core, logs := observer.New(level)
	return NewLog(zap.New(core)), logs
}

func TestEventsKeepTheFormOfALine(t *testing.T) {
	log, logs := observed(zap.InfoLevel)
	Emit(log.Named("edge").Named("tenant"), TenantStopped{Tenant: "camera", Account: Account{Exits: []uint64{3, 4}, Busy: time.Second}})
	Emit(log, NodeStopped{After: time.Minute})
	Emit(log, NodeStopped{Error: errors.New("stuck")})
	var got []string
	for _, e := range logs.All() {
		var keys []string
		for _, f := range e.Context {
			if f.Type != zapcore.SkipType {
				keys = append(keys, f.Key)
			}
		}
		got = append(got, fmt.Sprintf("%s %q %s %v", e.Level, e.LoggerName, e.Message, keys))
	}
	want := []string{
		`info "edge.tenant" tenant.stopped [tenant admitted refused exits expired shed cancelled failed busy lost]`,
		`info "" node.stopped [after]`,
		`info "" node.stopped [after error]`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Names are the types' in other letters, so that who knows one knows the other.
func TestNamesAreThoseOfTheTypes(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range vocabulary {
		var words []string
		for _, r := range reflect.TypeOf(e).Name() {
			if unicode.IsUpper(r) {
				words = append(words, "")
			}
			words[len(words)-1] += string(unicode.ToLower(r))
		}
		name := e.kind().name
		if want := strings.Join(words, "."); name != want {
			t.Errorf("%T is called %s, want %s", e, name, want)
		}
		if seen[name] {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = true
	}
}

// The keys of a line's own fields are not those of the fields that every line has, or readers would see one of the two.
func TestKeysAreFree(t *testing.T) {
	for kind, all := range columns {
		seen := map[string]bool{"level": true, "time": true, "from": true, "event": true}
		for _, c := range all {
			if seen[c.key] {
				t.Errorf("%s: the key %s is taken", kind, c.key)
			}
			seen[c.key] = true
		}
	}
}

// fill sets every field of an event to a value of its own that is found again in the log.
func fill(e Event) (Event, map[string]any) {
	v := reflect.New(reflect.TypeOf(e)).Elem()
	want := map[string]any{}
	for i, c := range columns[v.Type()] {
		var set, logged any
		switch v.FieldByIndex(c.index).Interface().(type) {
		case int:
			set, logged = 100+i, int64(100+i)
		case bool:
			set, logged = true, true
		case uint64:
			set, logged = uint64(200+i), uint64(200+i)
		case ID:
			set, logged = ID(math.MaxUint64-uint64(i)), strconv.FormatUint(math.MaxUint64-uint64(i), 10)
		case float64:
			set, logged = float64(i)/8, float64(i)/8
		case string:
			set, logged = fmt.Sprint("text ", i), fmt.Sprint("text ", i)
		case nil: // an error without a value
			set, logged = fmt.Errorf("error %d", i), fmt.Sprint("error ", i)
		case time.Duration:
			set, logged = time.Duration(i)*time.Second, time.Duration(i)*time.Second
		case []string:
			set, logged = []string{"one", fmt.Sprint(i)}, []any{"one", fmt.Sprint(i)}
		case []int:
			set, logged = []int{1, i}, []any{1, i}
		case []uint64:
			set, logged = []uint64{1, uint64(i)}, []any{uint64(1), uint64(i)}
		case []float64:
			set, logged = []float64{0.5, float64(i)}, []any{0.5, float64(i)}
		case []time.Duration:
			set, logged = []time.Duration{time.Duration(i)}, []any{time.Duration(i)}
		}
		v.FieldByIndex(c.index).Set(reflect.ValueOf(set))
		want[c.key] = logged
	}
	return v.Interface().(Event), want
}

// Every event writes all its fields, and a field can be nothing but a number, a text, a duration, an error or a list of
// them: filling one of another type fails, and so does a type that says more than its fields.
func TestEventsSayTheirFieldsAndNothingElse(t *testing.T) {
	for _, e := range vocabulary {
		filled, want := fill(e)
		encoder := zapcore.NewMapObjectEncoder()
		for _, f := range fields(filled) {
			f.AddTo(encoder)
		}
		if diff := cmp.Diff(want, encoder.Fields); diff != "" {
			t.Errorf("%s:\n%s", e.kind().name, diff)
		}
	}
}

// A number in JSON is a number: what is none, an energy that no profile has for instance, is left out, and so is a list with one.
func TestWhatIsNoNumberIsLeftOut(t *testing.T) {
	for _, c := range []struct {
		energy float64
		shares []float64
		want   []string
	}{
		{math.NaN(), []float64{0.5, 0.5}, []string{"shares"}},
		{math.Inf(1), []float64{0.5, math.NaN()}, nil},
		{0, []float64{math.Inf(-1)}, []string{"energy"}},
		{1, nil, []string{"energy", "shares"}},
	} {
		encoder := zapcore.NewMapObjectEncoder()
		for _, f := range fields(PointChosen{Energy: c.energy, Shares: c.shares}) {
			f.AddTo(encoder)
		}
		var got []string
		for _, key := range []string{"energy", "shares"} {
			if _, ok := encoder.Fields[key]; ok {
				got = append(got, key)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("energy %v, shares %v (-want +got):\n%s", c.energy, c.shares, diff)
		}
	}
}

func TestNoEventHoldsAnythingElse(t *testing.T) {
	for _, bad := range []any{
		struct{ Message []byte }{}, struct{ Tensor []float32 }{}, struct{ Body any }{}, struct{ Code fmt.Stringer }{},
		struct{ Environment map[string]string }{}, struct{ Inner struct{ Text string } }{}, struct{ Next *string }{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T passes for an event", bad)
				}
			}()
			columnsOf(reflect.TypeOf(bad))
		}()
	}
}

// A peer causes what is sampled as often as it likes: five lines a second, and every hundredth.
func TestSampledEventsAreFew(t *testing.T) {
	log, logs := observed(zap.InfoLevel)
	a, b := log.Named("a"), log.Named("b")
	for i := range first + 3*hundredth {
		Emit(a, RequestRefused{ID: ID(i)})
		Emit(a, StageRestarted{Slot: i})
	}
	Emit(a, DoorRefused{})
	Emit(b, RequestRefused{})
	got := map[string]int{}
	for _, e := range logs.All() {
		got[e.LoggerName+" "+e.Message]++
	}
	// A second that begins meanwhile lets five more through.
	if n := got["a request.refused"]; n < first+3 || n > 2*first+3 {
		t.Errorf("%d refusals are logged, want %d", n, first+3)
	}
	delete(got, "a request.refused")
	want := map[string]int{"a stage.restarted": first + 3*hundredth, "a door.refused": 1, "b request.refused": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What is not logged costs nothing.
func TestEventsThatAreOffAreNotBuilt(t *testing.T) {
	log, logs := observed(zap.InfoLevel)
	debug := RequestEnded{Tenant: "camera", App: "127.0.0.1:9000", Reason: "criterion"}
	if n := testing.AllocsPerRun(100, func() { Emit(log, debug) }); n != 0 {
		t.Errorf("an event below the level costs %v allocations", n)
	}
	if On[RequestEnded](log) || !On[RequestRefused](log) {
		t.Error("an info log takes debug events, or none at info")
	}
	quiet, _ := observed(zap.ErrorLevel)
	if n := testing.AllocsPerRun(100, func() { Emit(quiet, RequestRefused{App: "127.0.0.1:9000"}) }); n != 0 {
		t.Errorf("a sampled event below the level costs %v allocations", n)
	}
	if logs.Len() > 0 {
		t.Errorf("logged %v", logs.All())
	}
	refused := RequestRefused{Tenant: "camera", App: "127.0.0.1:9000", Message: "the queue is full"}
	for range first {
		Emit(log, refused)
	}
	if n := testing.AllocsPerRun(hundredth/2, func() { Emit(log, refused) }); n != 0 {
		t.Errorf("an event that is sampled away costs %v allocations", n)
	}
}

func TestTextsAreBoundedAndPrintable(t *testing.T) {
	long := strings.Repeat("x", maxText)
	tests := map[string]string{
		"":                          "",
		"plain":                     "plain",
		"Dělen läuft":               "Dělen läuft",
		"two\nlines":                `two\nlines`,
		"\x1b[31mred\x00":           `\x1b[31mred\x00`,
		"\u202egnp.exe":             `\u202egnp.exe`,
		"\xff\xfe":                  `\xff\xfe`,
		"it's":                      "it's",
		long:                        long,
		long + "y":                  long[:maxText-len(ellipsis)] + ellipsis,
		long[:maxText-1] + "é":      long[:maxText-len(ellipsis)] + ellipsis,
		long[:maxText-4] + "\n":     long[:maxText-4] + `\n`,
		long[:maxText-4] + "\n\n\n": long[:maxText-4] + ellipsis,
	}
	for in, want := range tests {
		if got := printable(in); got != want {
			t.Errorf("printable(%q) = %q, want %q", in, got, want)
		}
	}
	texts := allPrintable(make([]string, maxTexts+2))
	if len(texts) != maxTexts+1 || texts[maxTexts] != ellipsis {
		t.Errorf("a long list has %d texts, the last %q", len(texts), texts[len(texts)-1])
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("plain")
	f.Add("\x1b[2J\xff" + strings.Repeat("ř", maxText))
	f.Fuzz(func(t *testing.T, s string) {
		got := printable(s)
		if len(got) > maxText || !utf8.ValidString(got) || strings.ContainsFunc(got, unprintable) {
			t.Errorf("printable(%q) = %q", s, got)
		}
		if again := printable(got); again != got {
			t.Errorf("printable of %q is %q", got, again)
		}
	})
}

// Whatever texts an event carries, they are bounded and printable in the log.
func TestNoTextPassesUnbounded(t *testing.T) {
	evil := "\x1b[2J" + strings.Repeat("é\n", maxText)
	for _, e := range vocabulary {
		v := reflect.New(reflect.TypeOf(e)).Elem()
		for _, c := range columns[v.Type()] {
			switch f := v.FieldByIndex(c.index); f.Interface().(type) {
			case string:
				f.SetString(evil)
			case nil:
				f.Set(reflect.ValueOf(errors.New(evil)))
			case []string:
				f.Set(reflect.ValueOf([]string{evil}))
			}
		}
		encoder := zapcore.NewMapObjectEncoder()
		for _, f := range fields(v.Interface().(Event)) {
			f.AddTo(encoder)
		}
		for key, x := range encoder.Fields {
			text := fmt.Sprint(x)
			if len(text) > maxText+len("[]") || strings.ContainsFunc(text, unprintable) {
				t.Errorf("%s: %s is %q", e.kind().name, key, text)
			}
		}
	}
}
