package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/internal/apart"
	"github.com/delen-edge/delen/internal/native"
	"github.com/delen-edge/delen/stages"
)

// rigged runs a test in a process with recording stand-ins for the runtime and for CUDA (see native.Rig), as apart.Run does.
func rigged(t *testing.T) bool {
	t.Helper()
	return apart.With(t, func() []string {
		library, err := Library("")
		if err != nil {
			t.Fatal(err)
		}
		return native.Rig(t, ".", library)
	})
}

func loadOn(t *testing.T, p Provider) *Model {
	t.Helper()
	m, err := Load(Config{Name: "glyphs", Files: []string{filepath.Join(glyphs, "model.onnx")}, Logits: true, Provider: p})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// setting sets a variable of the environment, for the stand-ins as well, until the function that it gives is called.
func setting(t *testing.T, name, value string) (restore func()) {
	t.Helper()
	if err := os.Setenv(name, value); err != nil {
		t.Fatal(err)
	}
	return func() { os.Unsetenv(name) }
}

// Two instances of four segments are eight sessions on eight streams, whose handles, device and limit reach the runtime; the
// deeper the segment, the higher the priority of its stream.
func TestEveryInstanceHasASessionAndAStream(t *testing.T) {
	if rigged(t) {
		return
	}
	defer setting(t, "FAKE_CUDA_DEVICES", "2")()
	m := loadOn(t, Provider{Name: "CUDA", Device: 1, Memory: 64 << 20})
	if n := len(readJournal(t).sessions); n != 0 || m.sessions != nil {
		t.Errorf("%d sessions are made before any instance", n)
	}
	chain, other := openAll(t, m), openAll(t, m)
	j := readJournal(t)
	on := j.on("cuda")
	if len(on) != 8 || len(j.streams) != 8 || len(j.settings) != 0 {
		t.Fatalf("%d sessions, %d streams and %d options of providers, want 8, 8 and none", len(on), len(j.streams), len(j.settings))
	}
	priorities := []string{"0", "-1", "-3", "-5"}
	for i, session := range on {
		p := j.sessions[session][0]
		stream := p.Options["user_compute_stream"]
		want := map[string]string{"device_id": "1", "gpu_mem_limit": "67108864", "has_user_compute_stream": "1", "user_compute_stream": stream}
		if d := cmp.Diff(want, p.Options); d != "" || len(j.sessions[session]) != 1 {
			t.Errorf("session %d: %s", i, d)
		}
		if made := "device=1 priority=" + priorities[i%4] + " flags=1"; j.streams[stream] != made {
			t.Errorf("the stream of session %d is made with %s, want %s", i, j.streams[stream], made)
		}
	}
	computesAsOnCPU(t, m, chain)
	computesAsOnCPU(t, m, other)
	closeAll(t, m, append(chain, other...))
	readJournal(t).empty(t)
}

// computesAsOnCPU holds a chain against one of a model on the CPU.
func computesAsOnCPU(t *testing.T, m *Model, chain []stages.Runner) {
	t.Helper()
	plain := loadGlyphs(t)
	cpu := openAll(t, plain)
	defer closeAll(t, plain, cpu)
	for _, row := range pictures(t)[:3] {
		if d := cmp.Diff(exits(t, plain, cpu, row), exits(t, m, chain, row)); d != "" {
			t.Errorf("a chain answers otherwise than on the CPU:\n%s", d)
		}
	}
}

// A renewed runner has another session on another stream, and the old ones are gone; the others keep theirs.
func TestARenewedRunnerHasAnotherStream(t *testing.T) {
	if rigged(t) {
		return
	}
	m := loadOn(t, Provider{Name: "cuda"})
	chain := openAll(t, m)
	before := readJournal(t)
	if err := chain[2].Renew(); err != nil {
		t.Fatal(err)
	}
	after := readJournal(t)
	gone := 0
	for _, session := range before.on("cuda") {
		if d := cmp.Diff(before.sessions[session], after.sessions[session]); d != "" {
			gone++
		}
	}
	if gone != 1 || len(after.on("cuda")) != 4 || len(after.streams) != 4 {
		t.Errorf("%d sessions are gone, %d are there on %d streams; want 1, 4 and 4", gone, len(after.on("cuda")), len(after.streams))
	}
	computesAsOnCPU(t, m, chain)
	for _, fails := range []string{"session.create", "cuda.append"} {
		restore := setting(t, "RECORDER_FAILS", fails)
		if err := chain[2].Renew(); err == nil {
			t.Errorf("%s fails, and a runner is renewed", fails)
		}
		restore()
		computesAsOnCPU(t, m, chain) // with the session that it had
	}
	closeAll(t, m, chain)
	readJournal(t).empty(t)
}

// What is open when an instance cannot be opened can be closed, and nothing is left.
func TestAnInstanceThatCannotBeOpenedLeavesNothing(t *testing.T) {
	if rigged(t) {
		return
	}
	for _, tt := range []struct{ variable, call, says string }{
		{"RECORDER_FAILS", "session.create", "segment 3"},
		{"RECORDER_FAILS", "cuda.create", "provider cuda"},
		{"RECORDER_FAILS", "cuda.update", "provider cuda"},
		{"RECORDER_FAILS", "cuda.append", "provider cuda"},
		{"FAKE_CUDA_FAILS", "cudaStreamCreateWithPriority", "cudaStreamCreateWithPriority: out of memory"},
		{"FAKE_CUDA_FAILS", "cudaSetDevice", "device 0"},
	} {
		m := loadOn(t, Provider{Name: "cuda"})
		var chain []stages.Runner
		for s := range 2 {
			r, err := m.Open(s, 1)
			if err != nil {
				t.Fatal(err)
			}
			chain = append(chain, r)
		}
		restore := setting(t, tt.variable, tt.call)
		if _, err := m.Open(2, 1); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s fails with %v, want it to say %s", tt.call, err, tt.says)
		}
		restore()
		closeAll(t, m, chain)
		readJournal(t).empty(t)
	}
}

