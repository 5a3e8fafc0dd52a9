package main

import (
	"fmt"
	"time"

	"github.com/delen-edge/delen/actors/wire"
)

// auditsWidth is that of the audits, where anybody is audited.
const auditsWidth = 10

// audited is how many audited answers the last exit agrees with, of how many it has been heard, and how many were chosen;
// with a mark when the tenant has moved to a safer point.
func audited(a *wire.Audit) string {
	if a == nil {
		return ""
	}
	mark := " "
	if a.GetRaised() > 0 {
		mark = "*"
	}
	return fmt.Sprintf("%d/%d/%d", sum(a.GetAgreed()), sum(a.GetExits()), sum(a.GetChosen())) + mark
}

// auditJSON is what was audited as JSON. Its names are a promise to scripts.
type auditJSON struct {
	Chosen   crowdsJSON `json:"chosen"`
	Complete crowdsJSON `json:"complete"`
	Exits    []uint64   `json:"exits"`
	Agreed   []uint64   `json:"agreed"`
	Promised []*float64 `json:"promised,omitempty"`
	BusyS    float64    `json:"busy_s"`
	Raised   float64    `json:"raised"`
}

// crowdsJSON counts by how long requests had waited.
type crowdsJSON struct {
	Calm    uint64 `json:"calm"`
	Brisk   uint64 `json:"brisk"`
	Crowded uint64 `json:"crowded"`
}

func newAuditJSON(a *wire.Audit) *auditJSON {
	if a == nil {
		return nil
	}
	j := &auditJSON{
		Chosen: newCrowdsJSON(a.GetChosen()), Complete: newCrowdsJSON(a.GetComplete()), Exits: a.GetExits(), Agreed: a.GetAgreed(),
		BusyS: time.Duration(a.GetBusyNs()).Seconds(), Raised: a.GetRaised(),
	}
	for _, p := range a.GetPromised() {
		j.Promised = append(j.Promised, finite(p))
	}
	return j
}

// newCrowdsJSON takes what a node sends: a later one may tell more apart, an earlier one fewer.
func newCrowdsJSON(counts []uint64) (j crowdsJSON) {
	for i, to := range []*uint64{&j.Calm, &j.Brisk, &j.Crowded} {
		if i < len(counts) {
			*to = counts[i]
		}
	}
	return j
}
