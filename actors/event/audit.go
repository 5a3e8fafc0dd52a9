package event

// Audit is how the answers of an exit agree with those of the last one.
type Audit struct {
	Tenant   string    // whose answers they are
	Exit     int       // that gave them, from 1
	Promised float64   // fraction that agrees, of the profile's samples that stop there
	Observed float64   // fraction that agrees, of the answers since it became so
	Audited  int       // answers of which this was observed
	Raised   float64   // fraction by which the tenant asks for more accuracy than its objective now
	Old      string    // criterion before
	New      string    // criterion, which is a safer one if the objective bounds the accuracy
	Coverage []float64 // fraction of the chosen answers that were audited: where their requests waited for less than a tenth of their time, less than half, and longer
}

// AuditFound says that the answers of an exit agree with the last exit's less often than the profile promises: what is asked
// may be unlike the profile's samples. A tenant whose objective bounds the accuracy moves to a safer point.
type AuditFound struct{ Audit }

func (AuditFound) kind() kind { return kind{"audit.found", warn, always} }

// AuditOver says that what audits had found is over, and that the tenant is back at the point of its objective.
type AuditOver struct{ Audit }

func (AuditOver) kind() kind { return kind{"audit.over", info, always} }
