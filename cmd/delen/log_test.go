package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/delen-edge/delen/actors/event"
	"github.com/delen-edge/delen/config"
)

// sampleLog writes what a node could, and a line that is none of its.
func sampleLog(t *testing.T, form string) string {
	t.Helper()
	var b bytes.Buffer
	log := newLog(config.Log{Level: "info", Format: form}, &b)
	event.Emit(log.Log, event.RuntimeLoaded{Library: "/lib/libonnxruntime.so.1", Version: "1.27.0", Provider: "cpu"})
	edge := log.Named("edge")
	io.WriteString(log.text(), "2026-01-02 [W:onnxruntime] not ours\n")
	slog.New(log.library).Error("gone", "pid", "x")
	camera, err := edge.Named("tenant"), errors.New("segment 2 of model glyphs: no memory")
	for range 2 {
		event.Emit(camera, event.RequestRefused{Tenant: "camera", ID: 7, Code: "RESOURCE_EXHAUSTED", Message: "the queue is full"})
		event.Emit(camera, event.RequestFailed{Tenant: "camera", ID: 8, Error: err})
	}
	event.Emit(edge, event.StageRestarted{Model: "glyphs", Segment: 2})
	event.Emit(camera, event.TenantStopped{Tenant: "camera", Account: event.Account{Admitted: 9, Refused: 2, Exits: []uint64{4, 3}}})
	event.Emit(edge, event.NodeStopped{After: 1500 * time.Millisecond})
	log.close()
	return b.String()
}

// times are the times of the day in a log, which differ from run to run.
var times = regexp.MustCompile(`(\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?`)

func TestFormsOfALine(t *testing.T) {
	lines := strings.Split(times.ReplaceAllString(sampleLog(t, "json"), "T"), "\n")
	got := []string{lines[0], lines[2], lines[len(lines)-2]}
	want := []string{
		`{"level":"info","time":"T","event":"runtime.loaded","library":"/lib/libonnxruntime.so.1","version":"1.27.0","provider":"cpu"}`,
		`{"level":"warn","time":"T","from":"actors","event":"gone","pid":"x"}`,
		`{"level":"info","time":"T","from":"edge","event":"node.stopped","after":1.5}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	lines = strings.Split(times.ReplaceAllString(sampleLog(t, "console"), "T"), "\n")
	if got, want := lines[len(lines)-2], "T info  edge node.stopped after=1.5s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The commands that docs/events.md gives to operators do on a log what the page says.
func TestCommandsOfTheEventsPage(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("there is no jq here")
	}
	page, err := os.ReadFile("../../docs/events.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "node.log"), []byte(sampleLog(t, "json")), 0o644); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		cmd := exec.Command("sh", "-c", strings.Replace(block[1], "tail -f", "tail -n 2", 1))
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s%v", block[1], err)
		}
		got = append(got, times.ReplaceAllString(string(out), "T"))
	}
	want := []string{
		"T info tenant.stopped " + `{"tenant":"camera","admitted":9,"refused":2,"exits":[4,3],"expired":0,"shed":0,"cancelled":0,"failed":0,"busy":0,"lost":0}` +
			"\nT info node.stopped " + `{"after":1.5}` + "\n",
		"      2 request.failed\n      1 stage.restarted\n      1 gone\n",
		"      2 RESOURCE_EXHAUSTED: the queue is full\n",
		"camera\t9\t2\t7\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// People read four digits, programs all.
func TestNumbersInTheConsole(t *testing.T) {
	for form, want := range map[string]string{"json": `"fairness":0.3333333333333333,`, "console": ` fairness=0.3333`} {
		var b strings.Builder
		log := newLog(config.Log{Level: "info", Format: form}, &b)
		event.Emit(log.Named("edge"), event.PolicyChanged{Policy: "cooperative", Fairness: 1.0 / 3, Budget: 12345678})
		log.close()
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %s", form, b.String())
		}
	}
}
