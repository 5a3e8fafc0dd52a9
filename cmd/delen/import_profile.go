package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/stages/profile"
)

// profileImport is the command line of import profile.
type profileImport struct {
	exits                        importedExits
	output, name, device, source string
	idle                         float64
	force                        bool
}

// newImportProfile makes the command that turns a profile of the original system into ours.
func newImportProfile() *cobra.Command {
	var f profileImport
	cmd := &cobra.Command{
		Use:   "profile FILE [-o profile.json]",
		Short: "Turn a profile into a profile.json",
		Long: `Profile turns a profile of the original system into a profile.json.

FILE is a JSON list with one object per exit:

  [{"accuracy": 0.4354, "flops": 0.813, "energy": 45.99}, ...]

  there      here
  accuracy   accuracy, a fraction; it may fall from one exit to the next
  flops      flops, in GFLOPs there
  energy     energy, in mJ there and in J here, with what the idle machine takes

A figure that is null or left out stays unknown. Response times are not in these
files; they stay unknown too until somebody writes them into the profile.json.

The exits are called exit1, exit2 and so on. A model that is served with the profile
must have exits of the same names: name them with --exits, or the model's file with
--model, to which the profile then belongs.

The profile goes to standard output, or with -o into a file. A file that is there
already stays, unless --force is given.`,
		Example: `  delen import profile resnet50.json
  delen import profile resnet50.json -o profile.json --device jetson-nano --idle-power 2.1
  delen import profile resnet50.json -o profile.json --model resnet50.onnx`,
		Args: argument("FILE", "a profile of the original system"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.run(args[0], cmd.Flags().Changed("idle-power"), cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVarP(&f.output, "output", "o", "", "the `file` to write (default standard output)")
	cmd.Flags().BoolVar(&f.force, "force", false, "replace the file that is there")
	cmd.Flags().StringVar(&f.name, "name", "", "the name of the model, for people (default that of the file)")
	cmd.Flags().StringVar(&f.device, "device", "", "the machine that the figures hold for, for people")
	cmd.Flags().StringVar(&f.source, "source", string(profile.Published), "where the figures come from: published, measured or modelled")
	cmd.Flags().Float64Var(&f.idle, "idle-power", 0, "the `watts` that the idle machine takes (default not known)")
	f.exits.flags(cmd)
	return cmd
}

func (f *profileImport) run(path string, idle bool, stdout io.Writer) error {
	source := profile.Source(f.source)
	switch source {
	case profile.Published, profile.Measured, profile.Modelled:
	default:
		return usageError{fmt.Errorf("--source %q: write published, measured or modelled", f.source)}
	}
	names, digest, err := f.exits.resolve()
	if err != nil {
		return err
	}
	p, err := readImported(path, func(file []byte) (*profile.Profile, error) { return profile.Import(file, names) })
	if err != nil {
		return err
	}
	from := cmp.Or(f.exits.model, path)
	p.Model = cmp.Or(f.name, strings.TrimSuffix(filepath.Base(from), filepath.Ext(from)))
	p.Digest, p.Device, p.Source = digest, f.device, source
	if idle {
		p.IdlePower = &f.idle
	}
	if f.output == "" {
		return p.Print(stdout)
	}
	if _, err := os.Lstat(f.output); !f.force && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: add --force to replace it, or name another file with -o", f.output)
	}
	if err := p.Write(f.output); err != nil {
		return err
	}
	return printProfile(stdout, p, f.output)
}
