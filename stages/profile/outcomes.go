package profile

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Outcome is what one exit took one labelled sample for. The frontier search
// chooses thresholds from these.
type Outcome struct {
	// Sample names the sample, for instance by its file.
	Sample string
	// Label is the class that the sample has, counted from 0.
	Label int
	// Exit counts from 1.
	Exit int
	// Predicted is the class that the exit gives the highest probability.
	Predicted int
	// Confidence is that probability.
	Confidence float64
}

// Correct reports whether the exit is right about the sample.
func (o *Outcome) Correct() bool {
	return o.Label == o.Predicted
}

func (o *Outcome) check() error {
	switch {
	case o.Sample == "":
		return fmt.Errorf("the sample has no name")
	case strings.ContainsAny(o.Sample, "\r\n"):
		return fmt.Errorf("sample %q: a name is one line", o.Sample)
	case o.Exit < 1:
		return fmt.Errorf("sample %q: exit %d does not exist: exits count from 1", o.Sample, o.Exit)
	case o.Label < 0 || o.Predicted < 0:
		return fmt.Errorf("sample %q, exit %d: label %d or prediction %d is negative: classes count from 0", o.Sample, o.Exit, o.Label, o.Predicted)
	case !(o.Confidence >= 0 && o.Confidence <= 1):
		return fmt.Errorf("sample %q, exit %d: confidence %v is not from 0 to 1", o.Sample, o.Exit, o.Confidence)
	}
	return nil
}

// encodeOutcomes writes the outcomes in their order, one a line below the header sample,label,exit,predicted,confidence. One
// that is not possible is an error.
func encodeOutcomes(w io.Writer, outcomes []Outcome) error {
	c := csv.NewWriter(w)
	row := slices.Clone(outcomesHeader)
	if err := c.Write(row); err != nil {
		return err
	}
	for i := range outcomes {
		o := &outcomes[i]
		if err := o.check(); err != nil {
			return err
		}
		row[0] = o.Sample
		row[1] = strconv.Itoa(o.Label)
		row[2] = strconv.Itoa(o.Exit)
		row[3] = strconv.Itoa(o.Predicted)
		row[4] = strconv.FormatFloat(o.Confidence, 'g', -1, 64)
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
