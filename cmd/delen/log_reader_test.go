package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
)

const talkative = `
node "edge" { listen = "127.0.0.1:0" }
log { level = "debug" }
model "glyphs" { path = "glyphs/model.onnx" }
tenant "all" {}`

// asked has a node answer requests.
func asked(t *testing.T, address string, requests int) {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Config{Node: address})
	if err != nil {
		t.Fatal(err)
	}
	for range requests {
		if _, err := c.Infer(t.Context(), client.Request{
			Tenant: "all", Inputs: []*wire.Tensor{client.Float32s("", []int64{1, 1, 32, 32}, make([]float32, 1024))},
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// Whoever reads the log may go away, or stop reading: the node answers, and stops when it is told to.
func TestANodeOutlivesTheReaderOfItsLog(t *testing.T) {
	for name, lose := range map[string]func(*os.File){
		"goes away":     func(log *os.File) { log.Close() },
		"stops reading": func(*os.File) {},
	} {
		t.Run("one that "+name, func(t *testing.T) {
			dir := t.TempDir()
			if err := furnish(dir); err != nil {
				t.Fatal(err)
			}
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			if _, err := unix.FcntlInt(write.Fd(), unix.F_SETPIPE_SZ, 4096); err != nil { // a request at debug has more to say
				t.Fatal(err)
			}
			node := processTo(t, dir, talkative, write)
			write.Close()
			address := until(t, bufio.NewScanner(read), "node.ready")["address"].(string)
			lose(read)
			asked(t, address, 300)
			node.Process.Signal(syscall.SIGTERM)
			if err := node.Wait(); err != nil {
				t.Errorf("the node: %v", err)
			}
		})
	}
}

// On a terminal the log is for people.
func TestATerminalGetsALogForPeople(t *testing.T) {
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	ours, theirs := pseudoTerminal(t)
	node := processTo(t, dir, strings.Replace(talkative, `level = "debug"`, "", 1), theirs)
	theirs.Close()
	var line string
	for lines := bufio.NewScanner(ours); lines.Scan() && !strings.Contains(line, "node.ready"); {
		line = lines.Text()
	}
	node.Process.Signal(syscall.SIGTERM)
	if err := node.Wait(); err != nil {
		t.Errorf("the node: %v", err)
	}
	if strings.HasPrefix(line, "{") || !strings.Contains(line, " info  edge node.ready vocabulary=") || len([]rune(line)) > 82 {
		t.Errorf("the line is %q", line)
	}
}

// pseudoTerminal opens both ends of one.
func pseudoTerminal(t *testing.T) (ours, theirs *os.File) {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { ours.Close() })
	unlock := 0
	if _, _, no := unix.Syscall(unix.SYS_IOCTL, ours.Fd(), unix.TIOCSPTLCK, uintptr(unsafe.Pointer(&unlock))); no != 0 {
		t.Skip(no)
	}
	number, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	if theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Skip(err)
	}
	if err := unix.IoctlSetWinsize(int(ours.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 80, Row: 24}); err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// processTo serves a configuration in a process of its own, whose log goes to a file.
func processTo(t *testing.T, dir, source string, log *os.File, flags ...string) *exec.Cmd {
	t.Helper()
	node := command(t, dir, source, flags...)
	node.Stderr = log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { node.Process.Kill() })
	return node
}
