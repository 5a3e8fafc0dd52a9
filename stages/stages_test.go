package stages

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// chain is a model of n segments in which every hidden tensor lives to a random later segment.
func chain(rng *rand.Rand, n int) *Model {
	m := &Model{Name: "chain", Inputs: []int{0}}
	add := func(bytes, lastUse int) int {
		m.Tensors = append(m.Tensors, Info{Type: Float32, RowBytes: bytes})
		m.LastUse = append(m.LastUse, lastUse)
		return len(m.Tensors) - 1
	}
	add(4*(1+rng.IntN(500)), rng.IntN(n))
	for s := range n {
		seg := Segment{Exit: add(8, Kept)}
		seg.Out = []int{seg.Exit}
		for range rng.IntN(4) {
			if s+1 < n {
				seg.Out = append(seg.Out, add(4*(1+rng.IntN(500)), s+1+rng.IntN(n-s-1)))
			}
		}
		m.Segments = append(m.Segments, seg)
		m.Exits = append(m.Exits, "e")
	}
	return m
}

// A segment that runs writes its outputs all over; what must still be read has to survive. The oracle keeps one mark per
// byte of the block.
func TestLayoutKeepsEveryTensorUntilItsLastUse(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		m := chain(rng, 1+rng.IntN(8))
		l := NewLayout(m)
		block := make([]int, l.Bytes)
		mark := func(i int) {
			for b := range m.Tensors[i].RowBytes {
				block[l.Offsets[i]+b] = i + 1
			}
		}
		intact := func(i int) bool {
			for b := range m.Tensors[i].RowBytes {
				if block[l.Offsets[i]+b] != i+1 {
					return false
				}
			}
			return true
		}
		written := []int{0}
		mark(0)
		for s, seg := range m.Segments {
			for _, i := range seg.Out {
				mark(i)
			}
			written = append(written, seg.Out...)
			for _, i := range written {
				if m.LastUse[i] >= s && !intact(i) {
					t.Fatalf("seed %d: tensor %d, last used by segment %d, is overwritten in segment %d", seed, i, m.LastUse[i], s)
				}
			}
		}
	}
}

func TestLayoutReusesTheMemoryOfDeadTensors(t *testing.T) {
	m := &Model{Inputs: []int{0}}
	for i := range 6 {
		m.Tensors = append(m.Tensors, Info{RowBytes: 6400})
		m.LastUse = append(m.LastUse, i)
		m.Segments = append(m.Segments, Segment{In: []int{i}, Out: []int{i + 1}})
	}
	m.Tensors = append(m.Tensors, Info{RowBytes: 6400})
	m.LastUse = append(m.LastUse, Kept)
	if got, want := NewLayout(m).Bytes, 2*6400; got != want {
		t.Errorf("a chain of seven equal tensors takes %d bytes, want the two that live at a time: %d", got, want)
	}
}

func TestReadAgreesWithTheDefinitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 2000 {
		row := make([]float32, 2+rng.IntN(40))
		for i := range row {
			row[i] = float32(rng.NormFloat64() * 8)
		}
		got, err := Read(row, true)
		if err != nil {
			t.Fatal(err)
		}
		probabilities := softmax(row)
		want := readSlowly(probabilities)
		compare(t, got, want)
		again, err := Read(probabilities, false)
		if err != nil {
			t.Fatal(err)
		}
		compare(t, again, want)
	}
}

// An exit is read as if its logits were divided by the temperature, and by nothing when there is none.
func TestTemperaturesDivideLogits(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	m := &Model{Logits: true, Temperatures: []float64{0.5, 1, 3}}
	for range 300 {
		row := make([]float32, 2+rng.IntN(20))
		for i := range row {
			row[i] = float32(rng.NormFloat64() * 4)
		}
		for s, temperature := range m.Temperatures {
			divided := slices.Clone(row)
			for i := range divided {
				divided[i] /= float32(temperature)
			}
			got, err := m.Read(s, row)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, got, readSlowly(softmax(divided)))
		}
		plain, err := (&Model{Logits: true}).Read(0, row)
		if want, _ := Read(row, true); err != nil || plain != want {
			t.Fatalf("without temperatures a row reads %+v, %v, want %+v", plain, err, want)
		}
	}
}

