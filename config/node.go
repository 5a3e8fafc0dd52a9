package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
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
	// TokenFile is the path of the file that the administrator's token is read
	// from, or empty: then nobody administers the node over the wire.
	TokenFile string
	// Token is what that file holds.
	Token Token
}

// DefaultInbound is Node.Inbound of a node that does not say: 32 MiB.
const DefaultInbound = 32 << 20

// LeastMessage is what a node reads of a message whatever its models are, in
// bytes.
const LeastMessage = 256 << 10

// ErrRoom is the error of more tenants than there is room for.
var ErrRoom = errors.New("there is no room for so many tenants")

// CheckRoom holds the tenants against Node.Inbound: the part of each has room for
// two messages of a size, one that is dealt with and one that comes.
func (c *Config) CheckRoom(message int) error {
	need := 2 * int64(message) * int64(len(c.Tenants))
	if need <= c.Node.Inbound {
		return nil
	}
	return fmt.Errorf("%w: each needs %d KiB of what may be in the house at a time; write inbound = \"%dMiB\" in the node block, or more, for %d of them",
		ErrRoom, 2*message>>10, (need+(1<<20-1))>>20, len(c.Tenants))
}

// node decodes the one node block.
func (d *decoder) node(h *hclsyntax.Block) Node {
	b := d.openBlock(h, nodeSchema)
	n := Node{
		Name:      b.label,
		Listen:    b.address("listen"),
		Advertise: b.address("advertise"),
		Inbound:   b.size("inbound"),
	}
	d.inbound = b.at("inbound")
	n.TokenFile, n.Token = b.token("admin_token_file")
	switch {
	case n.Advertise != "" && everywhere(n.Advertise):
		b.failAt("advertise", "Invalid advertise", "Peers cannot dial %s: it stands for every address. Write one that they reach, for instance %s.",
			b.tell("advertise", strconv.Quote(n.Advertise)), b.schema.attribute("advertise").instance())
	case !b.given("advertise") && everywhere(n.Listen):
		// The node tells its peers where to answer; they cannot dial "everywhere".
		b.failAt("listen", "Missing advertise", "%s listens on every address, so peers cannot tell which one to dial. Add one that they reach, for instance %s.",
			capital(b.tell("listen", strconv.Quote(n.Listen))), b.schema.attribute("advertise").instance())
	}
	return n
}

// address reads a host:port.
func (b *block) address(name string) string {
	return read(b, name, func(a *attribute, v cty.Value) (string, bool) {
		_, port, err := net.SplitHostPort(v.AsString())
		if err != nil {
			return "", false
		}
		p, err := strconv.ParseUint(port, 10, 16)
		return v.AsString(), err == nil && (p > 0 || a.low == "0")
	})
}

// everywhere reports whether the host of an address stands for every address of
// the machine.
func everywhere(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && (host == "" || ip != nil && ip.IsUnspecified())
}

var nodeSchema = &schema{
	kind: "node", label: "edge-1", required: true,
	doc: "Who this machine is and where it is reached. Its name tells it from other nodes, in logs and answers.",
	attributes: []*attribute{{
		name: "listen", form: anAddress, usual: `"127.0.0.1:8090"`, low: "0", high: "65535",
		doc: "Where the node listens. Port 0 lets the system choose. With an empty host, `0.0.0.0` or `[::]` it listens on every address of " +
			"the machine; then it needs `advertise`.",
	}, {
		name: "advertise", form: anAddress, otherwise: "what `listen` says", example: `"192.0.2.7:8090"`, low: "1", high: "65535",
		doc: "Where peers dial: the node answers over a connection of its own, and tells them where it is reached.",
	}, {
		name: "inbound", form: aSize, usual: `"32MiB"`, low: "1MiB", high: "16GiB",
		doc: "How many bytes of requests may be in the house at a time. Every tenant has an equal part, so that none can take the room of another, and that has " +
			"room for two of the largest messages: 512KiB for each tenant, or more if a row of a model's inputs has more than 240KiB. For more tenants " +
			"than that the node is not started, and none is added.",
	}, {
		name: "admin_token_file", form: aFile, otherwise: "nobody can", example: `"admin.token"`,
		doc: "A file with the token that lets an administrator add and remove tenants and change shares and the policy while the node runs: 16 to 256 letters, " +
			"digits and signs, and the end of a line. Whoever knows it can do that: let nobody else read the file. A reload reads it anew.",
	}},
}
