package event

// LogDropped says how many lines the log has lost before this one, because nobody read them or nothing could be written. The
// least important are dropped first. The accounts in [TenantStopped] miss nothing.
type LogDropped struct {
	Debug uint64 // lines of that level
	Info  uint64 // lines of that level
	Warn  uint64 // lines of that level
	Error uint64 // lines of that level
}

func (LogDropped) kind() kind { return kind{"log.dropped", warn, always} }
