package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// connection is what the command line of an app says of its node.
type connection struct {
	node, listen, advertise string
	connect                 time.Duration // that connecting may take
}

func (c *connection) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.node, "node", "127.0.0.1:8090", "the node's host, or host:port")
	cmd.Flags().StringVar(&c.listen, "listen", "", "where answers come to (default a free port of 127.0.0.1)")
	cmd.Flags().StringVar(&c.advertise, "advertise", "", "how the node reaches that (default the same)")
	cmd.Flags().DurationVar(&c.connect, "connect", 5*time.Second, "how long connecting may take")
}

// dial connects to the node. The caller closes the client.
func (c *connection) dial(ctx context.Context) (*client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, c.connect)
	defer cancel()
	node, err := nodeAddress(c.node)
	if err != nil {
		return nil, usageError{err}
	}
	return client.Dial(ctx, client.Config{Node: node, Listen: c.listen, Advertise: c.advertise})
}

// describe connects to the node for no longer than it takes to have it describe itself.
func (c *connection) describe(ctx context.Context) (*wire.Description, error) {
	cl, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer cl.Close()
	return cl.Describe(ctx)
}

// ask connects to the node and has it describe a tenant. The caller closes the client.
func (c *connection) ask(ctx context.Context, name string) (*client.Client, *wire.TenantInfo, error) {
	ctx, cancel := context.WithTimeout(ctx, c.connect)
	defer cancel()
	cl, err := c.dial(ctx)
	if err != nil {
		return nil, nil, err
	}
	tenant, err := cl.Tenant(ctx, name)
	if err != nil {
		cl.Close()
		return nil, nil, err
	}
	return cl, tenant, nil
}
