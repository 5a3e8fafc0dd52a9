package onnx

import (
	"errors"
	"fmt"
	"syscall"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
)

// batch is where a runner runs several rows at once: memory for what its segment reads and writes, off the Go heap, which
// belongs to the runner and goes back to the system with it.
type batch struct {
	model   *stages.Model
	segment *stages.Segment
	memory  []byte
	in, out [][]byte // of each tensor of the segment, for all rows
	views   []view   // by number of rows less two; made when they are first needed
}

// view is the first rows of a batch as the runtime takes them.
type view struct{ in, out []ort.Value }

// newBatch makes room for up to so many rows. It fails with ErrTooLarge when the machine has not got the memory.
func newBatch(m *stages.Model, s *stages.Segment, rows int) (*batch, error) {
	size := 0
	for _, tensors := range [][]int{s.In, s.Out} {
		for _, t := range tensors {
			size += padded(m.Tensors[t].RowBytes * rows)
		}
	}
	if have := Spare("/"); int64(size) > have {
		return nil, fmt.Errorf("%w: the tensors of %d requests that run at once take %s, against %s; let fewer run at once (batch, in the scheduler block)",
			ErrTooLarge, rows, mebibytes(int64(size)), mebibytes(have))
	}
	memory, err := mapped(size, syscall.MAP_POPULATE) // so that the next one sees what is left
	if err != nil {
		return nil, err
	}
	b := &batch{model: m, segment: s, memory: memory, views: make([]view, rows-1)}
	b.in, memory = cutUp(m, s.In, rows, memory)
	b.out, _ = cutUp(m, s.Out, rows, memory)
	return b, nil
}

// cutUp cuts the memory of some tensors from a block, and gives the rest of it.
func cutUp(m *stages.Model, tensors []int, rows int, block []byte) (all [][]byte, rest []byte) {
	for _, t := range tensors {
		size := m.Tensors[t].RowBytes * rows
		all = append(all, block[:size:size])
		block = block[padded(size):]
	}
	return all, block
}

// padded is a size with what is left until the next cache line.
func padded(size int) int { return (size + stages.Align - 1) &^ (stages.Align - 1) }

// values are those of a number of rows, made if there are none yet.
func (b *batch) values(rows int) (in, out []ort.Value, err error) {
	if b == nil || rows < 1 || rows > len(b.views)+1 {
		return nil, nil, fmt.Errorf("a run for %d requests on a runner that was not opened for so many", rows)
	}
	v := &b.views[rows-2]
	if v.in == nil {
		if err := b.view(v, rows); err != nil {
			return nil, nil, errors.Join(err, v.destroy())
		}
	}
	return v.in, v.out, nil
}

func (b *batch) view(v *view, rows int) (err error) {
	if v.in, err = b.valuesOf(b.segment.In, b.in, rows); err != nil {
		return err
	}
	v.out, err = b.valuesOf(b.segment.Out, b.out, rows)
	return err
}

func (b *batch) valuesOf(tensors []int, memory [][]byte, rows int) (values []ort.Value, err error) {
	for i, t := range tensors {
		info := &b.model.Tensors[t]
		v, err := ort.NewCustomDataTensor(shapeOf(info, rows), memory[i][:rows*info.RowBytes], ort.TensorElementDataType(info.Type))
		if err != nil {
			return values, fmt.Errorf("tensor %q for %d requests: %w", info.Name, rows, err)
		}
		values = append(values, v)
	}
	return values, nil
}

// gather copies what the segment reads, each ticket's row behind the last one's.
func (b *batch) gather(rows []*stages.Carry) {
	for i, t := range b.segment.In {
		to := b.in[i]
		for _, c := range rows {
			to = to[copy(to, c.Tensors[t].Data):]
		}
	}
}

// scatter copies what the segment has written to the tickets that it is of.
func (b *batch) scatter(rows []*stages.Carry) {
	for i, t := range b.segment.Out {
		from := b.out[i]
		for _, c := range rows {
			from = from[copy(c.Tensors[t].Data, from):]
		}
	}
}

// close releases the values and then the memory under them. Close of nil does nothing.
func (b *batch) close() error {
	if b == nil {
		return nil
	}
	var errs []error
	for i := range b.views {
		errs = append(errs, b.views[i].destroy())
	}
	return errors.Join(append(errs, syscall.Munmap(b.memory))...)
}

func (v *view) destroy() error {
	var errs []error
	for _, values := range [][]ort.Value{v.in, v.out} {
		for _, value := range values {
			errs = append(errs, value.Destroy())
		}
	}
	v.in, v.out = nil, nil
	return errors.Join(errs...)
}
