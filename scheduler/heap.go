package scheduler

// heap is a binary heap whose items know where they lie, so that one can be moved or removed from the middle. It holds
// the tenants by tag, each tenant's tickets by urgency, and all tickets by deadline.
type heap[T any] struct {
	items []T
	less  func(a, b T) bool
	moved func(item T, at int) // at is -1 when the item has left
}

func (h *heap[T]) len() int { return len(h.items) }

// first is the smallest item of a heap that is not empty.
func (h *heap[T]) first() T { return h.items[0] }

func (h *heap[T]) push(item T) {
	h.items = append(h.items, item)
	h.up(len(h.items)-1, item)
}

func (h *heap[T]) remove(at int) {
	last := len(h.items) - 1
	h.moved(h.items[at], -1)
	item := h.items[last]
	var none T
	h.items[last] = none
	h.items = h.items[:last]
	if at < last {
		h.items[at] = item
		h.fix(at)
	}
}

// fix restores the order after the item at a position has changed.
func (h *heap[T]) fix(at int) {
	item := h.items[at]
	if at > 0 && h.less(item, h.items[(at-1)/2]) {
		h.up(at, item)
		return
	}
	h.down(at, item)
}

// order restores the order after all items may have changed.
func (h *heap[T]) order() {
	for at := len(h.items)/2 - 1; at >= 0; at-- {
		h.down(at, h.items[at])
	}
}

func (h *heap[T]) up(at int, item T) {
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

func (h *heap[T]) down(at int, item T) {
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

func (h *heap[T]) put(at int, item T) {
	h.items[at] = item
	h.moved(item, at)
}
