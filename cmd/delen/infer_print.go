package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// inferencePrinter writes answers as they come and counts them.
type inferencePrinter struct {
	out    io.Writer
	json   bool
	folder bool

	sent, answered, right int
	exits                 []int
	response              time.Duration
}

// inferred is an answer as JSON.
type inferred struct {
	File             string   `json:"file"`
	Label            string   `json:"label,omitempty"`
	Error            string   `json:"error,omitempty"`
	Predicted        string   `json:"predicted,omitempty"`
	Class            *int     `json:"class,omitempty"`
	Exit             int      `json:"exit,omitempty"`
	Reason           string   `json:"reason,omitempty"`
	Confidence       *float64 `json:"confidence,omitempty"`
	Margin           *float64 `json:"margin,omitempty"`
	Entropy          *float64 `json:"entropy,omitempty"`
	ResponseS        float64  `json:"response_s,omitempty"`
	QueueS           float64  `json:"queue_s,omitempty"`
	BusyS            float64  `json:"busy_s,omitempty"`
	EnergyJ          *float64 `json:"energy_j,omitempty"`
	EnergySource     string   `json:"energy_source,omitempty"`
	FLOPs            *float64 `json:"flops,omitempty"`
	CriterionVersion uint64   `json:"criterion_version,omitempty"`
	Unmet            []string `json:"unmet,omitempty"`
}

// sampleError is the error of a sample that could not be sent: its file is missing, or is not what the input takes.
type sampleError struct{ error }

// print writes one answer. An error of the node or of the sample is part of the output; any other ends the command.
func (p *inferencePrinter) print(s sample, a *client.Answer, err error) error {
	p.sent++
	var no *client.Error
	var bad sampleError
	if err != nil && !errors.As(err, &no) && !errors.As(err, &bad) {
		return err
	}
	if err == nil {
		p.count(s, a)
	}
	if p.json {
		if failed := json.NewEncoder(p.out).Encode(p.object(s, a, err)); failed != nil {
			return failed
		}
	}
	switch {
	case err != nil && !p.folder:
		return err // the one picture has no answer: the command has failed
	case p.json:
		return nil
	case err != nil:
		_, err := fmt.Fprintf(p.out, "%-10s %v\n", s.short(), err)
		return err
	}
	_, err = fmt.Fprintf(p.out, "%-10s %-8s exit %d  %-9s  confidence %.3f  response %s  busy %s%s%s\n", s.short(),
		className(a), a.Exit, reasonName(a.Reason), a.Confidence, rounded(a.Response), rounded(a.Busy), verdict(s, a), optional("  unmet: ", strings.Join(a.Unmet, ", ")))
	return err
}

func (p *inferencePrinter) count(s sample, a *client.Answer) {
	p.answered++
	p.response += a.Response
	if a.Exit >= 1 && a.Exit <= len(p.exits) {
		p.exits[a.Exit-1]++
	}
	if right(s, a) {
		p.right++
	}
}

func (p *inferencePrinter) object(s sample, a *client.Answer, err error) inferred {
	o := inferred{File: s.path, Label: s.label}
	if err != nil {
		o.Error = err.Error()
		return o
	}
	o.Predicted, o.Class, o.Exit, o.Reason = className(a), &a.Predicted, a.Exit, reasonName(a.Reason)
	o.Confidence, o.Margin, o.Entropy = &a.Confidence, &a.Margin, &a.Entropy
	o.ResponseS, o.QueueS, o.BusyS = a.Response.Seconds(), a.Queue.Seconds(), a.Busy.Seconds()
	o.EnergyJ, o.FLOPs, o.CriterionVersion = finite(a.Energy), finite(a.FLOPs), a.CriterionVersion
	o.Unmet = a.Unmet
	o.EnergySource = strings.ToLower(a.EnergySource.String())
	return o
}

// summary ends a folder.
func (p *inferencePrinter) summary() error {
	if !p.folder {
		return nil
	}
	if p.answered == 0 && !p.json {
		_, err := fmt.Fprintf(p.out, "%d sent, none answered\n", p.sent)
		return err
	}
	accuracy := math.NaN()
	mean := time.Duration(0)
	if p.answered > 0 {
		accuracy = float64(p.right) / float64(p.answered)
		mean = p.response / time.Duration(p.answered)
	}
	if p.json {
		return json.NewEncoder(p.out).Encode(map[string]any{"summary": map[string]any{
			"sent": p.sent, "answered": p.answered, "accuracy": finite(accuracy), "exits": p.exits, "mean_response_s": mean.Seconds(),
		}})
	}
	_, err := fmt.Fprintf(p.out, "%d sent, %d answered, accuracy %.4f, exits %v, mean response %s\n", p.sent, p.answered, accuracy, p.exits, rounded(mean))
	return err
}

func className(a *client.Answer) string {
	if a.Label != "" {
		return a.Label
	}
	return fmt.Sprint(a.Predicted)
}

func right(s sample, a *client.Answer) bool { return s.label != "" && s.label == className(a) }

func verdict(s sample, a *client.Answer) string {
	switch {
	case s.label == "":
		return ""
	case right(s, a):
		return "  right"
	}
	return "  wrong, is " + s.label
}

func reasonName(r wire.Reason) string { return strings.ToLower(r.String()) }

func rounded(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// finite is a figure for JSON, which has no NaN.
func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
