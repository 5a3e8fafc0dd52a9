package stages

import "sort"

// Align is the alignment of a tensor in a Carry: a cache line, and the widest vector register.
const Align = 64

// Layout places the tensors of one Carry in one block of memory. Tensors whose lives do not overlap share bytes: a hidden
// tensor's memory is free for others after its last use, without anything to be freed while a request runs.
type Layout struct {
	Offsets []int // of each tensor of the model, in bytes, multiples of 64
	Bytes   int   // of the block
}

// life is the span of segments during which a tensor's bytes must stay.
type life struct{ tensor, from, to, size int }

// NewLayout plans the block: largest tensor first, each at the lowest offset
// where it overlaps no tensor that lives at the same time.
func NewLayout(m *Model) Layout {
	lives := livesOf(m)
	sort.SliceStable(lives, func(i, j int) bool { return lives[i].size > lives[j].size })
	l := Layout{Offsets: make([]int, len(m.Tensors))}
	for i, t := range lives {
		at := l.lowest(t, lives[:i])
		l.Offsets[t.tensor] = at
		l.Bytes = max(l.Bytes, at+t.size)
	}
	return l
}

func livesOf(m *Model) []life {
	lives := make([]life, len(m.Tensors))
	for i := range m.Tensors {
		size := (m.Tensors[i].RowBytes*max(m.Rows, 1) + Align - 1) &^ (Align - 1)
		lives[i] = life{tensor: i, from: 0, to: m.LastUse[i], size: size}
	}
	for s, seg := range m.Segments {
		for _, i := range seg.Out {
			lives[i].from = s
		}
	}
	// The graph's inputs are written before the first segment.
	for _, i := range m.Inputs {
		lives[i].from = -1
	}
	return lives
}

// lowest finds the lowest offset for t beside the tensors already placed.
func (l *Layout) lowest(t life, placed []life) int {
	var busy []life
	for _, p := range placed {
		if p.from <= t.to && t.from <= p.to {
			busy = append(busy, p)
		}
	}
	sort.Slice(busy, func(i, j int) bool { return l.Offsets[busy[i].tensor] < l.Offsets[busy[j].tensor] })
	at := 0
	for _, p := range busy {
		if start := l.Offsets[p.tensor]; at+t.size <= start {
			break
		} else if end := start + p.size; end > at {
			at = end
		}
	}
	return at
}
