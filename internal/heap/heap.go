// Package heap is a binary heap whose items may know where they lie, so that one can be moved or removed from the middle.
package heap

// Heap holds items, the smallest first. It is used by one goroutine.
type Heap[T any] struct {
	items []T
	less  func(a, b T) bool
	moved func(item T, at int)
}

// New makes a heap by an order. Moved is told where an item lies whenever that is somewhere else, and -1 when the item has left;
// nil: nobody wants to know.
func New[T any](less func(a, b T) bool, moved func(item T, at int)) Heap[T] {
	if moved == nil {
		moved = func(T, int) {}
	}
	return Heap[T]{less: less, moved: moved}
}

// Len is how many items there are.
func (h *Heap[T]) Len() int { return len(h.items) }

// At is the item at a position. Those at 2*at+1 and 2*at+2 do not come before it.
func (h *Heap[T]) At(at int) T { return h.items[at] }

// First is the smallest item of a heap that is not empty.
func (h *Heap[T]) First() T { return h.items[0] }

// Push adds an item.
func (h *Heap[T]) Push(item T) {
	h.items = append(h.items, item)
	h.up(len(h.items)-1, item)
}

// Remove takes the item at a position out.
func (h *Heap[T]) Remove(at int) {
	last := len(h.items) - 1
	h.moved(h.items[at], -1)
	item := h.items[last]
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	if at < last {
		h.items[at] = item
		h.Fix(at)
	}
}

// Fix restores the order after the item at a position has changed.
func (h *Heap[T]) Fix(at int) {
	item := h.items[at]
	if at > 0 && h.less(item, h.items[(at-1)/2]) {
		h.up(at, item)
		return
	}
	h.down(at, item)
}

// Order restores the order after all items may have changed.
func (h *Heap[T]) Order() {
	for at := len(h.items)/2 - 1; at >= 0; at-- {
		h.down(at, h.items[at])
	}
}

func (h *Heap[T]) up(at int, item T) {
	for at > 0 {
		parent := (at - 1) / 2
		if !h.less(item, h.items[parent]) {
			break
		}
		h.put(at, h.items[parent])
		at = parent
	}
	h.put(at, item)
}

func (h *Heap[T]) down(at int, item T) {
	for {
		child := 2*at + 1
		if child >= len(h.items) {
			break
		}
		if right := child + 1; right < len(h.items) && h.less(h.items[right], h.items[child]) {
			child = right
		}
		if !h.less(h.items[child], item) {
			break
		}
		h.put(at, h.items[child])
		at = child
	}
	h.put(at, item)
}

func (h *Heap[T]) put(at int, item T) {
	h.items[at] = item
	h.moved(item, at)
}
