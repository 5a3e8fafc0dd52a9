package criteria

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// conditionMetrics are the metrics of the original system's condition files: ours, and what makes a threshold there one of
// ours. The original counts exits from 0.
var conditionMetrics = map[string]struct {
	metric Metric
	suffix string
}{
	"response_time": {ResponseTime, "*s"},
	"confidence":    {Confidence, ""},
	"accuracy":      {Accuracy, ""},
	"energy":        {Energy, "*mJ"},
	"computation":   {FLOPs, "*GFLOPs"},
	"exit":          {Exit, " + 1"},
}

// conditionOps are its operators.
var conditionOps = map[string]relation{
	"less": less, "less_eq": lessOrEqual, "equal": equal, "greater": greater, "greater_eq": greaterOrEqual,
}

// ImportConditions reads a condition file of the original research system, a JSON list with one element per exit:
//
//	[{"metric": "response_time", "op": "greater", "threshold": 0.02}, null]
//
// An element that is null, or whose metric or op is, never stops. Thresholds are in s, mJ, GFLOPs and fractions, and
// exits count from 0 there; a decimal becomes the float64 that is nearest to it in our unit.
//
// exits is how many exits the model has, or 0 where that is not known. When it is known, the file may leave out the
// last exit's rule, and the criterion does: that exit always answers. When it is not, every element becomes a rule, which
// is right in either case. Rules that are all the same become one.
//
// The error names every element that is wrong, counted from 1, and what to write instead. It wraps the
// *json.SyntaxError when the file is no JSON.
func ImportConditions(file []byte, exits int) (*Criterion, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(file, &elements); err != nil {
		return nil, explainList(err)
	}
	if err := checkElements(len(elements), exits); err != nil {
		return nil, err
	}
	rules := make([]string, len(elements))
	var errs []error
	for i, e := range elements {
		rule, err := importCondition(e, len(elements))
		if err != nil {
			errs = append(errs, fmt.Errorf("element %d: %w", i+1, err))
		}
		rules[i] = rule
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if exits > 0 {
		rules = rules[:min(len(rules), exits-1)]
	}
	switch len(slices.Compact(slices.Clone(rules))) {
	case 0:
		return Never(), nil
	case 1:
		return parseImported(rules[0], len(elements))
	}
	return parseImported("["+strings.Join(rules, ", ")+"]", len(rules))
}

// explainList explains why a file is not a list of anything.
func explainList(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("the file is a JSON %s: write a list, [ ], with one element per exit", kind.Value)
	}
	return fmt.Errorf("not JSON: %w", err)
}

func checkElements(n, exits int) error {
	switch {
	case exits <= 0 && n == 0:
		return errors.New("the list is empty: write one element per exit, null for one that never stops")
	case exits > 0 && n != exits && n != exits-1:
		return fmt.Errorf("the list has %d elements, the model %d exits: write one element per exit, null for one that never stops; the last may be left out",
			n, exits)
	}
	return nil
}

// importCondition returns canonical source for one element.
func importCondition(element json.RawMessage, exits int) (string, error) {
	if kindOf(element) == "null" {
		return constant(false).String(), nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(element, &fields); err != nil {
		return "", fmt.Errorf(`this is %s: write {"metric": "confidence", "op": "greater_eq", "threshold": 0.9}, or null for never`, kindOf(element))
	}
	names := []string{"metric", "op", "threshold"}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(names, name) {
			return "", failChoice("field", name, names)
		}
	}
	metric, err := choiceOf("metric", fields, slices.Sorted(maps.Keys(conditionMetrics)))
	if err != nil {
		return "", err
	}
	op, err := choiceOf("op", fields, slices.Sorted(maps.Keys(conditionOps)))
	if err != nil {
		return "", err
	}
	if metric == "" || op == "" {
		return constant(false).String(), nil
	}
	threshold, err := thresholdOf(metric, fields["threshold"])
	if err != nil {
		return "", err
	}
	m := conditionMetrics[metric]
	c, err := parseImported(m.metric.String()+" "+conditionOps[op].String()+" "+threshold+m.suffix, exits)
	if err != nil {
		return "", err
	}
	return c.String(), nil
}

// parseImported has the language itself judge what an import has made.
func parseImported(src string, exits int) (*Criterion, error) {
	c, diags := Parse(src, exits, All())
	for _, d := range diags.Errs() {
		return nil, d
	}
	return c, nil
}

// choiceOf returns the string in a field, which must be one of names, or "" where it is null. A field that is left out may
// have been forgotten: only what says so never stops.
func choiceOf(field string, fields map[string]json.RawMessage, names []string) (string, error) {
	raw, ok := fields[field]
	if !ok {
		return "", fmt.Errorf("%s is missing: write one of %s, or null for never", field, strings.Join(names, ", "))
	}
	var s string
	switch kind := kindOf(raw); kind {
	case "null":
		return "", nil
	case "a string":
		if err := json.Unmarshal(raw, &s); err != nil {
			return "", err
		}
	default:
		return "", fmt.Errorf("%s is %s: write one of %s in quotes, or null for never", field, kind, strings.Join(names, ", "))
	}
	if !slices.Contains(names, s) {
		return "", failChoice(field, s, names)
	}
	return s, nil
}

func failChoice(what, name string, names []string) error {
	hint := ""
	if s := nearest(name, names); s != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", s)
	}
	return fmt.Errorf("there is no %s %q%s: it is one of %s", what, name, hint, strings.Join(names, ", "))
}

// thresholdOf returns the decimal in the file, which is also a number of our language.
func thresholdOf(metric string, raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", errors.New("threshold is missing: write a number")
	}
	if kind := kindOf(raw); kind != "a number" {
		return "", fmt.Errorf("threshold is %s: write a number, without quotes", kind)
	}
	v, err := strconv.ParseFloat(string(raw), 64)
	meant, likely := fractionMeant(v)
	isFraction := metrics[conditionMetrics[metric].metric].scale == fraction
	switch {
	case err != nil:
		return "", fmt.Errorf("threshold %s is too large for a 64-bit floating-point number", raw)
	case v < 0:
		return "", fmt.Errorf("threshold %s is negative, which %s never is: write 0 or more", raw, metric)
	case isFraction && likely:
		return "", fmt.Errorf("threshold %s: %s is %s; did you mean %g?", raw, metric, fraction.noun, meant)
	case isFraction && v > 1:
		return "", fmt.Errorf("threshold %s: %s is %s", raw, metric, fraction.noun)
	}
	return string(raw), nil
}

// kindOf names what a valid JSON value is.
func kindOf(raw json.RawMessage) string {
	switch bytes.TrimSpace(raw)[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
