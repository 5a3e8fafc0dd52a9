package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// process is a server in a process of its own. Who started it stops it.
type process struct {
	command *exec.Cmd
	ready   chan struct{} // closed when the server has said that it is ready
	ended   chan struct{} // closed when the process has ended
	tail    []string      // the last lines that it wrote; read when it has ended
}

// grace is what a server may take to stop.
const grace = 10 * time.Second

// start runs a program and waits until a line that it writes has the mark.
func start(ctx context.Context, mark, program string, args ...string) (*process, error) {
	p := &process{command: exec.Command(program, args...), ready: make(chan struct{}), ended: make(chan struct{})}
	r, w := io.Pipe()
	p.command.Stdout, p.command.Stderr = w, w
	p.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the terminal's Ctrl-C goes to the benchmark alone
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go p.follow(r, mark)
	go func() {
		p.command.Wait() // the end is what counts, its state does not
		w.Close()
	}()
	select {
	case <-p.ready:
		return p, nil
	case <-ctx.Done():
		p.stop()
		return nil, ctx.Err()
	case <-p.ended:
		return nil, fmt.Errorf("%s ended before it was ready:\n%s", p.command, strings.Join(p.tail, "\n"))
	}
}

// follow reads what the process writes, until it ends.
func (p *process) follow(r io.Reader, mark string) {
	defer close(p.ended)
	said := false
	for lines := bufio.NewScanner(r); lines.Scan(); {
		if !said && strings.Contains(lines.Text(), mark) {
			said = true
			close(p.ready)
		}
		p.tail = append(p.tail, lines.Text())
		p.tail = slices.Delete(p.tail, 0, max(0, len(p.tail)-20))
	}
}

// cpu is the CPU time that the server has used.
func (p *process) cpu() (time.Duration, error) { return cpuOf(p.command.Process.Pid) }

// stop ends the process and what it has started.
func (p *process) stop() {
	group := -p.command.Process.Pid
	syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(grace):
		syscall.Kill(group, syscall.SIGKILL)
		<-p.ended
	}
}

// freePort is a port of the loopback interface that nobody listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}
