package door

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"sync"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	from "google.golang.org/grpc/peer"
)

// peers are the addresses that have streams here.
type peers struct {
	gone func(address string) // may be nil

	mu      sync.Mutex
	streams map[string]int // by address
}

func (p *peers) has(address string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.streams[address] > 0
}

// come begins a stream of an address. A peer has one: if there is another, the peer has lost it or is about to, whether we
// have noticed or not, and what belongs to it is given up.
func (p *peers) come(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams[address] > 0 && p.gone != nil {
		p.gone(address)
	}
	p.streams[address]++
}

// leave ends a stream of an address. That is told under the lock: a stream that comes afterwards is let in afterwards.
func (p *peers) leave(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams[address]--
	if p.streams[address] > 0 {
		return
	}
	delete(p.streams, address)
	if p.gone != nil {
		p.gone(address)
	}
}

// cut tells that an address is gone although streams of it may be left.
func (p *peers) cut(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone != nil {
		p.gone(address)
	}
}

// hostOf is what stands for the machine that a stream comes from. A machine has many addresses of its own loopback, and mostly
// as many of IPv6 as it likes in its network: they are one.
func hostOf(stream context.Context) string {
	p, ok := from.FromContext(stream)
	if !ok {
		return ""
	}
	at, err := netip.ParseAddrPort(p.Addr.String())
	if err != nil {
		return p.Addr.String()
	}
	ip := at.Addr().Unmap()
	switch {
	case ip.IsLoopback():
		return "localhost"
	case ip.Is6():
		network, _ := ip.WithZone("").Prefix(64) // 64 is a length that it can have
		return network.String()
	}
	return ip.String()
}

// dialled is the interceptor of streams that our endpoints open: the library keeps to itself why they end.
func (d *Door) dialled(
	ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	s, err := open(ctx, desc, cc, method, options...)
	if err != nil {
		d.lost(cc.Target(), err)
		return nil, err
	}
	return &line{s, func(why error) { d.lost(cc.Target(), why) }}, nil
}

// lost tells that a stream of ours has ended. The library goes on to use one that its peer has ended in an orderly way,
// so it is told like of any other end.
func (d *Door) lost(address string, why error) {
	if d.config.Lost != nil {
		d.config.Lost(address, why)
	}
	if errors.Is(why, io.EOF) && !d.closing.Load() {
		d.system.EventStream.Publish(&remote.EndpointTerminatedEvent{Address: address})
	}
}

// line is a stream that one of our endpoints has opened.
type line struct {
	grpc.ClientStream
	lost func(why error)
}

// RecvMsg tells the end of the stream.
func (l *line) RecvMsg(m any) error {
	err := l.ClientStream.RecvMsg(m)
	if err != nil {
		l.lost(err)
	}
	return err
}
