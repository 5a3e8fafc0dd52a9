package scheduler

// outbox holds the effects of one step. The next uses its memory again, so that a step allocates nothing.
type outbox struct {
	effects  []Effect
	runs     pool[Run]
	ends     pool[End]
	releases pool[Release]
	audits   pool[Audited]
	wakes    pool[Wake]
}

func (o *outbox) add(e Effect) { o.effects = append(o.effects, e) }

// reset forgets the effects, and with them every ticket.
func (o *outbox) reset() {
	clear(o.effects)
	o.effects = o.effects[:0]
	o.runs.reset()
	o.ends.reset()
	o.releases.reset()
	o.audits.reset()
	o.wakes.reset()
}

// pool lends memory for values until it is reset.
type pool[T any] struct {
	items []*T
	lent  int
}

func (p *pool[T]) put(value T) *T {
	if p.lent == len(p.items) {
		p.items = append(p.items, new(T))
	}
	item := p.items[p.lent]
	p.lent++
	*item = value
	return item
}

func (p *pool[T]) reset() {
	var none T
	for _, item := range p.items[:p.lent] {
		*item = none
	}
	p.lent = 0
}
