package actors

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// sampled is a log for what a peer can cause as often as it likes: of each event the first five in a second, then every
// hundredth. The accounts count them all.
func sampled(l *zap.Logger) *zap.Logger {
	return l.WithOptions(zap.WrapCore(func(c zapcore.Core) zapcore.Core {
		return zapcore.NewSamplerWithOptions(c, time.Second, 5, 100)
	}))
}
