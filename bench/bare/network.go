// Package bare serves a network as one would without Dělen: net/http around tuned sessions of ONNX Runtime. It knows no
// exits, tenants, queues or deadlines.
package bare

import (
	"errors"
	"fmt"
	"math"
	"runtime"

	ort "github.com/yalue/onnxruntime_go"
)

// Network is a network in one session with one thread, which as many callers use at once as it has rooms. The session
// and the tensors lie outside the collector: Close frees them.
type Network struct {
	session *ort.DynamicAdvancedSession
	free    chan *room
	rooms   []*room
	values  int // of an input
}

// room has the tensors of one run.
type room struct {
	input, output *ort.Tensor[float32]
}

// Answer is what a network says of an input.
type Answer struct {
	Class      int     `json:"class"`
	Confidence float64 `json:"confidence"`
}

// Open loads a network with one input and one output, for a number of runs at once. The runtime's library is open.
func Open(model string, runs int) (*Network, error) {
	inputs, outputs, err := ort.GetInputOutputInfo(model)
	if err != nil {
		return nil, err
	}
	if len(inputs) != 1 || len(outputs) != 1 {
		return nil, fmt.Errorf("%s has %d inputs and %d outputs, not one of each", model, len(inputs), len(outputs))
	}
	input, output := oneRow(inputs[0].Dimensions), oneRow(outputs[0].Dimensions)
	n := &Network{free: make(chan *room, runs), values: int(input.FlattenedSize())}
	if n.session, err = newSession(model, inputs[0].Name, outputs[0].Name); err != nil {
		return nil, err
	}
	for range runs {
		r, err := newRoom(input, output)
		if err != nil {
			return nil, errors.Join(err, n.Close())
		}
		n.rooms = append(n.rooms, r)
		n.free <- r
	}
	return n, nil
}

// newSession makes a session with the options that serve best when several runs share few cores: a run keeps to the
// thread that asks for it.
func newSession(model, input, output string) (*ort.DynamicAdvancedSession, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer o.Destroy()
	err = errors.Join(
		o.SetIntraOpNumThreads(1),
		o.SetInterOpNumThreads(1),
		o.SetExecutionMode(ort.ExecutionModeSequential),
		o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
	)
	if err != nil {
		return nil, err
	}
	return ort.NewDynamicAdvancedSession(model, []string{input}, []string{output}, o)
}

func newRoom(input, output ort.Shape) (*room, error) {
	in, err := ort.NewEmptyTensor[float32](input)
	if err != nil {
		return nil, err
	}
	out, err := ort.NewEmptyTensor[float32](output)
	if err != nil {
		return nil, errors.Join(err, in.Destroy())
	}
	return &room{in, out}, nil
}

// oneRow is a shape whose open extents are 1.
func oneRow(shape ort.Shape) ort.Shape {
	shape = shape.Clone()
	for i := range shape {
		shape[i] = max(1, shape[i])
	}
	return shape
}

// Run computes the answer to an input that fill writes. It waits while all rooms are taken.
func (n *Network) Run(fill func(input []float32)) (Answer, error) {
	r := <-n.free
	defer func() { n.free <- r }()
	fill(r.input.GetData())
	runtime.LockOSThread() // two native calls from unlocked goroutines sometimes share a core
	err := n.session.Run([]ort.Value{r.input}, []ort.Value{r.output})
	runtime.UnlockOSThread()
	if err != nil {
		return Answer{}, err
	}
	return answer(r.output.GetData()), nil
}

// answer is the class of the largest logit and its probability.
func answer(logits []float32) Answer {
	best, sum := 0, 0.0
	for i, x := range logits {
		if x > logits[best] {
			best = i
		}
	}
	for _, x := range logits {
		sum += math.Exp(float64(x - logits[best]))
	}
	return Answer{best, 1 / sum}
}

// Close frees the session and its tensors. No run is going on.
func (n *Network) Close() error {
	err := n.session.Destroy()
	for _, r := range n.rooms {
		err = errors.Join(err, r.input.Destroy(), r.output.Destroy())
	}
	return err
}