func softmax(row []float32) []float32 {
	sum, out := 0.0, make([]float32, len(row))
	for _, v := range row {
		sum += math.Exp(float64(v))
	}
	for i, v := range row {
		out[i] = float32(math.Exp(float64(v)) / sum)
	}
	return out
}

func readSlowly(p []float32) Reading {
	var r Reading
	for i, v := range p {
		if v > p[r.Predicted] {
			r.Predicted = i
		}
	}
	r.Confidence = float64(p[r.Predicted])
	second := 0.0
	for i, v := range p {
		if i != r.Predicted {
			second = max(second, float64(v))
		}
		if v > 0 {
			r.Entropy -= float64(v) * math.Log(float64(v))
		}
	}
	r.Margin = r.Confidence - second
	return r
}

func compare(t *testing.T, got, want Reading) {
	t.Helper()
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-5 }
	if got.Predicted != want.Predicted || !near(got.Confidence, want.Confidence) || !near(got.Margin, want.Margin) || !near(got.Entropy, want.Entropy) {
		t.Fatalf("Read gives %+v, the definitions give %+v", got, want)
	}
}

func TestReadOfExtremes(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, row := range [][]float32{{0, nan}, {nan, 0}, {inf, 0}, {-inf, -inf}} {
		if _, err := Read(row, true); !errors.Is(err, ErrNaN) {
			t.Errorf("Read(%v) gives error %v, want ErrNaN", row, err)
		}
	}
	r, err := Read([]float32{-inf, 3, -1000}, true)
	if err != nil || r.Predicted != 1 || r.Confidence != 1 || r.Margin != 1 || r.Entropy != 0 {
		t.Errorf("a certain row reads %+v, %v", r, err)
	}
	if r, _ := Read([]float32{2, 2}, true); r.Predicted != 0 || r.Margin != 0 {
		t.Errorf("a tie reads %+v, want class 0 with margin 0", r)
	}
}

// The logarithms of probabilities are none above 0, logits may be anything; both are taken for probabilities by mistake.
func TestReadRefusesWhatIsNoProbability(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, row := range [][]float32{{-0.1, -2.4}, {0, -inf}, {0, 0}, {-inf, -inf}, {0.5, 1.01}, {7, -3}, {inf, 0}} {
		if r, err := Read(row, false); !errors.Is(err, ErrProbability) {
			t.Errorf("Read(%v) gives %+v, %v", row, r, err)
		}
	}
	if r, err := Read([]float32{0.0004, 1.0004}, false); err != nil || r.Confidence != 1 {
		t.Errorf("a row with a rounding error reads %+v, %v", r, err)
	}
}

