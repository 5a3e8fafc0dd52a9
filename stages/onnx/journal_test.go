package onnx

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// provided is a provider that was appended to the options of a session.
type provided struct {
	Name    string
	Options map[string]string
}

// journal is what a rig has recorded, replayed: the sessions and streams that there are.
type journal struct {
	sessions map[string][]provided // by handle
	streams  map[string]string     // by handle: how they were made
	made     []string              // handles of sessions, in order
	options  map[string][]provided // of sessions to come, by handle
	settings map[string]provided   // of providers, by handle
}

// readJournal replays the calls of this process so far, and holds them against the laws: a session works on a stream that is
// there and that no other session works on, a stream ends after its session, and everything ends once.
func readJournal(t *testing.T) *journal {
	t.Helper()
	data, err := os.ReadFile(os.Getenv("DELEN_TEST_CALLS"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	j := &journal{
		sessions: map[string][]provided{}, streams: map[string]string{}, options: map[string][]provided{}, settings: map[string]provided{},
	}
	for line := range strings.Lines(string(data)) {
		call, args, _ := strings.Cut(strings.TrimSpace(line), " ")
		if fault := j.replay(call, strings.SplitN(args, " ", 2)); fault != "" {
			t.Errorf("%s: %s", strings.TrimSpace(line), fault)
		}
	}
	return j
}

func (j *journal) replay(call string, args []string) (fault string) {
	of, what, _ := strings.Cut(call, ".")
	switch {
	case call == "stream.create":
		j.streams[args[0]] = args[1]
	case call == "stream.destroy":
		return j.destroy(args[0])
	case call == "session.create":
		return j.create(args[0], j.options[args[1]])
	case call == "session.release":
		if _, ok := j.sessions[args[0]]; !ok {
			return "there is no such session"
		}
		delete(j.sessions, args[0])
		j.made = slices.DeleteFunc(j.made, func(s string) bool { return s == args[0] }) // another may get the handle
	case call == "options.create":
		delete(j.options, args[0])
	case what == "create":
		j.settings[args[0]] = provided{of, map[string]string{}}
	case what == "release":
		delete(j.settings, args[0])
	case what == "append" && (of == "named" || of == "openvino"):
		j.options[args[0]] = append(j.options[args[0]], provided{slices.Concat(args, []string{of})[1], map[string]string{}})
	case what == "append":
		s := j.settings[args[1]]
		j.options[args[0]] = append(j.options[args[0]], provided{s.Name, maps.Clone(s.Options)})
	case what == "update" || what == "hand":
		key, value, _ := strings.Cut(args[1], "=")
		if s, ok := j.settings[args[0]]; ok {
			s.Options[key] = value
		} else {
			last := j.options[args[0]]
			last[len(last)-1].Options[key] = value
		}
	}
	return ""
}

func (j *journal) create(session string, providers []provided) (fault string) {
	for _, p := range providers {
		stream, ok := p.Options["user_compute_stream"]
		if !ok {
			continue
		}
		if _, ok := j.streams[stream]; !ok {
			fault = "the session works on a stream that is not there"
		}
		if other := j.user(stream); other != "" {
			fault = "the session shares a stream with " + other
		}
	}
	j.sessions[session] = providers
	j.made = append(j.made, session)
	return fault
}

func (j *journal) destroy(stream string) (fault string) {
	if _, ok := j.streams[stream]; !ok {
		return "there is no such stream"
	}
	delete(j.streams, stream)
	if session := j.user(stream); session != "" {
		return "session " + session + " still works on it"
	}
	return ""
}

// user is the session that works on a stream, or empty.
func (j *journal) user(stream string) string {
	for session, providers := range j.sessions {
		for _, p := range providers {
			if p.Options["user_compute_stream"] == stream {
				return session
			}
		}
	}
	return ""
}

// on are the sessions that a provider executes, in the order in which they were made.
func (j *journal) on(provider string) []string {
	return slices.DeleteFunc(slices.Clone(j.made), func(session string) bool {
		return !slices.ContainsFunc(j.sessions[session], func(p provided) bool { return p.Name == provider })
	})
}

// empty fails the test when anything is left.
func (j *journal) empty(t *testing.T) {
	t.Helper()
	if len(j.sessions) > 0 || len(j.streams) > 0 || len(j.settings) > 0 {
		t.Errorf("%d sessions, %d streams and %d options of providers are left", len(j.sessions), len(j.streams), len(j.settings))
	}
}
