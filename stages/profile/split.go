package profile

import "hash/fnv"

// The parts of the samples. Points are chosen by the first, promises checked on the second, and accuracies estimated on the
// third, so that none of them flatters another.
const (
	search = iota
	calibration
	report
	parts
)

// Searched reports which of the samples with these names points are found by. What else is fitted to samples before promises are
// made for it, as temperatures are, may look at no others: it would flatter the samples that promises are tested on.
func Searched(names []string) []bool {
	e := &Evidence{samples: len(names)}
	e.split(names)
	set, _ := e.in(search, false)
	searched := make([]bool, len(names))
	for i := range searched {
		searched[i] = set.has(i)
	}
	return searched
}

// split deals the samples out by their names: a sample is in the same part in every profile, whatever others there are.
// Where a part would have none, all serve to search and report, and none can promise.
func (e *Evidence) split(names []string) {
	e.part = make([]uint8, len(names))
	for i, name := range names {
		h := fnv.New64a()
		h.Write([]byte(name)) // a hash takes all
		e.part[i] = uint8(mixed(h.Sum64()) % parts)
		e.sizes[e.part[i]]++
	}
}

// mixed spreads what differs in a few bits over all of them: names that count differ in their last byte, and FNV leaves that
// in the low bits. It is the finalizer of MurmurHash3 (Appleby, 2011).
func mixed(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// in returns which samples serve for a part, as a set of bits, and how many there are.
func (e *Evidence) in(part int, all bool) (bits, int) {
	set := newBits(e.samples)
	if !all && min(e.sizes[search], e.sizes[calibration], e.sizes[report]) == 0 {
		if part == calibration {
			return set, 0
		}
		all = true
	}
	for i, p := range e.part {
		if all || int(p) == part {
			set.add(i)
		}
	}
	return set, set.count()
}
