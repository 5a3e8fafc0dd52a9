package door

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// Open starts the remoting of an actor system behind the door, on listen (host:port; port 0 lets the system choose), known
// to peers as advertise, or as what it listens on. The caller ends it with Shutdown.
func (c Config) Open(system *actor.ActorSystem, listen, advertise string) (d *Door, err error) {
	host, port, err := probe(listen)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil { // the library's way to say that it cannot listen
			d, err = nil, fmt.Errorf("cannot listen on %s: %v", listen, p)
		}
	}()
	d = newDoor(c)
	options := []remote.ConfigOption{
		remote.WithServerOptions(d.options()...),
		remote.WithDialOptions(d.dialOptions()...),
		remote.WithEndpointWriterBatchSize(perBatch),
		remote.WithEndpointWriterQueueSize(1024), // the default takes 16 MB for each peer
	}
	if advertise != "" {
		options = append(options, remote.WithAdvertisedHost(advertise))
	}
	config := remote.Configure(host, port, options...)
	config.MaxRetryCount = 1 // every try costs two seconds during which nothing leaves for that peer
	d.system, d.remote = system, remote.NewRemote(system, config)
	d.remote.Start()
	// After the library's own subscription: who hears that an address is gone does not meet the connection that is.
	d.events = system.EventStream.Subscribe(d.heard)
	return d, nil
}

// dialOptions are those of our endpoints.
func (d *Door) dialOptions() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingAfter, Timeout: pingTimeout}),
		grpc.WithStreamInterceptor(d.dialled),
	}
}

// heard ends arrivals that meet no actor, and tells of our own connections that have ended.
func (d *Door) heard(news any) {
	switch e := news.(type) {
	case *actor.DeadLetterEvent:
		if a, ok := e.Message.(*Arrival); ok {
			a.Done()
		}
	case *remote.EndpointTerminatedEvent:
		d.peers.cut(e.Address)
	}
}

// CheckListen looks whether an address can be listened on, without listening on it: who waits for a node by dialing it must
// not take this for the node. It finds what cannot be an address here, and a port at which somebody answers. What it misses,
// Open finds.
func CheckListen(listen string) error {
	host, name, err := net.SplitHostPort(listen)
	if err != nil {
		return cannotListen(listen, err)
	}
	port, err := net.LookupPort("tcp", name)
	if err != nil {
		return cannotListen(listen, err)
	}
	here, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return cannotListen(listen, err)
	}
	here.Close()
	if port == 0 {
		return nil
	}
	c, err := net.DialTimeout("tcp", net.JoinHostPort(host, strconv.Itoa(port)), time.Second)
	if err != nil {
		return nil // nobody answers
	}
	defer c.Close()
	if c.LocalAddr().String() == c.RemoteAddr().String() {
		return nil // the system has chosen this very port for the other end
	}
	return cannotListen(listen, syscall.EADDRINUSE)
}

func cannotListen(listen string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("cannot listen on %s: %w; another node may be running: stop it, or listen elsewhere", listen, syscall.EADDRINUSE)
	}
	return fmt.Errorf("cannot listen on %s: %w", listen, err)
}

// probe looks whether an address can be listened on before the library does, so that a port in use is an error that says so.
func probe(listen string) (host string, port int, err error) {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return "", 0, cannotListen(listen, err)
	}
	l.Close()
	host, digits, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(digits)
	return host, port, err
}
