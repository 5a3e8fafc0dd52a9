package actors_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/delen-edge/delen/actors/client"
	"github.com/delen-edge/delen/actors/wire"
	"github.com/delen-edge/delen/internal/apart"
	"github.com/delen-edge/delen/internal/patience"
	"github.com/delen-edge/delen/internal/proc"
	"github.com/delen-edge/delen/stages/picture"
)

// alone says whether the test has run in a process of its own.
func alone(t *testing.T) bool {
	t.Helper()
	return apart.Run(t)
}

func patiently(t testing.TB) context.Context {
	t.Helper()
	return patience.Context(t)
}

// A child is a node, or an app, in a process of its own.
type child struct {
	t       testing.TB
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	events  chan event
	early   []event // said before an order was done
	address string
	ended   chan struct{} // closed when the process has ended
	err     error         // of the process, once it has ended
	last    event         // of a node that has stopped
	options options       // of a node
	config  string        // path of its configuration
}

// options of a node in a test. The zero value gives the usual ones.
type options struct {
	listen    string        // "127.0.0.1:0"
	inbound   string        // what the configuration says when it does not say
	model     string        // the path of the model, in place of the example's
	profile   string        // the path of a profile: a published one takes the place of the model
	scheduler string        // the body of the scheduler block
	token     string        // of an administrator
	tenants   string        // the tenant blocks
	core      string        // that the process runs on; any
	root      string        // of the machine, as far as its heat goes; one that says nothing
	grace     time.Duration // 10 s
}

// usual are a quick and a sure tenant whose answers depend on the picture alone.
const usual = `
tenant "doorbell" {
  share     = 60
  exit_when = confidence >= 0.9
  queue     = 1024
}

tenant "survey" {
  share     = 40
  exit_when = confidence >= 0.97
  queue     = 1024
}
`

const glyphs = "../examples/glyphs"

// write makes the configuration and gives its path.
func (o options) write(t testing.TB) string {
	t.Helper()
	model, err := filepath.Abs(cmp.Or(o.model, filepath.Join(glyphs, "model.onnx")))
	if err != nil {
		t.Fatal(err)
	}
	if o.listen == "" {
		o.listen = "127.0.0.1:0"
	}
	if o.scheduler == "" {
		o.scheduler = "slots = 2"
	}
	if o.tenants == "" {
		o.tenants = usual
	}
	if o.inbound != "" {
		o.inbound = fmt.Sprintf("inbound = %q", o.inbound)
	}
	if o.token != "" {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(o.token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		o.inbound += fmt.Sprintf("\nadmin_token_file = %q", file)
	}
	profile := ""
	if o.profile != "" {
		if profile, err = filepath.Abs(o.profile); err != nil {
			t.Fatal(err)
		}
		profile = fmt.Sprintf("profile = %q", profile)
	}
	source := fmt.Sprintf("node \"test\" {\nlisten = %q\n%s\n}\nmodel \"glyphs\" {\npath = %q\n%s\n}\nscheduler {\n%s\n}\n%s",
		o.listen, o.inbound, model, profile, o.scheduler, o.tenants)
	path := filepath.Join(t.TempDir(), "delen.hcl")
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// launch starts a node's process. It does not wait for the node.
func launch(t testing.TB, o options) *child {
	t.Helper()
	if o.grace == 0 {
		o.grace = 10 * time.Second
	}
	path := o.write(t)
	c := spawn(t, o.core, configVariable+"="+path, graceVariable+"="+o.grace.String(), rootVariable+"="+cmp.Or(o.root, t.TempDir()))
	c.options, c.config = o, path
	return c
}

// spawn starts this test binary as another program, which the environment chooses, on one core, or on any when core is "".
func spawn(t testing.TB, core string, environment ...string) *child {
	t.Helper()
	c := &child{t: t, events: make(chan event, 100), ended: make(chan struct{})}
	c.cmd = exec.Command(os.Args[0])
	if core != "" {
		c.cmd = exec.Command("taskset", "--cpu-list", core, os.Args[0])
	}
	c.cmd.Env = append(append(os.Environ(), environment...), patience.Variable(t), "GORACE=exitcode=0 atexit_sleep_ms=0")
	said := &strings.Builder{}
	c.cmd.Stderr = said
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 4<<20) // a node that is stuck tells all its stacks
		for lines.Scan() {
			var e event
			if json.Unmarshal(lines.Bytes(), &e) != nil {
				e = event{Kind: "said", Text: lines.Text()}
			}
			c.events <- e
		}
		c.err = c.cmd.Wait()
		close(c.events)
		close(c.ended)
	}()
	t.Cleanup(func() {
		c.cmd.Process.Kill()
		for range c.events {
		}
		for _, report := range apart.Races(said.String()) {
			t.Errorf("the other process has a data race:\n%s", report)
		}
		if t.Failed() {
			fmt.Fprintf(os.Stderr, "the other process said:\n%s", said)
		}
	})
	return c
}

