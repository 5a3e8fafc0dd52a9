package actors

import (
	"strconv"
	"testing"
	"time"
)

func TestAHostThatGuessesWaits(t *testing.T) {
	g := guesses{map[string]time.Duration{}}
	for i := range freeGuesses {
		if w := g.wait("a", 0); w != 0 {
			t.Fatalf("guess %d waits for %s", i, w)
		}
		g.wrong("a", 0)
	}
	if w := g.wait("a", 0); w != guessEvery {
		t.Errorf("it waits for %s", w)
	}
	if w := g.wait("b", 0); w != 0 {
		t.Errorf("another host waits for %s", w)
	}
	for now := guessEvery; now < time.Minute; now += guessEvery { // one look at a time
		if w := g.wait("a", now-1); w != 1 {
			t.Errorf("a moment before %s it waits for %s", now, w)
		}
		if w := g.wait("a", now); w != 0 {
			t.Errorf("at %s it waits for %s", now, w)
		}
		g.wrong("a", now)
	}
	if w := g.wait("a", time.Hour); w != 0 {
		t.Errorf("after an hour it waits for %s", w)
	}
	g.wrong("b", time.Hour)
	if len(g.clear) != 1 {
		t.Errorf("%d hosts are remembered", len(g.clear))
	}
}

// However many hosts guess, no more are remembered than a few, and those that are not get no more looks than one of them.
func TestManyHostsThatGuessTakeNoMemory(t *testing.T) {
	g := guesses{map[string]time.Duration{}}
	looks := 0
	for i := range 100 * mostHosts {
		if host := strconv.Itoa(i); g.wait(host, 0) == 0 {
			looks++
			g.wrong(host, 0)
		}
	}
	if len(g.clear) > mostHosts+1 || looks != mostHosts+freeGuesses {
		t.Errorf("%d hosts are remembered, %d guesses were looked at", len(g.clear), looks)
	}
}
