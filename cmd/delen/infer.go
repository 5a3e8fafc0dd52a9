package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/stages/picture"
)

// inference is the command line of infer.
type inference struct {
	node, tenant, criterion string
	listen, advertise       string
	timeout, connect        time.Duration
	json                    bool
}

// newInfer makes the command that sends requests as an app does.
func newInfer() *cobra.Command {
	var f inference
	cmd := &cobra.Command{
		Use:   "infer --tenant NAME PICTURE|FOLDER",
		Short: "Send a picture, or a folder of them, to a running node",
		Long: `Infer sends pictures to a tenant of a running node and prints for each which exit
answered and why, the class, how sure the exit is and how long it took. The node
says how a picture becomes the model's input: the model needs an input block.

The node answers over a connection of its own. When it runs on another machine, name
an address of this one that it can reach, with --listen.

PICTURE is a PNG file. FOLDER holds a labels.csv with the header file,label and
the files that it names; then the accuracy is counted too, and the exit status is
0 whatever it is.

With --json every picture is one line: a JSON object with file, label, predicted,
class, exit, reason, confidence, margin, entropy, response_s, queue_s, busy_s,
energy_j, energy_source, flops and criterion_version, or with file and error. A
folder ends with an object that has summary.`,
		Example: `  delen infer --tenant doorbell examples/glyphs/test/000.png
  delen infer --tenant survey --criterion 'confidence >= 0.99' --json examples/glyphs/test`,
		Args: argument("PICTURE|FOLDER", "a PNG file, or a folder with labels.csv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.tenant == "" {
				return usageError{errors.New("--tenant is missing: name the tenant that the request is for")}
			}
			return infer(cmd.Context(), f, args[0], cmd.OutOrStdout())
		},
	}
	cmd.Flags().StringVar(&f.node, "node", "127.0.0.1:8090", "the node's host:port")
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "the tenant that the requests are for")
	cmd.Flags().StringVar(&f.criterion, "criterion", "", "a criterion for these requests alone")
	cmd.Flags().StringVar(&f.listen, "listen", "", "the host:port that answers come back to (default a free port on 127.0.0.1)")
	cmd.Flags().StringVar(&f.advertise, "advertise", "", "the host:port under which the node reaches that (default the same)")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 0, "a deadline for each request, instead of the tenant's")
	cmd.Flags().DurationVar(&f.connect, "connect", 5*time.Second, "how long connecting may take")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object a line")
	return cmd
}

// sample is a picture with the label that it should get; "" when that is not known.
type sample struct{ path, label string }

func infer(ctx context.Context, f inference, path string, stdout io.Writer) error {
	samples, folder, err := findSamples(path)
	if err != nil {
		return err
	}
	c, tenant, spec, err := connect(ctx, f)
	if err != nil {
		return err
	}
	defer c.Close()
	p := &inferencePrinter{out: stdout, json: f.json, folder: folder, exits: make([]int, len(tenant.GetExits()))}
	for _, s := range samples {
		row, err := loadPicture(s.path, spec)
		if err != nil {
			return err
		}
		answer, err := c.Infer(ctx, client.Request{
			Tenant: f.tenant, Criterion: f.criterion, Timeout: f.timeout,
			Inputs: []*wire.Tensor{client.Float32s("", spec.Shape(), row)},
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.print(s, answer, err); err != nil {
			return err
		}
	}
	return p.summary()
}

// connect dials the node and asks what the tenant takes.
func connect(ctx context.Context, f inference) (*client.Client, *wire.TenantInfo, *picture.Spec, error) {
	ctx, cancel := context.WithTimeout(ctx, f.connect)
	defer cancel()
	c, err := client.Dial(ctx, client.Config{Node: f.node, Listen: f.listen, Advertise: f.advertise})
	if err != nil {
		return nil, nil, nil, err
	}
	tenant, err := c.Tenant(ctx, f.tenant)
	if err != nil {
		c.Close()
		return nil, nil, nil, err
	}
	spec, err := client.PictureSpec(tenant)
	if err != nil {
		c.Close()
		return nil, nil, nil, err
	}
	return c, tenant, spec, nil
}

// findSamples lists what a path names: a file, or a folder with labels.csv.
func findSamples(path string) (samples []sample, folder bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, err
	}
	if !info.IsDir() {
		return []sample{{path: path}}, false, nil
	}
	samples, err = readLabels(path)
	return samples, true, err
}

// readLabels reads a folder's labels.csv.
func readLabels(folder string) ([]sample, error) {
	name := filepath.Join(folder, "labels.csv")
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w; a folder needs a labels.csv with the header file,label", err)
	}
	defer file.Close()
	r := csv.NewReader(file)
	r.FieldsPerRecord = 2
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(lines) < 2 || lines[0][0] != "file" || lines[0][1] != "label" {
		return nil, fmt.Errorf("%s: the first line must be file,label, and at least one must follow", name)
	}
	var samples []sample
	for _, line := range lines[1:] {
		samples = append(samples, sample{filepath.Join(folder, filepath.FromSlash(line[0])), line[1]})
	}
	return samples, nil
}

// loadPicture reads a picture as a row of the model's input.
func loadPicture(path string, spec *picture.Spec) ([]float32, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := picture.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return spec.Tensor(img), nil
}
