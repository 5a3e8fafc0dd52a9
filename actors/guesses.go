package actors

import (
	"maps"
	"time"
)

// guesses tell who tries tokens to slow down. Every host has a few wrong ones for nothing; from then on it is told to wait, but for
// one from time to time. A right one passes all the same: nobody guesses sixteen characters, however fast, and if it had to wait
// as well, any app on the administrator's machine could keep the administrator out.
type guesses struct {
	clear map[string]time.Duration // when all wrong tokens of a host are forgiven
}

// What a host may try.
const (
	freeGuesses = 5
	guessEvery  = 2 * time.Second
	mostHosts   = 1024 // that are remembered; the others count as one
)

// wait is how long the host is to send no more wrong ones.
func (g *guesses) wait(host string, now time.Duration) time.Duration {
	return max(0, g.clear[g.known(host)]-now-(freeGuesses-1)*guessEvery)
}

// wrong counts a wrong token of a host.
func (g *guesses) wrong(host string, now time.Duration) {
	maps.DeleteFunc(g.clear, func(_ string, at time.Duration) bool { return at <= now })
	host = g.known(host)
	g.clear[host] = max(g.clear[host], now) + guessEvery
}

// known is the name that a host is counted under.
func (g *guesses) known(host string) string {
	if _, ok := g.clear[host]; !ok && len(g.clear) >= mostHosts {
		return ""
	}
	return host
}
