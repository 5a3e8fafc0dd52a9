package config

import (
	"net"
	"strconv"

	"github.com/hashicorp/hcl/v2"
)

// Node is who this machine is and where it is reached.
type Node struct {
	// Name tells the node from others.
	Name string
	// Listen is the host:port that it listens on, by default 127.0.0.1:8090.
	// Port 0 lets the system choose.
	Listen string
	// Advertise is the host:port that peers dial, or empty: then it is Listen.
	Advertise string
	// Inbound is how many bytes of requests may be in the house at a time, by
	// default DefaultInbound. Every tenant has an equal part.
	Inbound int64
}

// node decodes the one node block of a file.
func (d *decoder) node(file *block) Node {
	h := file.one("node")
	if h == nil && file.has["node"] {
		return Node{} // reported
	}
	if h == nil {
		d.failFile("Missing node block", "Add a block such as node \"edge\" { listen = %q }.", defaultListen)
		return Node{}
	}
	b := d.openBlock(h, nodeSchema)
	n := Node{
		Name:      b.label,
		Listen:    b.text("listen", defaultListen, defaultListen),
		Advertise: b.text("advertise", "", "192.0.2.7:8090"),
		Inbound:   b.bytes("inbound", DefaultInbound, 1<<20, 16<<30),
	}
	host := b.checkAddress("listen", n.Listen, 0)
	if n.Advertise != "" {
		if everywhere(b.checkAddress("advertise", n.Advertise, 1)) {
			b.failAt("advertise", "Invalid advertise", "Peers cannot dial %q. Write an address that they reach, such as \"192.0.2.7:8090\".", n.Advertise)
		}
	} else if everywhere(host) {
		// The node tells its peers where to answer; they cannot dial "everywhere".
		b.failAt("listen", "Missing advertise", "%q listens on every address, so peers cannot tell which one to dial. Add advertise = \"192.0.2.7:8090\" with the address that they reach.", n.Listen)
	}
	return n
}

// checkAddress reports a host:port that is none and returns its host.
func (b *block) checkAddress(name, address string, lowestPort int) string {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		var p int
		if p, err = strconv.Atoi(port); err == nil && p >= lowestPort && p <= 65535 {
			return host
		}
	}
	b.failAt(name, "Invalid "+name, "%q is not a host and a port from %d to 65535. Write for instance %s = %q.", address, lowestPort, name, defaultListen)
	return "invalid"
}

// everywhere reports whether a host stands for every address of the machine.
func everywhere(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// DefaultInbound is Node.Inbound of a node that does not say: 32 MiB.
const DefaultInbound = 32 << 20

const defaultListen = "127.0.0.1:8090"

var nodeSchema = &hcl.BodySchema{
	Attributes: []hcl.AttributeSchema{
		{Name: "listen"},
		{Name: "advertise"},
		{Name: "inbound"},
	},
}