// TensorRT comes first, then CUDA on the same stream for what it cannot execute. Engines of one segment have a folder of
// their own.
func TestTensorRTHasItsOptionsAndCUDABehindIt(t *testing.T) {
	if rigged(t) {
		return
	}
	cache := filepath.Join(t.TempDir(), "engines")
	m := loadOn(t, Provider{Name: "tensorrt", FP16: true, Workspace: 1 << 30, Cache: cache})
	chain := openAll(t, m)
	j := readJournal(t)
	folders := map[string]bool{}
	for i, session := range j.on("tensorrt") {
		providers := j.sessions[session]
		stream, folder := providers[0].Options["user_compute_stream"], providers[0].Options["trt_engine_cache_path"]
		want := []provided{{"tensorrt", map[string]string{
			"device_id": "0", "user_compute_stream": stream,
			"trt_fp16_enable": "1", "trt_max_workspace_size": "1073741824", "trt_engine_cache_enable": "1", "trt_engine_cache_path": folder,
		}}, {"cuda", map[string]string{"device_id": "0", "has_user_compute_stream": "1", "user_compute_stream": stream}}}
		if d := cmp.Diff(want, providers); d != "" {
			t.Errorf("session %d: %s", i, d)
		}
		if info, err := os.Stat(folder); err != nil || !info.IsDir() || filepath.Dir(folder) != cache {
			t.Errorf("the folder for engines is %s: %v", folder, err)
		}
		folders[folder] = true
	}
	if len(folders) != 4 || len(j.streams) != 4 {
		t.Errorf("%d folders and %d streams, want 4", len(folders), len(j.streams))
	}
	computesAsOnCPU(t, m, chain)
	restore := setting(t, "RECORDER_FAILS", "tensorrt.hand")
	if err := chain[0].Renew(); err == nil || !strings.Contains(err.Error(), "provider tensorrt: it fails, as the test ordered") {
		t.Errorf("a stream that is not taken gives %v", err)
	}
	restore()
	closeAll(t, m, chain)
	readJournal(t).empty(t)
}

// Other providers share a session, and get their options as they are.
func TestProvidersByName(t *testing.T) {
	if rigged(t) {
		return
	}
	for _, tt := range []struct{ name, recorded string }{
		{"xnnpack", "XNNPACK"}, {"WebGPU", "WebGPU"}, {"qnn", "QNN"}, {"OpenVINO", "openvino"}, {"novelty", "novelty"},
	} {
		m := loadOn(t, Provider{Name: tt.name, Options: map[string]string{"device_type": "CPU", "precision": "FP32"}})
		first, second := openAll(t, m), openAll(t, m)
		j := readJournal(t)
		on := j.on(tt.recorded)
		if len(on) != 4 || len(j.streams) != 0 {
			t.Errorf("%s: %d sessions and %d streams for two instances of four segments, want 4 and none", tt.name, len(on), len(j.streams))
		}
		for _, session := range on {
			want := []provided{{tt.recorded, map[string]string{"device_type": "CPU", "precision": "FP32"}}}
			if d := cmp.Diff(want, j.sessions[session]); d != "" {
				t.Errorf("%s: %s", tt.name, d)
			}
		}
		closeAll(t, m, append(first, second...))
		readJournal(t).empty(t)
	}
}
