package onnx

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages/graph"
	"github.com/delen-edge/delen/stages/onnx/cuda"
)

// session is a segment's session in the runtime, with the number of those that use it: the model, as long as it hands it
// out, and every runner on it. The model's lock guards the number.
type session struct {
	*ort.DynamicAdvancedSession
	stream *cuda.Stream // that it works on; nil: none of its own
	users  int
}

// release gives up one use. The last one ends the session, and then its stream, which must outlive it.
func (s *session) release() error {
	if s.users--; s.users > 0 {
		return nil
	}
	err := s.Destroy()
	if s.stream != nil {
		err = errors.Join(err, s.stream.Destroy())
	}
	return err
}

// weightsFolder tells a session of a model from memory where the files with its weights lie.
const weightsFolder = "session.model_external_initializers_file_folder_path"

// ONNX Runtime 1.27 ends the whole process (a vector's bounds in QDQPropagationTransformer) when the body of an operator
// captures a tensor that was dequantised and reshaped. Without bodies the pass serves quantised networks.
const (
	disabledPasses = "optimization.disable_specified_optimizers"
	deadlyPass     = "QDQPropagationTransformer"
)

// session makes a session of segment i, with a stream of its own if the provider has streams.
func (m *Model) session(split *graph.Split, i int) (*session, error) {
	s := &session{users: 1}
	var err error
	if m.config.Provider.streams() {
		if s.stream, err = m.stream(i); err != nil {
			return nil, fmt.Errorf("segment %d: %w", i+1, err)
		}
	}
	if s.DynamicAdvancedSession, err = m.native(split, i, s.stream); err == nil {
		return s, nil
	}
	err = fmt.Errorf("segment %d: %w", i+1, err)
	if s.stream != nil {
		err = errors.Join(err, s.stream.Destroy())
	}
	return nil, err
}

// stream makes the stream of segment i.
func (m *Model) stream(i int) (*cuda.Stream, error) {
	library, err := OpenCUDA()
	if err != nil {
		return nil, err
	}
	return library.NewStream(m.config.Provider.Device, i, len(m.model.Segments))
}

// native is the session of segment i as the runtime knows it. The runtime maps the heavy weights from the model's file; a
// provider that compiles the graph by itself does not find them there, and is given them.
func (m *Model) native(split *graph.Split, i int, stream *cuda.Stream) (*ort.DynamicAdvancedSession, error) {
	cut := split.Lean
	if m.config.Provider.compiles() {
		cut = split.Model
	}
	data, err := cut(i + 1)
	if err != nil {
		return nil, err
	}
	options, err := m.options(split.Folder(), split.Segments[i].Bodies)
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	if err := m.config.Provider.appendTo(options, stream, data); err != nil {
		return nil, fmt.Errorf("provider %s: %w", m.config.Provider.name(), err)
	}
	segment := &m.model.Segments[i]
	return ort.NewDynamicAdvancedSessionWithONNXData(data, m.names(segment.In), m.names(segment.Out), options)
}

// options are those of a session whose weights lie in a folder, and whose operators have bodies or not. The caller destroys them.
func (m *Model) options(folder string, bodies bool) (*ort.SessionOptions, error) {
	o, err := sessionOptions(max(m.config.Threads, 1))
	if err != nil {
		return nil, err
	}
	err = o.AddSessionConfigEntry(weightsFolder, folder)
	if bodies {
		err = errors.Join(err, o.AddSessionConfigEntry(disabledPasses, deadlyPass))
	}
	if err != nil {
		return nil, errors.Join(err, o.Destroy())
	}
	return o, nil
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

// acquire gives a session of segment i to a runner: the one that all share, or with streams one of its own, made from the
// model's file.
func (m *Model) acquire(i int) (*session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, errors.New("the model is closed")
	}
	if m.config.Provider.streams() {
		return m.reload(i)
	}
	s := m.sessions[i]
	s.users++
	return s, nil
}

// renew gives a runner of segment i another session than the one it has: the one that another runner has renewed already, or
// a new one. The old one lives on until its last runner has left it.
func (m *Model) renew(i int, old *session) (*session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.config.Provider.streams() {
		fresh, err := m.reload(i)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", m.config.Name, err)
		}
		return fresh, old.release()
	}
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
	if err := m.unchanged(); err != nil {
		return nil, err
	}
	split, err := cut(m.config)
	if err != nil {
		return nil, err
	}
	s, err := m.session(split, i)
	if err != nil {
		return nil, err
	}
	if err := m.unchanged(); err != nil {
		return nil, errors.Join(err, s.release())
	}
	return s, nil
}

func (m *Model) forgo(s *session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return s.release()
}
