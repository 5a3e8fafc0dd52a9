package main

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// terminal says whether a writer is a terminal, and how many columns it has: 80 where it does not say.
func terminal(w io.Writer) (columns int, ok bool) {
	const usual = 80
	f, ok := w.(*os.File)
	if !ok {
		return usual, false
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return usual, false
	}
	if size.Col == 0 {
		return usual, true
	}
	return int(size.Col), true
}
