package main

import (
	"strings"
	"testing"
)

func TestNodeAddress(t *testing.T) {
	for s, want := range map[string]string{
		"localhost": "localhost:8090", "localhost:": "localhost:8090", "localhost:9000": "localhost:9000", "10.0.0.7": "10.0.0.7:8090",
		"::1": "[::1]:8090", "[::1]": "[::1]:8090", "[::1]:9000": "[::1]:9000", ":9000": "127.0.0.1:9000", "": "127.0.0.1:8090",
	} {
		if got, err := nodeAddress(s); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		"http://localhost:8090": "is no host:port: write for instance 127.0.0.1:8090", "edge/node": "is no host:port",
		"localhost:http": "has no port from 1 to 65535: write for instance 127.0.0.1:8090", "localhost:0": "has no port", "localhost:70000": "has no port",
	} {
		if got, err := nodeAddress(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v, want %q", s, got, err, want)
		}
	}
}
