package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// ownNode is a node in a process of its own. Who started it stops it.
type ownNode struct {
	address string
	process *exec.Cmd
	log     *os.File
	ended   chan struct{} // closed when the process has ended
}

// ownGrace is what a node may take to stop, which is far more than any takes that does not hang.
const ownGrace = time.Minute

// startOwnNode serves a configuration on a free port and waits until apps can connect.
func startOwnNode(ctx context.Context, config string) (*ownNode, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	log, err := os.CreateTemp("", "delen-node-*.log")
	if err != nil {
		return nil, err
	}
	n := &ownNode{address: address, log: log, ended: make(chan struct{})}
	n.process = exec.Command(program, "serve", "--listen", address, config)
	n.process.Stdout, n.process.Stderr = log, log
	// In a group of its own the node does not get the terminal's Ctrl-C: it answers until the apps have stopped.
	n.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := n.process.Start(); err != nil {
		return nil, errors.Join(err, n.forget())
	}
	go func() {
		n.process.Wait() // stop reads the state
		close(n.ended)
	}()
	if err := n.ready(ctx); err != nil {
		return nil, n.stop(err)
	}
	return n, nil
}

// freeAddress finds a port of the loopback interface that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// ready waits until the node listens, which is the last thing it does to get ready. It takes as long as loading its models
// does.
func (n *ownNode) ready(ctx context.Context) error {
	for {
		conn, err := net.DialTimeout("tcp", n.address, time.Second)
		if err == nil {
			conn.Close()
			if conn.LocalAddr().String() != conn.RemoteAddr().String() { // else the system has chosen the node's port for this end
				return nil
			}
		}
		select {
		case <-n.ended:
			return errors.New("the node ended before it was ready")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the node. After an error its log is kept, and the error tells where; and how it ends, if the node failed.
func (n *ownNode) stop(err error) error {
	select {
	case <-n.ended:
		return n.keep(err, true)
	default:
		n.process.Process.Signal(syscall.SIGTERM)
	}
	select {
	case <-n.ended:
	case <-time.After(ownGrace):
		n.process.Process.Kill()
		<-n.ended
		err = errors.Join(err, fmt.Errorf("the node did not stop within %s and was killed", ownGrace))
	}
	if state := n.process.ProcessState; err == nil && !state.Success() {
		return n.keep(errors.New("the node did not stop well"), true)
	}
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, errInterrupted) {
		return errors.Join(err, n.forget())
	}
	return n.keep(err, false)
}

// keep closes the log and tells where it is.
func (n *ownNode) keep(err error, tail bool) error {
	n.log.Close()
	if !tail {
		return fmt.Errorf("%w; the node's log is kept in %s", err, n.log.Name())
	}
	return fmt.Errorf("%w (%s); its log, kept in %s, ends with:\n%s", err, n.process.ProcessState, n.log.Name(), n.tail(8))
}

// forget removes the log.
func (n *ownNode) forget() error {
	return errors.Join(n.log.Close(), os.Remove(n.log.Name()))
}

// tail is the end of the log, indented.
func (n *ownNode) tail(lines int) string {
	b, err := os.ReadFile(n.log.Name())
	if err != nil {
		return "  " + err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(b)), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return "  " + strings.Join(all, "\n  ")
}