// start starts a node and waits until it is ready. When the test ends and has not stopped it, it is stopped and checked.
func start(t testing.TB, o options) *child {
	t.Helper()
	c := launch(t, o)
	c.address = c.await("ready").Text
	t.Cleanup(func() {
		select {
		case <-c.ended:
		default:
			c.stop()
		}
	})
	return c
}

// await waits for an event of a kind and passes over others. What an order leads to may be said before that it is done.
func (c *child) await(kind string) event {
	c.t.Helper()
	if i := slices.IndexFunc(c.early, func(e event) bool { return e.Kind == kind }); i >= 0 {
		e := c.early[i]
		c.early = slices.Delete(c.early, i, i+1)
		return e
	}
	over := patience.After(c.t)
	for {
		select {
		case e, ok := <-c.events:
			switch {
			case !ok:
				c.t.Fatalf("the other process ended (%v) before it said %q", c.err, kind)
			case e.Kind == kind:
				return e
			case e.Kind == "error":
				c.t.Fatalf("the other process says: %s", e.Text)
			case kind == "done":
				c.early = append(c.early, e)
			}
		case <-over:
			c.t.Fatalf("the other process did not say %q", kind)
		}
	}
}

// order makes the node's process do something, and waits until it has.
func (c *child) order(what string) {
	c.t.Helper()
	c.ask(what)
}

// ask is order for what has a result.
func (c *child) ask(what string) event {
	c.t.Helper()
	if _, err := io.WriteString(c.stdin, what+"\n"); err != nil {
		c.t.Fatal(err)
	}
	return c.await("done")
}

// bytes is how many bytes of messages are in the house.
func (c *child) bytes() int {
	c.t.Helper()
	return c.ask("count").Bytes
}

// emptied waits until no more bytes of messages than these are in the house.
func (c *child) emptied(most int) {
	c.t.Helper()
	for over := patience.Over(c.t); ; time.Sleep(time.Millisecond) {
		left := c.bytes()
		if left <= most {
			return
		}
		if time.Now().After(over) {
			c.t.Fatalf("%d bytes of messages stay in the house", left)
		}
	}
}

// logs waits until an event has been logged so many times.
func (c *child) logs(name string, times int) {
	c.t.Helper()
	for over := patience.Over(c.t); c.ask("logged").Logged[name] < times; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(over) {
			c.t.Fatalf("the node does not log %s", name)
		}
	}
}

// memory is what the system counts of the node's process.
func (c *child) memory() proc.Memory {
	c.t.Helper()
	m, err := proc.MemoryOf(c.cmd.Process.Pid)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

// megabytes are what memory is told in: 1 MB is 2^20 bytes.
func megabytes(bytes int) float64 { return float64(bytes) / (1 << 20) }

// terminate sends the signal upon which a node stops.
func (c *child) terminate() {
	c.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		c.t.Fatal(err)
	}
}

