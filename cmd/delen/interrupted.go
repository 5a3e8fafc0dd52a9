package main

import (
	"context"
	"errors"
)

// statusInterrupted is the exit status of a command that a signal has ended before it was done: 128 and the number of
// SIGINT, as shells have it. serve and watch run until a signal, so that ends them well.
const statusInterrupted = 130

// errInterrupted is the error of a command that a signal has ended. What else there is to say about it wraps it.
var errInterrupted = errors.New("interrupted")

// untilInterrupted runs work that does not look at a context, and leaves it where it is when the context ends first. Only work
// that takes nothing with it when the program ends may be left: it computes, and then prints.
func untilInterrupted(ctx context.Context, work func() error) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errInterrupted
	}
}
