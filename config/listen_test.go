package config

import (
	"strings"
	"testing"
)

func TestListenOn(t *testing.T) {
	for _, c := range []struct{ advertised, address, advertise, problem string }{
		{"", "127.0.0.1:9000", "", ""},
		{"edge.local:8090", "127.0.0.1:9000", "", ""},
		{"edge.local:8090", "0.0.0.0:9000", "edge.local:9000", ""},
		{"edge.local:8090", ":9000", "edge.local:9000", ""},
		{"edge.local:8090", "[::]:0", "edge.local:8090", ""},
		{"", "0.0.0.0:9000", "", `0.0.0.0:9000 is every address of the machine, and peers cannot tell which one to dial: add one that they reach to the node block, for instance advertise = "192.0.2.7:8090"`},
		{"", "[::]:0", "", "[::]:0 is every address"},
		{"", ":9000", "", ":9000 is every address"},
		{"", "localhost", "", `"localhost" is no host:port: write for instance 127.0.0.1:8090`},
		{"", "localhost:http", "", "is no host:port"},
	} {
		n := Node{Listen: "127.0.0.1:8090", Advertise: c.advertised}
		before := n
		err := n.ListenOn(c.address)
		if c.problem != "" {
			if err == nil || !strings.Contains(err.Error(), c.problem) || n != before {
				t.Errorf("%+v: %v, %+v", c, err, n)
			}
			continue
		}
		if err != nil || n.Listen != c.address || n.Advertise != c.advertise {
			t.Errorf("%+v: %v, %+v", c, err, n)
		}
	}
}
