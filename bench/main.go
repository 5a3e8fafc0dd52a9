// Bench-servers says what exits bring against servers that have none. It serves the example's network by Dělen, by a
// tuned Node server and by a bare Go server, sends all of them the same pictures in turns, and prints who answered how
// many, how well, and for how much CPU time. README.md beside it says what is compared and why.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/delen-edge/delen/bench/bare"
	"github.com/delen-edge/delen/stages/onnx"
)

// The benchmark runs in the module's folder.
const (
	configuration = "bench/delen.hcl"
	nodeServer    = "bench/node/server.js"
	example       = "examples/glyphs"
	threads       = 2 // of ONNX Runtime for each server in all, as the configuration gives Dělen
)

// settings are what a run can be told.
type settings struct {
	Connections int           `json:"connections"` // each has one request under way at any time
	Rounds      int           `json:"rounds"`
	Round       time.Duration `json:"round_ns"` // how long each contender has in each round

	delen string // the program
	out   string // where the figures go
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench-servers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	library, err := onnx.Library("")
	if err != nil {
		return err
	}
	if err := onnx.Open(library); err != nil {
		return err
	}
	if len(args) == 4 && args[0] == "serve" {
		return serve(args[1], args[2], args[3])
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := parse(args)
	result, err := compare(ctx, s)
	if err != nil {
		return err
	}
	if err := write(s.out, result); err != nil {
		return err
	}
	fmt.Print(table(result))
	return nil
}

func parse(args []string) settings {
	var s settings
	f := flag.NewFlagSet("bench-servers", flag.ExitOnError)
	f.IntVar(&s.Connections, "connections", 8, "`number` of connections, each with one request")
	f.IntVar(&s.Rounds, "rounds", 9, "`number` of rounds")
	f.DurationVar(&s.Round, "round", 2*time.Second, "`time` of each contender in each round")
	f.StringVar(&s.delen, "delen", "bin/delen", "`path` of the program delen")
	f.StringVar(&s.out, "o", "out/bench-servers.json", "`file` for the figures")
	f.Parse(args) // ends the program on an error
	return s
}

// write writes figures as JSON.
func write(name string, r *result) error {
	var data bytes.Buffer
	encoder := json.NewEncoder(&data)
	encoder.SetEscapeHTML(false) // the criterion stays readable
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(r); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, data.Bytes(), 0o644)
}

// serve is the bare Go server, a process of its own like the others.
func serve(model, port, number string) error {
	runs, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	network, err := bare.Open(model, runs)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	return http.Serve(l, bare.Handler(network))
}
