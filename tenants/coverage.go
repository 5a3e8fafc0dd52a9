package tenants

import "time"

// Crowd is how long a request waited, of the time that it was in the house: how busy that was.
type Crowd uint8

const (
	// Calm is less than a tenth.
	Calm Crowd = iota
	// Brisk is less than half.
	Brisk
	// Crowded is half or more.
	Crowded
	crowds = iota
)

var crowdNames = [crowds]string{"calm", "brisk", "crowded"}

// String is the crowd's name in logs.
func (c Crowd) String() string { return crowdNames[c] }

// crowdOf is how busy the house was for a ticket that took so long.
func crowdOf(response, busy time.Duration) Crowd {
	switch waited := response - busy; {
	case 10*waited < response:
		return Calm
	case 2*waited < response:
		return Brisk
	}
	return Crowded
}

// Audit is what audits have come to: how many of the answers that were chosen were held against the last exit's, by how busy
// the house was when they ended, and what was found.
type Audit struct {
	Chosen   [crowds]uint64 // answers of earlier exits than the last one that were to be audited
	Complete [crowds]uint64 // of these, those of which the last exit has been heard
	Exits    []uint64       // the same by exit; Exits[0] counts exit 1
	Agreed   []uint64       // of these, those that the last exit agrees with
	Busy     time.Duration  // that this took, which is not part of Account.Busy
}

// chose books a chosen ticket that was answered.
func (a *Audit) chose(k *Ticket, response time.Duration) {
	k.Answered, k.Crowd = k.Exit, crowdOf(response, k.Busy)
	a.Chosen[k.Crowd]++
}

// complete books a chosen ticket that has been to the last exit.
func (a *Audit) complete(k *Ticket) {
	if k.Answered == 0 {
		return
	}
	a.Complete[k.Crowd]++
	a.Exits[k.Answered-1]++
	if k.Path[k.Answered-1].Predicted == k.Path[len(k.Path)-1].Predicted {
		a.Agreed[k.Answered-1]++
	}
}

// Coverage is the fraction of the chosen answers that were audited, by Crowd; 1 where none was chosen.
func (a *Audit) Coverage() []float64 {
	all := make([]float64, crowds)
	for i := range all {
		if all[i] = 1; a.Chosen[i] > 0 {
			all[i] = float64(a.Complete[i]) / float64(a.Chosen[i])
		}
	}
	return all
}

// since is what has come since an earlier account. It shares nothing with either.
func (a *Audit) since(b *Audit) Audit {
	d := Audit{Busy: a.Busy - b.Busy, Exits: make([]uint64, len(a.Exits)), Agreed: make([]uint64, len(a.Exits))}
	for i := range d.Chosen {
		d.Chosen[i], d.Complete[i] = a.Chosen[i]-b.Chosen[i], a.Complete[i]-b.Complete[i]
	}
	for i := range d.Exits {
		d.Exits[i], d.Agreed[i] = a.Exits[i]-b.Exits[i], a.Agreed[i]-b.Agreed[i]
	}
	return d
}
