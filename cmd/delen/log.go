package main

import (
	"context"
	"io"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
)

// newLog makes the log that a configuration asks for, for our events and for what the actor library says.
func newLog(c config.Log, w io.Writer) (*event.Log, slog.Handler) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		level = zapcore.InfoLevel // config has checked it
	}
	form := zap.NewProductionEncoderConfig()
	form.TimeKey, form.MessageKey, form.NameKey = "time", "event", "from"
	form.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	form.EncodeDuration = zapcore.SecondsDurationEncoder
	encoder := zapcore.NewJSONEncoder(form)
	if c.Format == "console" {
		form.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
		form.EncodeDuration = zapcore.StringDurationEncoder
		encoder = zapcore.NewConsoleEncoder(form)
	}
	core := zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), level)
	if c.Format == "console" {
		core = rounding{core}
	}
	return event.NewLog(zap.New(core)), libraryLog(core)
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
