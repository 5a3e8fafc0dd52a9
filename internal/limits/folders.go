package limits

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// folders are those of the control groups of this process that may limit what a controller controls, of both versions:
// its own, and all above it up to the root of the mount, for the limit of each of them holds. They are paths without
// the first slash. A group that is not below a mount, such as one outside the process's namespace, cannot be read and
// has none.
func folders(root fs.FS, controller string) []string {
	var all []string
	mounts := mountsOf(root)
	data, _ := fs.ReadFile(root, "proc/self/cgroup")
	for line := range strings.Lines(string(data)) { // 4:cpu,cpuacct:/box/node in version 1, 0::/box/node in version 2
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(part) != 3 {
			continue
		}
		want := controller
		if part[0] == "0" && part[1] == "" {
			want = ""
		} else if !slices.Contains(strings.Split(part[1], ","), controller) {
			continue
		}
		if at, below, ok := nearest(mounts, want, part[2]); ok {
			for ; below != "/"; below = path.Dir(below) {
				all = append(all, path.Join(at, below)[1:])
			}
			all = append(all, strings.TrimPrefix(at, "/"))
		}
	}
	return all
}

// mount is a place where a hierarchy of control groups is mounted.
type mount struct {
	root        string   // the group that is seen there
	at          string   // the folder
	controllers []string // of version 1; nil: version 2
}

// nearest finds the mount that shows a group with the most groups above it, and where below the mount the group is. The
// controller is "" for version 2.
func nearest(mounts []mount, controller, group string) (at, below string, ok bool) {
	if !path.IsAbs(group) || slices.Contains(strings.Split(group, "/"), "..") {
		return "", "", false
	}
	group = path.Clean(group)
	for _, m := range mounts {
		if (controller == "") != (m.controllers == nil) || controller != "" && !slices.Contains(m.controllers, controller) {
			continue
		}
		rest, inside := strings.CutPrefix(group+"/", strings.TrimSuffix(m.root, "/")+"/")
		if inside && (!ok || len(rest) > len(below)) {
			at, below, ok = m.at, path.Clean("/"+rest), true
		}
	}
	return at, below, ok
}

// mountsOf reads where control groups are mounted.
func mountsOf(root fs.FS) []mount {
	var all []mount
	data, _ := fs.ReadFile(root, "proc/self/mountinfo")
	for line := range strings.Lines(string(data)) { // 31 23 0:28 ROOT FOLDER rw,... shared:1 - TYPE SOURCE OPTIONS
		before, after, _ := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if len(place) < 5 || len(kind) < 3 {
			continue
		}
		m := mount{root: unescaped(place[3]), at: path.Clean("/" + unescaped(place[4]))}
		switch kind[0] {
		case "cgroup":
			m.controllers = strings.Split(kind[2], ",")
		case "cgroup2":
		default:
			continue
		}
		all = append(all, m)
	}
	return all
}

// unescaped is a path of mountinfo, in which blanks and backslashes are three octal digits behind a backslash.
func unescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+4 <= len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
