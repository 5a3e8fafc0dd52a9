// Adapt is an app with an adaptation policy of its own: it watches a tenant and moves the tenant's criterion, so that the
// 95th percentile of the response time stays below a target with the surest answers that allow it. The tenant's other
// apps know nothing of it.
//
//	go run ./examples/adapt -tenant survey -target 15ms
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

func main() {
	log.SetFlags(log.Ltime)
	node := flag.String("node", "127.0.0.1:8090", "the node's `host:port`")
	tenant := flag.String("tenant", "survey", "the `name` of the tenant to adapt")
	target := flag.Duration("target", 15*time.Millisecond, "what the 95th percentile shall not exceed")
	every := flag.Duration("every", time.Second, "how often to look")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := adapt(ctx, *node, *tenant, *target, *every); err != nil && ctx.Err() == nil {
		log.Fatal(err)
	}
}

// adapt watches and acts until the context is done, and then puts back the criterion that it found. A connection that
// breaks comes back by itself.
func adapt(ctx context.Context, node, tenant string, target, every time.Duration) error {
	c, err := client.Dial(ctx, client.Config{Node: node, Wait: true})
	if err != nil {
		return err
	}
	defer c.Close()
	found, err := c.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	defer restore(c, tenant, found.GetCriterion())
	p := &policy{target: target, doubt: startDoubt}
	for {
		err := follow(ctx, c, p, tenant, every)
		var no *client.Error
		stopping := errors.As(err, &no) && no.Code == wire.Code_UNAVAILABLE
		if !stopping && !errors.Is(err, client.ErrLost) {
			return err
		}
		log.Printf("%v: watching again", err)
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

// follow acts on every report until the reports end.
func follow(ctx context.Context, c *client.Client, p *policy, tenant string, every time.Duration) error {
	for w, err := range c.Watch(ctx, tenant, every) {
		if err != nil {
			return err
		}
		confidence, changed := p.next(w)
		log.Printf("%4.0f/s, p95 %v, exits %v, refused %d: confidence %.3f",
			float64(answered(w))/time.Duration(w.GetWindowNs()).Seconds(), time.Duration(w.GetResponseP95Ns()).Round(10*time.Microsecond),
			w.GetExits(), w.GetRefused(), confidence)
		if !changed {
			continue
		}
		if _, err := c.SetCriterion(ctx, tenant, fmt.Sprintf("confidence >= %.4f", confidence)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func restore(c *client.Client, tenant, criterion string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := c.SetCriterion(ctx, tenant, criterion); err != nil {
		log.Printf("the criterion %q is not put back: %v", criterion, err)
	}
}
