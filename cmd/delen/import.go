package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/stages"
	"github.com/delen-edge/delen/stages/graph"
)

// newImport makes the command that takes over files of the original research system.
func newImport() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Take over condition files and profiles of the original research system",
		Long: `Import turns files of the original Dělen, the research system, into what this one
reads: a condition file into an exit_when, a profile into a profile.json.

Both are JSON lists with one element per exit, the first exit first. What is in them
keeps its meaning and gets our units, exactly: 45.99 there is 45.99*mJ here.

  there              here
  response_time      response_time, in seconds there
  confidence         confidence
  accuracy           accuracy
  energy             energy, in mJ there
  computation        flops, in GFLOPs there; so is the flops of a profile
  exit               exit, which counts from 0 there and from 1 here
  less, less_eq, equal, greater, greater_eq    <, <=, ==, >, >=
  null               false: never stop here`,
		Example: `  delen import conditions camera.json
  delen import profile resnet50.json -o profile.json --device jetson-nano`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	cmd.AddCommand(newImportConditions(), newImportProfile())
	return cmd
}

// importedExits says what the exits are that a file describes.
type importedExits struct {
	names []string
	model string
}

func (e *importedExits) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&e.names, "exits", nil, "the names of the exits, separated by commas")
	cmd.Flags().StringVar(&e.model, "model", "", "the ONNX `file` of the model, which knows its exits; --exits names others of its tensors")
}

// resolve returns the exits' names, nil when nothing says them, and the digest of the model's file, empty when there is none.
func (e *importedExits) resolve() (names []string, digest string, err error) {
	if e.model == "" {
		return e.names, "", nil
	}
	_, s, err := graph.Cut([]string{e.model}, e.names)
	if err != nil {
		return nil, "", about(e.model, err)
	}
	for _, segment := range s.Segments {
		names = append(names, s.Tensors[segment.Exit].Name)
	}
	digest, err = stages.Digest(e.model)
	return names, digest, err
}

// maxImported bounds what is read: whoever names a model's weights by mistake gets a message.
const maxImported = 1 << 20

// readImported reads a file and converts it. Its errors name the file, and the place in it when it is no JSON.
func readImported[T any](path string, convert func(file []byte) (T, error)) (T, error) {
	var none T
	f, err := os.Open(path)
	if err != nil {
		return none, err
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxImported+1))
	if err != nil {
		return none, err
	}
	if len(src) > maxImported {
		return none, fmt.Errorf("%s: larger than 1 MiB: not the file that is meant", path)
	}
	result, err := convert(src)
	if err == nil {
		return result, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return none, fmt.Errorf("%s:%s: %w%s", path, place(src, syntax.Offset), err, slip(src, syntax.Offset))
	}
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		lines = append(lines, path+": "+line)
	}
	return none, errors.New(strings.Join(lines, "\n"))
}

// place is the line and the column, in bytes, of the byte that ends before offset.
func place(src []byte, offset int64) string {
	before := src[:max(0, min(int(offset)-1, len(src)))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return fmt.Sprintf("%d:%d", line, column)
}

// slip says what to write instead of what Python prints and JSON does not have.
func slip(src []byte, offset int64) string {
	if offset < 1 || offset > int64(len(src)) {
		return ""
	}
	for _, s := range slips {
		if bytes.HasPrefix(src[offset-1:], []byte(s.found)) {
			return "; " + s.hint
		}
	}
	return ""
}

var slips = []struct{ found, hint string }{
	{".", "a number starts with a digit: write 0.9, not .9"},
	{"'", `a string has double quotes: write "metric", not 'metric'`},
	{"None", "write null, not None"},
	{"NaN", "there is no NaN: write null instead of an element that never stops, or of a figure that is not known"},
	{"Infinity", "there is no Infinity: write null instead of an element that never stops"},
	{"]", "there is a comma too many before this"},
	{"}", "there is a comma too many before this"},
}
