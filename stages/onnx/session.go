package onnx

import (
	"errors"
	"fmt"
	"os"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages/graph"
)

// session is a segment's session in the runtime, with the number of those that use it: the model, as long as it hands it
// out, and every runner on it. The model's lock guards the number.
type session struct {
	*ort.DynamicAdvancedSession
	users int
}

func (s *session) release() error {
	if s.users--; s.users > 0 {
		return nil
	}
	return s.Destroy()
}

// weightsFolder tells a session of a model from memory where the files with its weights lie.
const weightsFolder = "session.model_external_initializers_file_folder_path"

// ONNX Runtime 1.27 ends the whole process (a vector's bounds in QDQPropagationTransformer) when the body of an operator
// captures a tensor that was dequantised and reshaped. Without bodies that capture, the pass serves quantised networks.
const (
	disabledPasses = "optimization.disable_specified_optimizers"
	deadlyPass     = "QDQPropagationTransformer"
)

// session makes a session of segment i. The runtime maps the heavy weights from the model's file.
func (m *Model) session(split *graph.Split, i int) (*session, error) {
	data, err := split.Lean(i + 1)
	if err != nil {
		return nil, err
	}
	options, err := sessionOptions(max(m.config.Threads, 1))
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	if err := options.AddSessionConfigEntry(weightsFolder, split.Folder()); err != nil {
		return nil, err
	}
	if split.Segments[i].Captures {
		if err := options.AddSessionConfigEntry(disabledPasses, deadlyPass); err != nil {
			return nil, err
		}
	}
	segment := &m.model.Segments[i]
	s, err := ort.NewDynamicAdvancedSessionWithONNXData(data, m.names(segment.In), m.names(segment.Out), options)
	if err != nil {
		return nil, fmt.Errorf("segment %d: %w", i+1, err)
	}
	return &session{s, 1}, nil
}

func (m *Model) names(tensors []int) []string {
	var all []string
	for _, i := range tensors {
		all = append(all, m.model.Tensors[i].Name)
	}
	return all
}

// sessionOptions are those that serve best when several sessions share few cores. The caller destroys them.
func sessionOptions(threads int) (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		o.SetIntraOpNumThreads(threads),
		o.SetInterOpNumThreads(1),
		o.SetExecutionMode(ort.ExecutionModeSequential),
		o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		o.AddSessionConfigEntry("session.inter_op.allow_spinning", "0"),
	)
	if err != nil {
		return nil, errors.Join(err, o.Destroy())
	}
	return o, nil
}

// acquire gives the session of segment i to a runner.
func (m *Model) acquire(i int) *session {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.sessions[i]
	s.users++
	return s
}

// renew gives a runner of segment i another session than the one it has: the one that another runner has renewed already, or
// a new one. The old one lives on until its last runner has left it.
func (m *Model) renew(i int, old *session) (*session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sessions[i] == old {
		fresh, err := m.reload(i)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", m.config.Name, err)
		}
		m.sessions[i] = fresh
		old.users-- // the model's own; the runner still has it
	}
	m.sessions[i].users++
	return m.sessions[i], old.release()
}

// reload reads a segment from the model's file once more: keeping it would hold all weights twice.
func (m *Model) reload(i int) (*session, error) {
	files, err := look(m.config.Files)
	if err != nil {
		return nil, err
	}
	for k, f := range files {
		if old := m.files[k]; !os.SameFile(f, old) || f.Size() != old.Size() || !f.ModTime().Equal(old.ModTime()) {
			return nil, fmt.Errorf("%s has been changed since it was loaded: start the node anew to serve it", m.config.Files[k])
		}
	}
	split, err := cut(m.config)
	if err != nil {
		return nil, err
	}
	return m.session(split, i)
}

func (m *Model) forgo(s *session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return s.release()
}
