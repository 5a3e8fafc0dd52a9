package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// inferencePrinter writes answers as they come and counts them.
type inferencePrinter struct {
	out  io.Writer
	json bool

	folder  bool // samples with labels are among them, and a summary ends them
	class   int  // width of the classes
	several bool // a request without an answer is told in its line, and the others go on

	sent, answered, right, unmet int // unmet: answers to requests with a bound that was not expected to be kept
	exits                        []int
	response                     time.Duration // of all
	responses                    []float64     // s
	energy                       float64       // J, of all; NaN when an answer has none
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
		if failed := printJSONLine(p.out, p.object(s, a, err)); failed != nil {
			return failed
		}
	}
	switch {
	case err != nil && !p.several:
		return err // the one request has no answer: the command has failed
	case p.json:
		return nil
	case err != nil:
		return p.line(fmt.Sprintf("%-10s %v", s.short(), err))
	}
	busy := ""
	if columnsOf(p.out) >= busyColumns {
		busy = fmt.Sprintf("  busy %s", rounded(a.Busy))
	}
	return p.line(fmt.Sprintf("%-10s %-*s exit %d  %-9s  confidence %.3f  response %s%s%s%s", s.short(), p.class,
		className(a), a.Exit, reasonName(a.Reason), a.Confidence, rounded(a.Response), busy, verdict(s, a), optional("  unmet: ", strings.Join(a.Unmet, ", "))))
}

// busyColumns is how many columns a line needs to have room for the busy time, too.
const busyColumns = 100

// line writes a line for people.
func (p *inferencePrinter) line(text string) error {
	_, err := fmt.Fprintln(p.out, fold(text, columnsOf(p.out), 2))
	return err
}

// classWidth is the column that classes have: that of the longest name, as far as names are short.
func classWidth(labels []string) int {
	const usual = 8
	if len(labels) == 0 {
		return usual
	}
	longest := 1
	for _, label := range labels {
		longest = max(longest, utf8.RuneCountInString(label))
	}
	return min(longest, usual)
}

func (p *inferencePrinter) count(s sample, a *client.Answer) {
	p.answered++
	p.response += a.Response
	p.responses = append(p.responses, a.Response.Seconds())
	p.energy += a.Energy
	if len(a.Unmet) > 0 {
		p.unmet++
	}
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
	if p.json {
		return printJSONLine(p.out, map[string]any{"summary": p.summaryObject()})
	}
	n := float64(p.answered)
	line := fmt.Sprintf("%d sent, %d answered, accuracy %.4f, exits %v, mean response %s, p95 %s%s", p.sent, p.answered, float64(p.right)/n, p.exits,
		rounded(p.response/time.Duration(p.answered)), rounded(time.Duration(1e9*p95(p.responses))), figure(", mean energy ", finite(p.energy/n), 1e3, " mJ"))
	if p.unmet > 0 {
		line += fmt.Sprintf(", %d with unmet bounds", p.unmet)
	}
	return p.line(line)
}

// summaryObject is the summary as JSON. What cannot be told without answers is nil.
func (p *inferencePrinter) summaryObject() map[string]any {
	o := map[string]any{
		"sent": p.sent, "answered": p.answered, "accuracy": nil, "exits": p.exits, "mean_response_s": 0.0, "p95_response_s": nil, "mean_energy_j": nil, "unmet": p.unmet,
	}
	if n := float64(p.answered); n > 0 {
		o["accuracy"], o["mean_energy_j"] = float64(p.right)/n, finite(p.energy/n)
		o["mean_response_s"], o["p95_response_s"] = p.response.Seconds()/n, p95(p.responses)
	}
	return o
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
