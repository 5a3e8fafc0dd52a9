package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// inference is the command line of infer.
type inference struct {
	connection
	tenant, criterion, where string
	timeout                  time.Duration
	json                     bool

	bounds []*wire.Bound // that where says
}

// inferManual is the help of the command.
const inferManual = `Infer sends requests to a tenant of a running node and prints for each which exit
answered and why, the class, how sure the exit is and how long it took.

FILE is what its name says:

  x.npy         an array as np.save writes it, of the input's type and shape, with
                or without a leading 1 for the row
  x.bin, x.raw  the bare bytes of one row: little endian, the last index fastest
  x.wav         a recording of the rate that the model takes and no longer than it
                takes; the model needs an audio block, which says that
  x.png, x.jpg  a picture; the node says how it becomes the model's input: the model
                needs an input block
  others        a recording for a model with an audio block, or else a picture

A recording has samples of 8, 16, 24 or 32 bits, or floats of 32, in a WAV file; its
channels are averaged, and silence fills it up. A picture is a PNG or a JPEG.

Several FILEs are a request each, sent one after the other and answered in their
order. The exit status is 1 when any of them has no answer.

A model with several inputs takes a file for each, as INPUT=FILE; all of them are
one request. FOLDER holds a labels.csv with the header file,label and the files that
it names; then the accuracy is counted too, and of a single FOLDER the exit status
is 0 whatever it is. A file that is missing or that the input cannot take is told in
its line, as a refused request is, unless it is the only one.

--where bounds what these requests may take and what they must bring, joined by &&:
accuracy with >=, and response_time, energy and flops with <=. The bounds take the
place of those on the same metrics in the tenant's objective, and the node finds the
criterion that keeps them. Those that it does not expect to keep are told as unmet.

The node answers over a connection of its own. When it runs on another machine, name
an address of this one that it can reach, with --listen.

With --json every request is one line: a JSON object with file, label, predicted,
class, exit, reason, confidence, margin, entropy, response_s, queue_s, busy_s,
energy_j, energy_source, flops and criterion_version, or with file and error. With
--criterion there is no criterion_version: it counts the tenant's criteria. With
--where there is unmet, when bounds are. A folder ends with an object that has
summary: sent, answered, accuracy, exits, mean_response_s, p95_response_s,
mean_energy_j and unmet, the number of answers that have unmet bounds; a figure that
is not known is null.`

// newInfer makes the command that sends requests as an app does.
func newInfer() *cobra.Command {
	var f inference
	cmd := &cobra.Command{
		Use:   "infer --tenant NAME FILE|FOLDER...|INPUT=FILE...",
		Short: "Send pictures, recordings or tensors to a running node",
		Long:  inferManual,
		Example: `  delen infer --tenant doorbell examples/glyphs/test/000.png
  delen infer --tenant doorbell front.png back.png
  delen infer --tenant survey --criterion 'confidence >= 0.99' --json test
  delen infer --tenant survey --where 'accuracy >= 0.9 && energy <= 8*mJ' pictures
  delen infer --tenant listener yes.wav
  sox yes.flac -r 16000 -t wav - | delen infer --tenant listener /dev/stdin
  delen infer --tenant reader ids=ids.npy mask=mask.bin`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("FILE is missing: name a picture, a recording, a tensor or a folder with labels.csv")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.tenant == "" {
				return usageError{errors.New("--tenant is missing: name the tenant that the request is for")}
			}
			if f.where != "" && f.criterion != "" {
				return usageError{errors.New("a request has a criterion or bounds, not both: leave out --criterion or --where")}
			}
			var err error
			if f.bounds, err = parseBounds(f.where); err != nil {
				return err
			}
			return infer(cmd.Context(), f, args, cmd.OutOrStdout())
		},
	}
	f.connection.flags(cmd)
	cmd.Flags().StringVar(&f.tenant, "tenant", "", "the tenant that the requests are for")
	cmd.Flags().StringVar(&f.criterion, "criterion", "", "a criterion for these requests alone")
	cmd.Flags().StringVar(&f.where, "where", "", "bounds of these requests alone, joined by &&")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 0, "a deadline for each request, instead of the tenant's")
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON object a line")
	return cmd
}

func infer(ctx context.Context, f inference, args []string, stdout io.Writer) error {
	samples, folder, err := findSamples(args)
	if err != nil {
		return err
	}
	c, tenant, err := f.ask(ctx, f.tenant)
	if err != nil {
		return err
	}
	defer c.Close()
	p := &inferencePrinter{out: stdout, json: f.json, folder: folder, class: classWidth(tenant.GetLabels()), several: folder || len(samples) > 1, exits: make([]int, len(tenant.GetExits()))}
	for _, s := range samples {
		answer, err := f.send(ctx, c, s, tenant)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := p.print(s, answer, err); err != nil {
			return err
		}
	}
	if err := p.summary(); err != nil {
		return err
	}
	if failed := p.sent - p.answered; failed > 0 && len(args) > 1 {
		return fmt.Errorf("%d of %s got no answer", failed, plural(p.sent, "request"))
	}
	return nil
}

// send loads a sample and asks for its answer.
func (f *inference) send(ctx context.Context, c *client.Client, s sample, tenant *wire.TenantInfo) (*client.Answer, error) {
	inputs, err := loadInputs(s, tenant)
	if err != nil {
		return nil, err
	}
	return c.Infer(ctx, client.Request{Tenant: f.tenant, Criterion: f.criterion, Bounds: f.bounds, Timeout: f.timeout, Inputs: inputs})
}
