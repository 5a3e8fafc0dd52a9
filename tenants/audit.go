package tenants

import (
	"time"

	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/profile"
)

// Finding says that the answers of an exit agree with the last exit's less often than promised, or that they do again.
type Finding struct {
	Over     bool    // it was found before, and is over
	Exit     int     // whose answers these are; of several that are over, the last to be
	Promised float64 // fraction that agrees, of the samples that stop at the exit
	Observed float64 // the same, of the audited requests since it became so
	Audited  int     // that this was found by
	Raised   float64 // by how much the tenant asks for more accuracy than its objective from now on; 0: by nothing
	Why      string  // the plan is another one, or ""
	Old, New string  // criterion in force before and after
}

const (
	toleratedGap = 0.02 // agreement below the promised that is worth no move
	foundLevel   = 0.01 // probability that something is ever found while all agree as often as promised, of a tenant's exits together
	overLevel    = 0.05 // probability that an exit's drift is ever called over while it is not
)

// auditor holds what early answers are against what the last exit makes of the same requests. A request stops where the
// criterion in force would have it stop, whenever it came: so what is found by one point counts for the next one, and a
// point that was left is still watched.
type auditor struct {
	criterion *criteria.Criterion // that promised is of: the one in force, when it was last asked for
	promised  []profile.Agreement // nil: nothing is
	wagers    []wager             // by exit but the last: that no more disagree than promised
	raised    float64             // accuracy that is asked for beside the objective's
	suspects  []*suspect          // by exit but the last: of what was found; nil: nothing was, or it is over
}

// suspect is an exit whose early answers agreed too seldom, until they do again. They are those of the criterion that was in
// force when that was found: another exit may be found under a safer one, which stops here hardly ever.
type suspect struct {
	criterion *criteria.Criterion
	promised  profile.Agreement
	wager     wager // that as many disagree as was found
}

// enforce holds audits against what a criterion promises from now on. It is predicted when it is asked for: a tenant that is not
// audited pays nothing.
func (a *auditor) enforce(c *criteria.Criterion, e *profile.Evidence) {
	if a.criterion != c && e != nil {
		a.criterion, a.promised = c, e.Agreements(c)
	}
}

// most is the fraction of an exit's answers that may disagree when it is to keep a promise but for a gap.
func most(p *profile.Agreement, gap float64) float64 { return 1 - p.Low + toleratedGap + gap }

// heard takes what all exits have said of a request. Bounded says that more accuracy may be asked for.
func (a *auditor) heard(path []stages.Reading, bounded bool) *Finding {
	if a.wagers == nil {
		a.wagers, a.suspects = make([]wager, len(path)-1), make([]*suspect, len(path)-1)
	}
	if f := a.clear(path); f != nil {
		a.raised = 0
		clear(a.wagers)
		return f
	}
	if a.promised == nil {
		return nil
	}
	at := profile.StopsAt(a.criterion, path)
	if at == len(path) || a.told(at) {
		return nil
	}
	w, p := &a.wagers[at-1], &a.promised[at-1]
	limit := most(p, a.raised)
	if limit >= 1 {
		return nil // too few samples stop here to promise anything
	}
	w.take(path[at-1].Predicted != path[len(path)-1].Predicted, limit, true)
	if w.won() < float64(len(a.wagers))/foundLevel {
		return nil
	}
	return a.find(at, bounded)
}

// told says whether an exit's drift has been found, and nothing more can be done about it.
func (a *auditor) told(exit int) bool {
	return a.raised == 0 && a.suspects[exit-1] != nil
}

// find notes that an exit drifts. An answer that the last exit does not share is at worst one right answer less, so what is
// missing of the exit's agreement is the most that is missing of the accuracy.
func (a *auditor) find(exit int, bounded bool) *Finding {
	agree, of := a.wagers[exit-1].since()
	p := &a.promised[exit-1]
	f := &Finding{Exit: exit, Promised: p.Rate, Observed: float64(agree) / float64(of), Audited: of}
	if a.suspects[exit-1] == nil {
		a.suspects[exit-1] = &suspect{criterion: a.criterion, promised: *p}
	}
	if bounded {
		a.raised = min(1, a.raised+max(toleratedGap, p.Share*(f.Promised-f.Observed)))
		clear(a.wagers) // the claim is another one now
	}
	a.wagers[exit-1] = wager{}
	f.Raised = a.raised
	return f
}

// clear says so when the last exit that drifted keeps its promise again.
func (a *auditor) clear(path []stages.Reading) (f *Finding) {
	left := false
	for i, s := range a.suspects {
		switch {
		case s == nil:
		case s.over(i+1, path):
			agree, of := s.wager.since()
			f = &Finding{Over: true, Exit: i + 1, Promised: s.promised.Rate, Observed: float64(agree) / float64(of), Audited: of}
			a.suspects[i] = nil
		default:
			left = true
		}
	}
	if left {
		return nil
	}
	return f
}

// over says whether the answers of an exit agree again, now that one more path is known.
func (s *suspect) over(exit int, path []stages.Reading) bool {
	if profile.StopsAt(s.criterion, path) != exit {
		return false
	}
	s.wager.take(path[exit-1].Predicted != path[len(path)-1].Predicted, most(&s.promised, 0), false)
	return s.wager.won() >= 1/overLevel
}

// chosen says whether a ticket is audited: by its id, so that nothing of its request has a say in it.
func chosen(id uint64, fraction float64) bool {
	// The finalizer of SplitMix64 (Steele, Lea and Flood 2014) spreads ids, which count, over all numbers.
	h := id * 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return float64((h^h>>31)>>11) < fraction*(1<<53)
}

// Audited takes a ticket that was chosen to be audited when it has come to the last exit, by itself or as a clone, or when its
// clone was given up, and books what the clone took. It says what that has led to, or nil. A tenant whose objective bounds
// the accuracy, and whose answers do not keep their promise, has another plan then.
func (t *Tenant) Audited(k *Ticket, complete bool, busy time.Duration) *Finding {
	t.account.Audit.Busy += busy
	if !complete || len(k.Path) != len(t.config.Model.Segments) {
		return nil
	}
	t.account.Audit.complete(k)
	if k.Criterion != nil && k.Criterion != t.config.Criterion {
		return nil // the request's own
	}
	old := t.config.Criterion
	t.audit.enforce(old, t.config.Evidence)
	f := t.audit.heard(k.Path, t.steers.bounded())
	if f == nil {
		return nil
	}
	if c := t.steers; c != nil {
		point := c.choice.Point
		f.Why = c.raise(t.audit.raised)
		t.resteer(&point)
	}
	f.Old, f.New = old.String(), t.config.Criterion.String()
	return f
}

// Raised is by how much the tenant asks for more accuracy than its objective bounds it, because of what audits have found.
func (t *Tenant) Raised() float64 { return t.audit.raised }

// Promised is how often the answers of each exit should agree with the last exit's under the criterion in force; nil where
// nothing is known of it.
func (t *Tenant) Promised() []profile.Agreement {
	t.audit.enforce(t.config.Criterion, t.config.Evidence)
	return t.audit.promised
}
