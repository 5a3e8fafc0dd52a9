package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
)

// nodeLog is the log of a node: what writes its events, and what can be done about it.
type nodeLog struct {
	*event.Log
	library slog.Handler // of the actor library
	level   zap.AtomicLevel
	queue   *logQueue
}

// The log of a node.
const (
	mostLogged = 1 << 20         // bytes that wait for a reader
	lastLine   = time.Second     // that a reader may take for a line, when the node has stopped
	lastLines  = 3 * time.Second // and for all of them
)

// newLog makes the log that a configuration asks for, for our events and for what the actor library says. Whoever logs does not
// wait for who reads.
func newLog(c config.Log, w io.Writer) *nodeLog {
	if c.Format == "auto" && terminalSize(w) != nil {
		c.Format = "console"
	}
	l := &nodeLog{level: zap.NewAtomicLevelAt(parseLevel(c.Level))}
	core := func(level zapcore.LevelEnabler, write func(int, []byte)) zapcore.Core {
		if c.Format == "console" {
			return spoken{LevelEnabler: level, columns: columnsOf(w), write: write}
		}
		return written{level, lineEncoder(), write}
	}
	l.queue = newLogQueue(w, mostLogged, func(dropped [logLevels]uint64) (line []byte) {
		log := event.NewLog(zap.New(core(zapcore.DebugLevel, func(_ int, text []byte) { line = text })))
		event.Emit(log, event.LogDropped{Debug: dropped[0], Info: dropped[1], Warn: dropped[2], Error: dropped[3]})
		return line
	})
	queued := core(l.level, l.queue.add)
	l.Log, l.library = event.NewLog(zap.New(queued)), libraryLog(queued)
	return l
}

// text writes what is no event: lines for people.
func (l *nodeLog) text() io.Writer { return logText{l.queue, levelIndex(zapcore.WarnLevel)} }

// setLevel has the log take events of a level and above.
func (l *nodeLog) setLevel(level string) { l.level.SetLevel(parseLevel(level)) }

// close writes what waits, as far as somebody reads it.
func (l *nodeLog) close() { l.queue.close(lastLine, lastLines) }

func parseLevel(level string) zapcore.Level {
	l, err := zapcore.ParseLevel(level)
	if err != nil {
		return zapcore.InfoLevel // config has checked it
	}
	return l
}

// levelIndex is the place of a level in a queue.
func levelIndex(l zapcore.Level) int {
	return int(min(max(l, zapcore.DebugLevel), zapcore.ErrorLevel) - zapcore.DebugLevel)
}

// written is a core that writes for programs, as its encoder does.
type written struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	write   func(level int, line []byte)
}

// With implements zapcore.Core.
func (w written) With(fields []zapcore.Field) zapcore.Core {
	own := written{w.LevelEnabler, w.encoder.Clone(), w.write}
	for _, f := range fields {
		f.AddTo(own.encoder)
	}
	return own
}

// Check implements zapcore.Core.
func (w written) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if w.Enabled(e.Level) {
		return c.AddCore(e, w)
	}
	return c
}

// Write implements zapcore.Core.
func (w written) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line, err := w.encoder.EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	w.write(levelIndex(e.Level), slices.Clone(line.Bytes()))
	line.Free()
	return nil
}

// Sync implements zapcore.Core.
func (w written) Sync() error { return nil }

// lineEncoder writes lines for programs.
func lineEncoder() zapcore.Encoder {
	form := zap.NewProductionEncoderConfig()
	form.TimeKey, form.MessageKey, form.NameKey = "time", "event", "from"
	form.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	form.EncodeDuration = zapcore.SecondsDurationEncoder
	return zapcore.NewJSONEncoder(form)
}

// spoken is a core that writes for people: the time of the day, and fields as name=value, with numbers of four digits. Lines are
// folded to the columns of the screen.
type spoken struct {
	zapcore.LevelEnabler
	fields  []zapcore.Field // of every entry
	columns int
	write   func(level int, line []byte)
}

// With implements zapcore.Core.
func (s spoken) With(fields []zapcore.Field) zapcore.Core {
	s.fields = append(slices.Clip(s.fields), fields...)
	return s
}

// Check implements zapcore.Core.
func (s spoken) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if s.Enabled(e.Level) {
		return c.AddCore(e, s)
	}
	return c
}

// Write implements zapcore.Core.
func (s spoken) Write(e zapcore.Entry, fields []zapcore.Field) error {
	words := []string{e.Time.Format("15:04:05.000"), fmt.Sprintf("%-5s", e.Level)}
	if e.LoggerName != "" {
		words = append(words, e.LoggerName)
	}
	words = append(words, e.Message)
	for _, f := range slices.Concat(s.fields, fields) {
		if value := spokenValue(f); value != "" {
			words = append(words, f.Key+"="+value)
		}
	}
	s.write(levelIndex(e.Level), []byte(fold(strings.Join(words, " "), s.columns, 2)+"\n"))
	return nil
}

// Sync implements zapcore.Core.
func (s spoken) Sync() error { return nil }

// spokenValue is a field's value for people, in quotes where it would not stand alone; "" when there is none.
func spokenValue(f zapcore.Field) string {
	values := zapcore.NewMapObjectEncoder()
	f.AddTo(values)
	value, ok := values.Fields[f.Key]
	if !ok {
		return ""
	}
	text := spokenText(value)
	if text == "" || strings.ContainsAny(text, " \"=") && !strings.HasPrefix(text, "[") {
		return strconv.Quote(text)
	}
	return text
}

func spokenText(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(fourDigits(v), 'g', -1, 64)
	case time.Duration:
		return rounded(v).String()
	case []any:
		all := make([]string, len(v))
		for i, each := range v {
			all[i] = spokenText(each)
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return fmt.Sprint(value)
}

func fourDigits(x float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if err != nil {
		return x
	}
	return short
}

// libraryLog is where the actor library logs to: the same place, under the name "actors".
func libraryLog(core zapcore.Core) slog.Handler {
	const never = slog.Level(127)
	return demoted{zapslog.NewHandler(core, zapslog.WithName("actors"), zapslog.AddStacktraceAt(never))}
}

// demoted takes one step of importance from every record. To the library an app that leaves is an error and one that
// comes is news; to the operator the node's own events tell both, and these are details.
type demoted struct{ slog.Handler }

const step = slog.LevelWarn - slog.LevelInfo

// Enabled implements slog.Handler.
func (d demoted) Enabled(ctx context.Context, l slog.Level) bool {
	return d.Handler.Enabled(ctx, l-step)
}

// Handle implements slog.Handler.
func (d demoted) Handle(ctx context.Context, r slog.Record) error {
	r.Level -= step
	if strings.HasPrefix(r.Message, "Endpoint") {
		r.Level = slog.LevelDebug // connections: app.connected and app.lost tell
	}
	if !d.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return d.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (d demoted) WithAttrs(attrs []slog.Attr) slog.Handler {
	return demoted{d.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (d demoted) WithGroup(name string) slog.Handler { return demoted{d.Handler.WithGroup(name)} }
