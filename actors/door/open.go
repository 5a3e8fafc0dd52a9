package door

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/asynkron/protoactor-go/remote"
)

// Open starts the remoting of an actor system behind the door, on listen (host:port; port 0 lets the system choose), known
// to peers as advertise, or as what it listens on. The caller ends it with Shutdown.
func (c *Config) Open(system *actor.ActorSystem, listen, advertise string) (r *remote.Remote, err error) {
	host, port, err := probe(listen)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil { // the library's way to say that it cannot listen
			r, err = nil, fmt.Errorf("cannot listen on %s: %v", listen, p)
		}
	}()
	options := []remote.ConfigOption{
		remote.WithServerOptions(c.options()...),
		remote.WithDialOptions(dialOptions()...),
		remote.WithEndpointWriterBatchSize(perBatch),
		remote.WithEndpointWriterQueueSize(1024), // the default takes 16 MB for each peer
	}
	if advertise != "" {
		options = append(options, remote.WithAdvertisedHost(advertise))
	}
	config := remote.Configure(host, port, options...)
	config.MaxRetryCount = 1 // every try costs two seconds during which nothing leaves for that peer
	r = remote.NewRemote(system, config)
	r.Start()
	return r, nil
}

// probe looks whether an address can be listened on before the library does, so that a port in use is an error that says so.
func probe(listen string) (host string, port int, err error) {
	l, err := net.Listen("tcp", listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return "", 0, fmt.Errorf("cannot listen on %s: %w; another node may be running: stop it, or listen elsewhere", listen, err)
	}
	if err != nil {
		return "", 0, fmt.Errorf("cannot listen on %s: %w", listen, err)
	}
	l.Close()
	host, digits, err := net.SplitHostPort(listen)
	if err != nil {
		return "", 0, err
	}
	port, err = strconv.Atoi(digits)
	return host, port, err
}
