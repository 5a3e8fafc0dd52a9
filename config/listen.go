package config

import (
	"fmt"
	"net"
	"strconv"
)

// ListenOn has the node listen on another address, a host:port, than the configuration says. It is reached there, too; on every
// address of the machine it is reached under the host that the configuration advertises, without which it is an error.
func (n *Node) ListenOn(address string) error {
	host, port, err := net.SplitHostPort(address)
	number, portErr := strconv.ParseUint(port, 10, 16)
	if err != nil || portErr != nil {
		return fmt.Errorf("%q is no host:port: write for instance 127.0.0.1:8090", address)
	}
	advertise := ""
	if everywhere(address) {
		if n.Advertise == "" {
			return fmt.Errorf("%s is every address of the machine, and peers cannot tell which one to dial: add one that they reach to the node block, for instance %s, or listen on that",
				net.JoinHostPort(host, port), nodeSchema.attribute("advertise").instance())
		}
		if advertise = n.Advertise; number > 0 {
			host, _, _ := net.SplitHostPort(advertise) // it has been checked
			advertise = net.JoinHostPort(host, port)
		}
	}
	n.Listen, n.Advertise = address, advertise
	return nil
}
