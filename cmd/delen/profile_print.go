package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/delen-edge/delen/stages/profile"
)

// print shows what has been written.
func (f *profiling) print(out io.Writer, p *profile.Profile) error {
	written := f.output
	if f.samples != "" {
		written += " and " + f.outcomes
	}
	if err := printProfile(out, p, written); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "device: %s\nenergy: %s\n", p.Device, f.energy.told)
	return err
}

// printProfile shows a profile that has been written to a path.
func printProfile(out io.Writer, p *profile.Profile, path string) error {
	t := newTable(out)
	t.line("exit\taccuracy\tresponse\tenergy\tFLOPs")
	for _, e := range p.Exits {
		t.line("%s\t%s\t%s\t%s\t%s", e.Name, shown(e.Accuracy, 1, "%.4f"), shown(e.ResponseTime, 1e3, "%.3f ms"),
			shown(e.Energy, 1e3, "%.2f mJ"), shown(e.FLOPs, 1e-6, "%.1f M"))
	}
	if err := t.flush(); err != nil {
		return err
	}
	if err := printSegments(out, p); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "written to %s\n", path)
	return err
}

// printSegments shows how long a run of each segment takes, by its rows.
func printSegments(out io.Writer, p *profile.Profile) error {
	if p.Segments == nil {
		return nil
	}
	rows := slices.Sorted(maps.Keys(p.Segments[0].Rows))
	t := newTable(out)
	head := "\nsegment to"
	for _, n := range rows {
		head += "\t" + plural(n, "row")
	}
	t.line("%s", head)
	for i, s := range p.Segments {
		line := p.Exits[i].Name
		for _, n := range rows {
			line += "\t" + shown(s.Rows[n].Median, 1e3, "%.3f ms")
		}
		t.line("%s", line)
	}
	t.line("")
	return t.flush()
}

func shown(v *float64, scale float64, format string) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf(format, *v*scale)
}

// readLines reads a text file without its empty lines.
func readLines(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines, nil
}
