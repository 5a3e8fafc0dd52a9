// Package event is the vocabulary of a node's log: one type for each event, and nothing else is logged.
//
// A node is operated through its log, so the names and fields of its events are a contract with those who watch it. An
// event is a struct: its name, its level and whether it is sampled belong to the type, its fields are the fields of the
// log line. Their keys are the field names in lower case, their comments say what they are; docs/events.md is made from
// both. The vocabulary has a version, which [NodeReady] carries. Within a version events and fields are only added; a change
// of meaning, a new name for an old thing or the loss of one is a new version.
//
// No event has room for a message, a tensor or an environment: fields are numbers, texts, durations, errors, and lists
// of these. Whatever a text holds, it reaches the log bounded and printable, since many a text comes from a peer.
package event

import (
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// Version is the version of the vocabulary. In version 1 the ids of requests were numbers.
const Version = 2

// Event is something that the log can say. Only this package has events.
type Event interface{ kind() kind }

// kind is what all events of a type have in common.
type kind struct {
	name    string
	level   zapcore.Level
	sampled bool // because a peer can cause it as often as it likes
}

// Kinds in words.
const (
	debug = zapcore.DebugLevel
	info  = zapcore.InfoLevel
	warn  = zapcore.WarnLevel
	fail  = zapcore.ErrorLevel

	always  = false
	sampled = true
)

// Of a sampled event a log takes the first few in a second, and then every so manieth. The accounts count them all.
const (
	first     = 5
	hundredth = 100
)

// Log is where the events of one part of a node go. It may be used by many goroutines at once.
type Log struct {
	plain *zap.Logger
	hot   func() *zap.Logger // samples; made on first use, for its counters are large and most parts never need them
	quiet *atomic.Bool       // of all parts of a node
}

// NewLog makes a log of events that writes to another one.
func NewLog(to *zap.Logger) *Log { return newLog(to, new(atomic.Bool)) }

func newLog(to *zap.Logger, quiet *atomic.Bool) *Log {
	return &Log{plain: to, quiet: quiet, hot: sync.OnceValue(func() *zap.Logger {
		return to.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
			return zapcore.NewSamplerWithOptions(c, time.Second, first, hundredth)
		}))
	})}
}

// Named is the log of a part, whose name is added to the log's own after a dot. Its sampling counts by itself.
func (l *Log) Named(part string) *Log { return newLog(l.plain.Named(part), l.quiet) }

// Node is the log of a node, which Silence silences with all its parts.
func (l *Log) Node(name string) *Log { return newLog(l.plain.Named(name), new(atomic.Bool)) }

// Silence ends a node's log: what has never served has nothing to say of how it ends.
func (l *Log) Silence() { l.quiet.Store(true) }

// On reports whether the log takes events of this type at all. Who has to work for an event's fields asks first.
func On[E Event](l *Log) bool {
	var e E
	return l.plain.Core().Enabled(e.kind().level)
}

// Emit logs an event. One that is below the log's level, or is sampled away, costs no memory.
func Emit[E Event](l *Log, e E) {
	k := e.kind()
	if !l.plain.Core().Enabled(k.level) || l.quiet.Load() {
		return
	}
	to := l.plain
	if k.sampled {
		to = l.hot()
	}
	if entry := to.Check(k.level, k.name); entry != nil {
		entry.Write(fields(e)...)
	}
}
