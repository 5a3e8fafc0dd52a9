package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/delen-edge/delen/stages/profile"
)

// printProfile shows what has been written.
func printProfile(out io.Writer, p *profile.Profile, path string) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "exit\taccuracy\tresponse\tenergy\tFLOPs")
	for _, e := range p.Exits {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Name, shown(e.Accuracy, 1, "%.4f"), shown(e.ResponseTime, 1e3, "%.3f ms"),
			shown(e.Energy, 1e3, "%.2f mJ"), shown(e.FLOPs, 1e-6, "%.1f M"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "written to %s\n", path)
	return err
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
