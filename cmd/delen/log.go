package main

import (
	"context"
	"io"
	"log/slog"
	"math"
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
	mostLogged = 1 << 20     // bytes that wait for a reader
	lastLines  = time.Second // that a reader may take for a line, when the node has stopped
)

// newLog makes the log that a configuration asks for, for our events and for what the actor library says. Whoever logs does not
// wait for who reads.
func newLog(c config.Log, w io.Writer) *nodeLog {
	if c.Format == "auto" && terminalSize(w) != nil {
		c.Format = "console"
	}
	l := &nodeLog{level: zap.NewAtomicLevelAt(parseLevel(c.Level))}
	encoder := lineEncoder(c.Format)
	l.queue = newLogQueue(w, mostLogged, func(dropped [logLevels]uint64) []byte {
		var line oneLine
		core := readable(c.Format, zapcore.NewCore(encoder.Clone(), &line, zapcore.DebugLevel))
		event.Emit(event.NewLog(zap.New(core)), event.LogDropped{Debug: dropped[0], Info: dropped[1], Warn: dropped[2], Error: dropped[3]})
		return line
	})
	core := readable(c.Format, queued{l.level, encoder, l.queue})
	l.Log, l.library = event.NewLog(zap.New(core)), libraryLog(core)
	return l
}

// text writes what is no event: lines for people.
func (l *nodeLog) text() io.Writer { return logText{l.queue, levelIndex(zapcore.WarnLevel)} }

// setLevel has the log take events of a level and above.
func (l *nodeLog) setLevel(level string) { l.level.SetLevel(parseLevel(level)) }

// close writes what waits, as far as somebody reads it.
func (l *nodeLog) close() { l.queue.close(lastLines) }

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

// oneLine is the line that an encoder writes.
type oneLine []byte

func (l *oneLine) Write(b []byte) (int, error) { *l = append(*l, b...); return len(b), nil }

// Sync implements zapcore.WriteSyncer.
func (l *oneLine) Sync() error { return nil }

// queued is a core that has lines written by a queue.
type queued struct {
	zapcore.LevelEnabler
	encoder zapcore.Encoder
	queue   *logQueue
}

// With implements zapcore.Core.
func (q queued) With(fields []zapcore.Field) zapcore.Core {
	own := queued{q.LevelEnabler, q.encoder.Clone(), q.queue}
	for _, f := range fields {
		f.AddTo(own.encoder)
	}
	return own
}

// Check implements zapcore.Core.
func (q queued) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if q.Enabled(e.Level) {
		return c.AddCore(e, q)
	}
	return c
}

// Write implements zapcore.Core.
func (q queued) Write(e zapcore.Entry, fields []zapcore.Field) error {
	line, err := q.encoder.EncodeEntry(e, fields)
	if err != nil {
		return err
	}
	q.queue.add(levelIndex(e.Level), slices.Clone(line.Bytes()))
	line.Free()
	return nil
}

// Sync implements zapcore.Core.
func (q queued) Sync() error { return nil }

// lineEncoder writes lines in a format of the configuration.
func lineEncoder(format string) zapcore.Encoder {
	form := zap.NewProductionEncoderConfig()
	form.TimeKey, form.MessageKey, form.NameKey = "time", "event", "from"
	form.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	form.EncodeDuration = zapcore.SecondsDurationEncoder
	if format == "console" {
		form.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		form.EncodeDuration = zapcore.StringDurationEncoder
		return zapcore.NewConsoleEncoder(form)
	}
	return zapcore.NewJSONEncoder(form)
}

// readable is a core that writes numbers as the readers of a format want them.
func readable(format string, core zapcore.Core) zapcore.Core {
	if format == "console" {
		return rounding{core}
	}
	return core
}

// rounding writes numbers as people read them, with four digits.
type rounding struct{ zapcore.Core }

// With implements zapcore.Core.
func (r rounding) With(fields []zapcore.Field) zapcore.Core {
	return rounding{r.Core.With(roundedFields(fields))}
}

// Check implements zapcore.Core.
func (r rounding) Check(e zapcore.Entry, c *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if r.Enabled(e.Level) {
		return c.AddCore(e, r)
	}
	return c
}

// Write implements zapcore.Core.
func (r rounding) Write(e zapcore.Entry, fields []zapcore.Field) error {
	return r.Core.Write(e, roundedFields(fields))
}

func roundedFields(fields []zapcore.Field) []zapcore.Field {
	all := slices.Clone(fields)
	for i, f := range all {
		if f.Type == zapcore.Float64Type {
			all[i] = zap.Float64(f.Key, fourDigits(math.Float64frombits(uint64(f.Integer))))
		}
	}
	return all
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
