package profile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// imported are the fields of the original system's profiles: ours, and by which power of ten a figure there is multiplied
// to be one of ours.
var imported = map[string]struct {
	figure func(*Exit) **float64
	shift  int
}{
	"accuracy": {func(e *Exit) **float64 { return &e.Accuracy }, 0},
	"flops":    {func(e *Exit) **float64 { return &e.FLOPs }, 9},
	"energy":   {func(e *Exit) **float64 { return &e.Energy }, -3},
}

// Import reads a profile of the original research system, a JSON list with one object per exit:
//
//	[{"accuracy": 0.4354, "flops": 0.813, "energy": 45.99}, ...]
//
// flops are GFLOPs and energy mJ, what the idle device takes included, both from the start of the model; a figure that is
// null or left out is not known. A decimal becomes the float64 that is nearest to it in our unit. names are those of the
// model's exits; nil names them exit1, exit2 and so on.
//
// The profile is valid and its source is Published; what it is a profile of is for the caller to fill in. The error names
// every element that is wrong, counted from 1, and what to write instead. It wraps the *json.SyntaxError when the file is
// no JSON.
func Import(file []byte, names []string) (*Profile, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal(file, &elements); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return nil, fmt.Errorf("the file is a JSON %s: write a list, [ ], with one object per exit", kind.Value)
		}
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if len(elements) == 0 {
		return nil, errors.New("the list is empty: write one object per exit")
	}
	if names != nil && len(names) != len(elements) {
		return nil, fmt.Errorf("the list describes %s, but the model has %s %q: write one object per exit",
			count(len(elements)), count(len(names)), names)
	}
	p := &Profile{Source: Published}
	var errs []error
	for i, raw := range elements {
		e := Exit{Name: fmt.Sprintf("exit%d", i+1)}
		if names != nil {
			e.Name = names[i]
		}
		if err := e.importFigures(raw); err != nil {
			errs = append(errs, fmt.Errorf("element %d: %w", i+1, err))
		}
		p.Exits = append(p.Exits, e)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	return p, nil
}

// importFigures fills in what the element knows.
func (e *Exit) importFigures(element json.RawMessage) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(element, &fields); err != nil || fields == nil {
		return fmt.Errorf(`%s is no exit: write {"accuracy": 0.93, "flops": 0.8, "energy": 46}, null for a figure that is not known`, clipped(element))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		f, ok := imported[name]
		if !ok {
			return fmt.Errorf("there is no field %q; an exit has accuracy, energy in mJ and flops in GFLOPs", name)
		}
		v, err := shifted(fields[name], f.shift)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*f.figure(e) = v
	}
	return nil
}

// shifted returns a JSON number times a power of ten, or nil for null. Moving the decimal's exponent keeps it exact until
// it is rounded, once: 45.99 shifted by -3 is the float64 that reading 0.04599 gives.
func shifted(raw json.RawMessage, by int) (*float64, error) {
	if bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	digits, exponent, _ := strings.Cut(strings.ToLower(string(raw)), "e")
	power, err := strconv.Atoi(cmp.Or(exponent, "0"))
	if err != nil {
		return nil, noNumber(raw)
	}
	v, err := strconv.ParseFloat(fmt.Sprintf("%se%d", digits, power+by), 64)
	if err != nil || v < 0 {
		return nil, noNumber(raw)
	}
	return &v, nil
}

func noNumber(raw json.RawMessage) error {
	return fmt.Errorf("%s is not a number of at least 0 that fits into 64 bits; write one without quotes, or null", clipped(raw))
}

// clipped is the beginning of a JSON value, enough to find it.
func clipped(raw json.RawMessage) string {
	if len(raw) > 40 {
		return string(raw[:40]) + "..."
	}
	return string(raw)
}
