package stages

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Noise fills row-major data of an element type with numbers as of a normalised picture or recording where they have a
// fraction, else with 0 and 1, which are in every vocabulary.
func Noise(random *rand.Rand, t DType, data []byte) {
	for size := t.Size(); len(data) >= size; data = data[size:] {
		t.noise(random, data)
	}
}

// noise writes one element.
func (d DType) noise(random *rand.Rand, b []byte) {
	x := random.NormFloat64()
	switch d {
	case Float32:
		binary.NativeEndian.PutUint32(b, math.Float32bits(float32(x)))
	case Float64:
		binary.NativeEndian.PutUint64(b, math.Float64bits(x))
	case BFloat16:
		binary.NativeEndian.PutUint16(b, uint16(math.Float32bits(float32(x))>>16))
	case Float16:
		binary.NativeEndian.PutUint16(b, uint16(random.IntN(0x3c01))) // 0 to 1
	case Int64, Uint64:
		binary.NativeEndian.PutUint64(b, random.Uint64()&1)
	case Int32, Uint32:
		binary.NativeEndian.PutUint32(b, random.Uint32()&1)
	case Int16, Uint16:
		binary.NativeEndian.PutUint16(b, uint16(random.Uint32()&1))
	default:
		b[0] = byte(random.Uint32() & 1)
	}
}