// Whatever an exit gives, a reading is within its ranges, or there is none.
func FuzzRead(f *testing.F) {
	for _, row := range [][]float32{{1, 2}, {0.25, 0.75}, {-1e38, 1e38, 0}, {float32(math.Inf(-1)), 0}, {-0.5, -1}} {
		var data []byte
		for _, v := range row {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		f.Add(data, true)
		f.Add(data, false)
	}
	f.Fuzz(func(t *testing.T, data []byte, logits bool) {
		var row []float32
		for len(data) >= 4 {
			row = append(row, math.Float32frombits(binary.LittleEndian.Uint32(data)))
			data = data[4:]
		}
		if len(row) < 2 { // no exit of a valid model
			return
		}
		r, err := Read(row, logits)
		if err != nil {
			return
		}
		top := slices.Max(row)
		fraction := func(x float64) bool { return x >= 0 && x <= 1 }
		if r.Predicted != slices.Index(row, top) || !fraction(r.Confidence) || !fraction(r.Margin) || r.Margin > r.Confidence {
			t.Errorf("Read(%v, %v) gives %+v", row, logits, r)
		}
		if most := math.Log(float64(len(row))); !(r.Entropy >= 0) || logits && r.Entropy > most+1e-9 {
			t.Errorf("Read(%v, %v) gives %+v, the entropy is at most %g", row, logits, r, most)
		}
	})
}

func TestReadDoesNotAllocate(t *testing.T) {
	row := make([]float32, 36)
	if n := testing.AllocsPerRun(100, func() { Read(row, true) }); n != 0 {
		t.Errorf("Read allocates %v times", n)
	}
}

func TestFinite(t *testing.T) {
	for _, c := range []struct {
		t    DType
		data []byte
		want bool
	}{
		{Float32, []byte{0, 0, 0xc0, 0x7f}, false}, {Float32, []byte{0, 0, 0x80, 0xff}, false},
		{Float32, []byte{0, 0, 0, 0, 0xff, 0xff, 0x7f, 0x7f}, true}, {Float16, []byte{0, 0x7c}, false},
		{Float16, []byte{0xff, 0x7b}, true}, {BFloat16, []byte{0x80, 0x7f}, false},
		{Float64, []byte{0, 0, 0, 0, 0, 0, 0xf0, 0x7f}, false}, {Int32, []byte{0, 0, 0x80, 0xff}, true},
	} {
		if got := Finite(c.t, c.data); got != c.want {
			t.Errorf("Finite(%s, %x) = %v", c.t, c.data, got)
		}
	}
}

// Every number of 16 bits, against the definition of the format.
func TestValuesOfEveryType(t *testing.T) {
	power := func(e int) float64 { return math.Ldexp(1, e) }
	var buf []float32
	for b := range 1 << 16 {
		data := binary.NativeEndian.AppendUint16(nil, uint16(b))
		sign, exponent, fraction := 1-2*float64(b>>15), b>>10&31, float64(b&1023)
		want := sign * power(exponent-15) * (1 + fraction/1024)
		switch {
		case exponent == 0:
			want = sign * power(-14) * fraction / 1024
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		h := Tensor{Info: &Info{Type: Float16}, Data: data}
		if got := float64(h.Values(&buf)[0]); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("float16 %04x is %g, want %g", b, got, want)
		}
		brain := Tensor{Info: &Info{Type: BFloat16}, Data: data}
		if got := math.Float32bits(brain.Values(&buf)[0]); got != uint32(b)<<16 {
			t.Fatalf("bfloat16 %04x is %08x", b, got)
		}
	}
	doubles := binary.NativeEndian.AppendUint64(nil, math.Float64bits(-2.5))
	wide := Tensor{Info: &Info{Type: Float64}, Data: binary.NativeEndian.AppendUint64(doubles, math.Float64bits(0.125))}
	if got := wide.Values(&buf); !slices.Equal(got, []float32{-2.5, 0.125}) {
		t.Errorf("float64 is %v", got)
	}
	plain := Tensor{Info: &Info{Type: Float32}, Data: make([]byte, 8)}
	if got := plain.Values(&buf); &got[0] == &buf[0] || unsafe.Pointer(&got[0]) != unsafe.Pointer(&plain.Data[0]) {
		t.Error("float32 is copied")
	}
}

func TestALayoutHasRoomForAllRows(t *testing.T) {
	m := &Model{Rows: 3, Inputs: []int{0}, LastUse: []int{0, Kept}, Tensors: []Info{{RowBytes: 64}, {RowBytes: 128}}}
	m.Segments = []Segment{{In: []int{0}, Out: []int{1}, Exit: 1}}
	if got := NewLayout(m).Bytes; got != 3*(64+128) {
		t.Errorf("three rows of 64 and 128 bytes take %d", got)
	}
}

func TestNewInfoRefusesWhatCannotBeSized(t *testing.T) {
	for _, shape := range [][]int64{{0}, {-1}, {1 << 20, 1 << 20}, {math.MaxInt64, math.MaxInt64}} {
		if _, err := NewInfo("x", Float32, shape); err == nil {
			t.Errorf("NewInfo takes shape %v", shape)
		}
	}
	if _, err := NewInfo("x", 8, []int64{1}); err == nil {
		t.Error("NewInfo takes a string tensor")
	}
	if i, err := NewInfo("x", Float16, []int64{3, 5}); err != nil || i.RowBytes != 30 {
		t.Errorf("NewInfo gives %+v, %v", i, err)
	}
}
