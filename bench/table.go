package main

import (
	"fmt"
	"strings"
)

// table is what a person reads of a result, in 80 columns.
func table(r *result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d pictures, %d connections, %d threads of ONNX Runtime, %d rounds of %s each.\n",
		r.Samples, r.Settings.Connections, r.Threads, r.Settings.Rounds, r.Settings.Round)
	fmt.Fprintf(&b, "Dělen with exits stops at: %s\n\n", r.Criterion)
	b.WriteString("                       answers    Dělen / this     right    CPU of an answer\n")
	b.WriteString("server     network    a second   exits   whole   answers    server     client\n")
	for _, f := range r.Contenders {
		fmt.Fprintf(&b, "%-10s %-9s %9.1f %7.2f %7.2f %7.2f %% %9s  %9s\n",
			f.Server, f.Network, f.Rate, f.Exits, f.Whole, 100*f.Accuracy, milliseconds(f.ServerCPU), milliseconds(f.ClientCPU))
	}
	fmt.Fprintf(&b, "\nThe way through gRPC, protobuf and the actors costs %s of CPU a request:\n", milliseconds(r.WayCPU))
	b.WriteString("Dělen's process with the whole network less the bare runtime (no server).\n")
	return b.String()
}

// milliseconds is a time in seconds as a person reads it; none is a dash.
func milliseconds(seconds float64) string {
	if seconds == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f ms", 1000*seconds)
}
