package main

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/delen-edge/delen/internal/limits"
	"github.com/delen-edge/delen/stages/onnx"
)

// group makes a control group of a controller below that of this process, of the version that this machine has for it.
func group(t *testing.T, controller string) (folder string, version int) {
	t.Helper()
	if testing.Short() {
		t.Skip("makes control groups")
	}
	own, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Skip(err)
	}
	var parent string
	for line := range strings.Lines(string(own)) {
		id, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		of, path, _ := strings.Cut(rest, ":")
		if version == 0 && id == "0" {
			parent, version = filepath.Join("/sys/fs/cgroup", path), 2
		}
		if of == controller || strings.HasPrefix(of, controller+",") {
			parent, version = filepath.Join("/sys/fs/cgroup", of, path), 1
		}
	}
	control := filepath.Join(parent, "cgroup.subtree_control")
	if on, _ := os.ReadFile(control); version == 2 && !slices.Contains(strings.Fields(string(on)), controller) {
		if err := write(control, "+"+controller); err != nil {
			t.Skipf("groups below %s cannot have the controller %s: %v", parent, controller, err)
		}
		t.Cleanup(func() { write(control, "-"+controller) })
	}
	folder, err = os.MkdirTemp(parent, "delen-test-")
	if err != nil {
		t.Skipf("a control group cannot be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(folder); err != nil {
			t.Error(err)
		}
	})
	return folder, version
}

// write writes to a file that is there: os.WriteFile would make one.
func write(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if c := f.Close(); err == nil {
		err = c
	}
	return err
}

// setQuota gives a group microseconds of CPU time in 100 ms, and says which file holds them.
func setQuota(t *testing.T, folder string, version int, micros string) string {
	t.Helper()
	file, text := filepath.Join(folder, "cpu.max"), micros+" 100000"
	if version == 1 {
		file, text = filepath.Join(folder, "cpu.cfs_quota_us"), micros
	}
	if err := write(file, text); err != nil {
		t.Skipf("a quota cannot be set here: %v", err)
	}
	return file
}

// inGroup is a command of this program that runs in a group.
func inGroup(t *testing.T, folder string, args ...string) *exec.Cmd {
	t.Helper()
	delen, err := exec.LookPath("delen") // which testscript.Main has made of this test binary
	if err != nil {
		t.Fatal(err)
	}
	const enter = `echo $$ > "$1" && shift && exec "$@"`
	return exec.Command("sh", append([]string{"-c", enter, "sh", filepath.Join(folder, "cgroup.procs"), delen}, args...)...)
}

// examined is what doctor says of the machine in a group.
func examined(t *testing.T, folder string) machine {
	t.Helper()
	cmd := inGroup(t, folder, "doctor", "--json")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=")
	out, err := cmd.Output() // it fails where there is no runtime
	var e examination
	if json.Unmarshal(out, &e) != nil {
		t.Fatalf("doctor says %s: %v", out, err)
	}
	return e.Machine
}

func TestDoctorInAControlGroup(t *testing.T) {
	t.Run("cpu", func(t *testing.T) {
		folder, version := group(t, "cpu")
		file := setQuota(t, folder, version, "50000")
		m := examined(t, folder)
		if q := m.Limits.Quota; q == nil || *q != (quota{.5, file}) || m.Cores != 1 {
			t.Errorf("version %d: doctor says %d cores and the quota %+v, want 1 and .5 of %s", version, m.Cores, q, file)
		}
	})
	t.Run("memory", func(t *testing.T) {
		folder, version := group(t, "memory")
		file := filepath.Join(folder, "memory.max")
		if version == 1 {
			file = filepath.Join(folder, "memory.limit_in_bytes")
		}
		const bytes = 512 << 20
		if err := write(file, "536870912"); err != nil {
			t.Skipf("a limit cannot be set here: %v", err)
		}
		m := examined(t, folder)
		if l := m.Limits.Memory; l == nil || *l != (limit{bytes, file}) || m.Available == nil || *m.Available > bytes {
			t.Errorf("version %d: doctor says %+v and %v available, want %d of %s", version, l, m.Available, bytes, file)
		}
	})
}

// A node has the slots and the threads that the quota leaves at the start, and the threads that it leaves later.
func TestServeFollowsTheQuota(t *testing.T) {
	folder, version := group(t, "cpu")
	if _, err := onnx.Library(""); err != nil {
		t.Skip(err)
	}
	setQuota(t, folder, version, "150000")
	dir := t.TempDir()
	if err := furnish(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "delen.hcl")
	const source = "node \"edge\" { listen = \"127.0.0.1:0\" }\nmodel \"glyphs\" { path = \"glyphs/model.onnx\" }\ntenant \"all\" {}\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	node := inGroup(t, folder, "serve", path)
	node.Env = append(os.Environ(), "GOMAXPROCS=", "GORACE=exitcode=0")
	log, err := node.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	t.Cleanup(func() {
		if !ended {
			node.Process.Kill()
			node.Wait()
		}
	})
	lines := bufio.NewScanner(log)
	want := func(name string, quota float64, cores, slots int) {
		t.Helper()
		e := until(t, lines, name)
		if e["quota"] != quota || e["cores"] != float64(cores) || e["slots"] != float64(slots) || e["threads"] != float64(cores+slots) {
			t.Errorf("%v, want %d cores by a quota of %g, %d slots, and threads for both", e, cores, quota, slots)
		}
	}
	slots := min(2, limits.Own().Mask)
	want("machine.found", 1.5, slots, slots)
	setQuota(t, folder, version, "50000")
	node.Process.Signal(syscall.SIGHUP)
	want("machine.changed", .5, 1, slots)
	until(t, lines, "config.reloaded") // slots that were left out are those of the start: nothing else needs a restart
	setQuota(t, folder, version, map[int]string{1: "-1", 2: "max"}[version])
	node.Process.Signal(syscall.SIGTERM)
	until(t, lines, "node.stopped")
	ended = true
	if err := node.Wait(); err != nil {
		t.Errorf("the node: %v", err)
	}
}
