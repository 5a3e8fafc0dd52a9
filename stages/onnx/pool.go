package onnx

import (
	"errors"
	"fmt"
	"sync"
	"syscall"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/delen-edge/delen/stages"
)

// pool keeps the carries of one model. Their memory lies off the Go heap, in chunks that go back to the system with the
// pool; a carry and its runtime values are made once.
type pool struct {
	model  *stages.Model
	layout stages.Layout
	limit  int // carries

	mu     sync.Mutex
	spare  []*stages.Carry
	made   []*stages.Carry
	chunks [][]byte
	rest   []byte // of the last chunk, not yet used
	out    int
}

// chunkBytes is the size of a chunk that holds several carries: few mappings, little waste.
const chunkBytes = 1 << 20

func newPool(m *stages.Model, memory, carries int) *pool {
	if memory <= 0 {
		memory = defaultMemory
	}
	l := stages.NewLayout(m)
	return &pool{model: m, layout: l, limit: max(1, carries, memory/max(l.Bytes, 1))}
}

func (p *pool) alloc() (*stages.Carry, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.spare); n > 0 {
		c := p.spare[n-1]
		p.spare = p.spare[:n-1]
		p.out++
		return c, nil
	}
	if p.out >= p.limit {
		return nil, fmt.Errorf("%w: model %s has %d tickets of %d bytes in progress", stages.ErrMemory, p.model.Name, p.out, p.layout.Bytes)
	}
	c, err := p.make()
	if err != nil {
		return nil, err
	}
	p.out++
	return c, nil
}

func (p *pool) free(c *stages.Carry) {
	if c == nil {
		return
	}
	p.mu.Lock()
	p.spare = append(p.spare, c)
	p.out--
	p.mu.Unlock()
}

func (p *pool) outstanding() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out
}

// make lays out a new carry. The lock is held.
func (p *pool) make() (*stages.Carry, error) {
	block, err := p.block()
	if err != nil {
		return nil, err
	}
	c := &stages.Carry{Tensors: make([]*stages.Tensor, len(p.model.Tensors))}
	p.made = append(p.made, c) // also when it is not finished: its values are destroyed with the pool
	for i := range p.model.Tensors {
		info := &p.model.Tensors[i]
		at, rows := p.layout.Offsets[i], max(p.model.Rows, 1)
		data := block[at : at+rows*info.RowBytes : at+rows*info.RowBytes]
		value, err := ort.NewCustomDataTensor(shapeOf(info, rows), data, ort.TensorElementDataType(info.Type))
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", info.Name, err)
		}
		row, rest := data[:info.RowBytes:info.RowBytes], data[info.RowBytes:]
		c.Tensors[i] = &stages.Tensor{Info: info, Data: row, Padding: rest, Handle: value}
	}
	return c, nil
}

// shapeOf is a tensor's shape as the runtime sees it.
func shapeOf(info *stages.Info, rows int) ort.Shape {
	if info.Rowless {
		return info.Shape
	}
	return append(ort.Shape{int64(rows)}, info.Shape...)
}

// block cuts the memory of one carry from the last chunk, or from a new one.
func (p *pool) block() ([]byte, error) {
	size := p.layout.Bytes
	if len(p.rest) < size {
		chunk, err := mapped(max(size, chunkBytes), 0)
		if err != nil {
			return nil, err
		}
		p.chunks = append(p.chunks, chunk)
		p.rest = chunk
	}
	block := p.rest[:size:size]
	p.rest = p.rest[size:]
	return block, nil
}

// mapped is memory off the Go heap, which syscall.Munmap gives back.
func mapped(size, flags int) ([]byte, error) {
	block, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|flags)
	if err != nil {
		return nil, fmt.Errorf("%w: %d bytes: %w", stages.ErrMemory, size, err)
	}
	return block, nil
}

func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out > 0 {
		return fmt.Errorf("model %s is closed while %d tickets hold its memory", p.model.Name, p.out)
	}
	var errs []error
	for _, c := range p.made {
		for _, t := range c.Tensors {
			if t != nil {
				errs = append(errs, t.Handle.(ort.Value).Destroy())
			}
		}
	}
	for _, chunk := range p.chunks {
		errs = append(errs, syscall.Munmap(chunk))
	}
	p.made, p.spare, p.chunks, p.rest = nil, nil, nil, nil
	return errors.Join(errs...)
}
