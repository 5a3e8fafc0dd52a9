package actors

import (
	"errors"
	"math"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/criteria"
	"github.com/delen-edge/delen/scheduler"
	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/tenants"
)

// answer is what an app gets for a ticket that has an answer.
func (g *guest) answer(now time.Duration, r *request, e scheduler.End) *wire.Inferred {
	k := e.Ticket
	response := now - k.Arrived
	a := &wire.Inferred{
		Id: r.name.id, Exit: uint32(k.Exit), Reason: wireReasons[e.Reason], Predicted: int32(k.Reading.Predicted),
		Confidence: k.Reading.Confidence, Entropy: k.Reading.Entropy, Margin: k.Reading.Margin,
		ResponseNs: int64(response), QueueNs: int64(max(0, response-k.Busy)), BusyNs: int64(k.Busy),
		EnergyJ: k.Seen[criteria.Energy], EnergySource: g.source, Flops: k.Seen[criteria.FLOPs], CriterionVersion: k.Version,
	}
	if math.IsNaN(a.EnergyJ) {
		a.EnergySource = wire.Source_NONE
	}
	if r.own {
		a.CriterionVersion, a.Unmet = 0, r.unmet
	}
	if k.Reading.Predicted < len(g.labels) {
		a.Label = g.labels[k.Reading.Predicted]
	}
	if r.wants {
		model := g.backend.Model()
		t := k.Carry.Tensors[model.Segments[k.Exit-1].Exit]
		a.Outputs = []*wire.Tensor{{
			Name: t.Info.Name, Dtype: wire.DType(t.Info.Type), Shape: append([]int64{1}, t.Info.Shape...),
			Data: append([]byte(nil), t.Data...),
		}}
	}
	return a
}

var wireReasons = map[tenants.Reason]wire.Reason{
	tenants.ByCriterion: wire.Reason_CRITERION,
	tenants.ByLastExit:  wire.Reason_LAST_EXIT,
	tenants.ByDeadline:  wire.Reason_DEADLINE,
	tenants.ByOverflow:  wire.Reason_OVERFLOW,
	tenants.ByRemoval:   wire.Reason_REMOVED,
}

func refused(id uint64, r *tenants.Refusal) *wire.Refused {
	return &wire.Refused{Id: id, Code: wire.Code(r.Code), Message: sound(r.Message), RetryAfterNs: int64(r.RetryAfter)}
}

// endings are the messages of tickets that end without an answer and without an error of their own.
var endings = map[tenants.Reason]string{
	tenants.Expired:   "the deadline came before the first exit had an answer",
	tenants.Shed:      "a newer request took its place: the tenant's queue is full and drops the oldest",
	tenants.Removed:   "the tenant was removed from the node",
	tenants.Cancelled: "the request was cancelled",
	tenants.Closed:    "the node is stopping",
}

func failed(id uint64, e scheduler.End) *wire.Failed {
	f := &wire.Failed{Id: id, Code: wire.Code(e.Reason.Code()), Message: endings[e.Reason]}
	if e.Err != nil {
		f.Message = sound(e.Err.Error())
	}
	if errors.Is(e.Err, stages.ErrMemory) {
		f.Code = wire.Code_RESOURCE_EXHAUSTED
	}
	return f
}

// sound makes a text fit to be sent: what the runtime says need not be UTF-8, and a message that cannot be encoded is never
// sent at all.
func sound(s string) string { return strings.ToValidUTF8(s, "?") }
