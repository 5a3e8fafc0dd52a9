package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

// watcher watches the tenants that are there, as they come and go.
type watcher struct {
	*watching
	client *client.Client
	stderr io.Writer
	print  *watchPrinter

	reports chan tenantReport
	lists   chan tenantList
	ends    sync.WaitGroup // of the goroutines that send on those

	watched map[string]bool
	told    map[string]string // of a tenant: what has been said since its last report
	lost    bool              // the connection, which has been said
}

// tenantReport is a report on a tenant, or the error that ends its watch.
type tenantReport struct {
	tenant string
	report *wire.Watched
	err    error
}

// tenantList is what the node serves, or why that is not known.
type tenantList struct {
	tenants []*wire.TenantInfo
	err     error
}

// relist is how often the node is asked for its tenants, which includes whether it is back.
const relist = time.Second

// run watches until the context is done, or no tenant is left to be watched.
func (w *watcher) run(ctx context.Context, all []*wire.TenantInfo) error {
	w.ends.Go(func() { w.list(ctx) })
	err := w.listed(ctx, tenantList{tenants: all})
	for err == nil {
		select {
		case <-ctx.Done():
			return nil // Ctrl-C is how it ends
		case l := <-w.lists:
			err = w.listed(ctx, l)
		case r := <-w.reports:
			err = w.reported(r)
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// list asks for the tenants again and again. A client that waits for the connection would not tell that it is lost.
func (w *watcher) list(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(relist):
		}
		tenants, err := w.client.Tenants(ctx)
		select {
		case <-ctx.Done():
			return
		case w.lists <- tenantList{tenants, err}:
		}
	}
}

// listed begins to watch those that are not watched yet.
func (w *watcher) listed(ctx context.Context, l tenantList) error {
	if l.err != nil {
		return w.failed(l.err)
	}
	for _, t := range l.tenants {
		if w.watched[t.GetName()] || len(w.tenants) > 0 && !slices.Contains(w.tenants, t.GetName()) {
			continue
		}
		w.watched[t.GetName()] = true
		w.print.enter(t)
		w.ends.Go(func() { w.watch(ctx, t.GetName()) })
	}
	if len(w.watched) == 0 && len(w.tenants) > 0 {
		return noTenant(w.tenants[0], l.tenants)
	}
	return nil
}

// watch passes a tenant's reports on until they end.
func (w *watcher) watch(ctx context.Context, tenant string) {
	for report, err := range w.client.Watch(ctx, tenant, w.every) {
		select {
		case <-ctx.Done():
			return
		case w.reports <- tenantReport{tenant, report, err}:
		}
	}
}

// reported prints a report, or ends a tenant's lines.
func (w *watcher) reported(r tenantReport) error {
	if r.err == nil {
		// Only a watch that began after a loss says that the loss is over: older reports may have waited.
		w.lost = w.lost && r.report.GetSequence() != 1
		delete(w.told, r.tenant)
		return w.print.add(time.Now(), r.tenant, r.report)
	}
	delete(w.watched, r.tenant)
	if err := w.print.remove(r.tenant); err != nil {
		return err
	}
	var no *client.Error
	switch {
	case code(r.err) == wire.Code_UNAVAILABLE || !errors.As(r.err, &no):
		return w.failed(r.err)
	case code(r.err) == wire.Code_CANCELLED || code(r.err) == wire.Code_NOT_FOUND || len(w.watched) > 0:
		if said := r.err.Error(); w.told[r.tenant] != said {
			w.told[r.tenant] = said
			w.print.below()
			fmt.Fprintf(w.stderr, "delen: tenant %s: %v\n", r.tenant, r.err)
		}
		return nil
	}
	return fmt.Errorf("tenant %s: %w", r.tenant, r.err)
}

// failed says once that the connection is lost, or that the node is stopping. Any other error ends the command.
func (w *watcher) failed(err error) error {
	switch {
	case errors.Is(err, client.ErrLost):
		err = client.ErrLost // the rest of its text is about a call
	case code(err) != wire.Code_UNAVAILABLE:
		return err
	}
	if !w.lost {
		w.lost = true
		w.print.below()
		fmt.Fprintf(w.stderr, "delen: %v; waiting for the node\n", err)
	}
	return nil
}

// code is that of an error of the node; OK for others.
func code(err error) wire.Code {
	var no *client.Error
	if errors.As(err, &no) {
		return no.Code
	}
	return wire.Code_OK
}
