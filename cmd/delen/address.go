package main

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// defaultPort is that of a node whose configuration says nothing of where it listens.
const defaultPort = "8090"

// nodeAddress completes the host:port of a node: without a port it is the default one. The error says what to write.
func nodeAddress(s string) (string, error) {
	no := fmt.Errorf("--node %q is no host:port: write for instance 127.0.0.1:%s", s, defaultPort)
	if strings.Contains(s, "/") {
		return "", no
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil { // there is no port, or no host:port
		host, port = strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"), defaultPort
		if strings.Contains(host, ":") && net.ParseIP(host) == nil {
			return "", no
		}
	}
	if port == "" {
		port = defaultPort
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("--node %q has no port from 1 to 65535: write for instance 127.0.0.1:%s", s, defaultPort)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}