// stop stops a node that has nothing to do, checks that it leaves nothing behind, and gives the tenants' books.
func (c *child) stop() map[string]books {
	c.t.Helper()
	c.emptied(0)
	c.terminate()
	return c.stopped()
}

// stopped waits for a node that stops and checks what it says.
func (c *child) stopped() map[string]books {
	c.t.Helper()
	e := c.await("stopped")
	c.last = e
	if e.Text != "" {
		c.t.Errorf("the node stopped with an error: %s", e.Text)
	}
	if e.Carries != 0 {
		c.t.Errorf("%d carries were not freed", e.Carries)
	}
	if e.Left != "" {
		c.t.Errorf("the node leaves behind:\n%s", e.Left)
	}
	for name, b := range e.Tenants {
		if b.Lost != 0 {
			c.t.Errorf("%d requests of tenant %s got no answer", b.Lost, name)
		}
	}
	select {
	case <-c.ended:
		if c.err != nil {
			c.t.Errorf("the node's process: %v", c.err)
		}
	case <-patience.After(c.t):
		c.t.Error("the node's process does not end")
	}
	return e.Tenants
}

// dial connects a client, which the end of the test closes.
func (c *child) dial() *client.Client {
	c.t.Helper()
	cl, err := client.Dial(patiently(c.t), client.Config{Node: c.address})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(cl.Close)
	return cl
}

// shape is that of a picture as the model takes it.
var shape = []int64{1, 1, 32, 32}

// loadPictures gives the shipped test pictures as rows of the model.
var loadPictures = sync.OnceValues(func() ([][]float32, error) {
	f, err := os.Open(filepath.Join(glyphs, "test", "labels.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	spec := picture.Spec{Layout: "NCHW", Color: "gray", Height: 32, Width: 32, Mean: []float64{0.5}, Std: []float64{0.5}}
	var rows [][]float32
	for _, line := range lines[1:] {
		file, err := os.Open(filepath.Join(glyphs, "test", line[0]))
		if err != nil {
			return nil, err
		}
		img, _, err := image.Decode(file)
		file.Close()
		if err != nil {
			return nil, err
		}
		rows = append(rows, spec.Tensor(img))
	}
	if len(rows) != 300 {
		return nil, fmt.Errorf("%d test pictures, want 300", len(rows))
	}
	return rows, nil
})

func pictures(t testing.TB) [][]float32 {
	t.Helper()
	rows, err := loadPictures()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func inputs(row []float32) []*wire.Tensor {
	return []*wire.Tensor{client.Float32s("", shape, row)}
}

// faulty is an input that asks the node's process for a fault.
func faulty(t testing.TB, segment, what int) []*wire.Tensor {
	row := append([]float32(nil), pictures(t)[0]...)
	row[0] = float32(faultAt(segment, what))
	return inputs(row)
}

// want checks that an error is the node's, of a kind and with words in its message.
func want(t testing.TB, err error, code wire.Code, refused bool, words ...string) {
	t.Helper()
	var e *client.Error
	if !errors.As(err, &e) {
		t.Errorf("got %v, want %s of the node", err, code)
		return
	}
	if e.Code != code || e.Refused != refused {
		t.Errorf("got %v, want %s, refused: %v", err, code, refused)
	}
	for _, w := range words {
		if !strings.Contains(e.Message, w) {
			t.Errorf("the message does not say %q: %s", w, e.Message)
		}
	}
}

// healthy checks that a client gets an answer.
func healthy(t testing.TB, cl *client.Client) {
	t.Helper()
	for _, tenant := range []string{"doorbell", "survey"} {
		if _, err := cl.Infer(patiently(t), client.Request{Tenant: tenant, Inputs: inputs(pictures(t)[0])}); err != nil {
			t.Fatalf("tenant %s does not answer any more: %v", tenant, err)
		}
	}
}
