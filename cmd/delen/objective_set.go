package main

import (
	"context"
	"errors"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// setObjective sets a tenant's objective. A tenant whose objective has changed just now takes another one only after a
// while, which it waits for.
func setObjective(ctx context.Context, c *client.Client, tenant string, o client.Objective) (*wire.ObjectiveSet, error) {
	for {
		set, err := c.SetObjective(ctx, tenant, o)
		var no *client.Error
		if !errors.As(err, &no) || no.Code != wire.Code_RESOURCE_EXHAUSTED || no.RetryAfter <= 0 {
			return set, err
		}
		select {
		case <-time.After(no.RetryAfter):
		case <-ctx.Done():
			return nil, err
		}
	}
}
