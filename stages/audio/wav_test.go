package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// chunk is a chunk with its padding.
func chunk(name string, data ...byte) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data))), data...)
	return append(b, make([]byte, len(data)%2)...)
}

// claiming changes the size that a chunk claims to have.
func claiming(chunk []byte, size uint32) []byte {
	binary.LittleEndian.PutUint32(chunk[4:], size)
	return chunk
}

// format is a fmt chunk without an extension.
func format(tag, channels uint16, rate uint32, bits uint16) []byte {
	block := channels * (bits / 8)
	b := binary.LittleEndian.AppendUint16(nil, tag)
	b = binary.LittleEndian.AppendUint16(b, channels)
	b = binary.LittleEndian.AppendUint32(b, rate)
	b = binary.LittleEndian.AppendUint32(b, rate*uint32(block))
	b = binary.LittleEndian.AppendUint16(b, block)
	return chunk("fmt ", binary.LittleEndian.AppendUint16(b, bits)...)
}

// file is a WAV file of chunks.
func file(chunks ...[]byte) []byte {
	body := append([]byte("WAVE"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// mono is the format of most tests.
func mono() []byte { return format(pcm, 1, 8000, 16) }

// TestFilesOfSoX reads what SoX 14.4.2 has written of six samples, in every form that is read and in some that are not.
func TestFilesOfSoX(t *testing.T) {
	want := []float32{0, 0.5, -0.5, 1.0 / 128, -1, 127.0 / 128, 0, 0}
	for name, problem := range map[string]string{
		"u8.wav": "", "s16.wav": "", "s24.wav": "", "s32.wav": "", "f32.wav": "", "stereo.wav": "", "piped.wav": "",
		"a-law.wav":    "the samples are compressed as A-law: convert it, as with sox in.wav -e signed -b 16 out.wav",
		"ms-adpcm.wav": "the samples are compressed as Microsoft ADPCM: convert it",
		"gsm.wav":      "the samples are compressed as GSM 6.10: convert it",
		"f64.wav":      "floats of 64 bits, but only those of 32 are read: convert it",
	} {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		s := Spec{Rate: 8000, Samples: len(want)}
		got, err := s.Decode(iotest.OneByteReader(bytes.NewReader(b)))
		if problem == "" && (err != nil || !slices.Equal(got, want)) {
			t.Errorf("%s: got %v, %v; want %v", name, got, err, want)
		}
		if problem != "" && (err == nil || !strings.HasPrefix(err.Error(), problem)) {
			t.Errorf("%s: got error %v, want %q", name, err, problem)
		}
	}
}

// Random samples in every format, of several channels, are the means of what was written.
func TestEveryFormatGivesTheMeanOfItsChannels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, f := range []struct{ tag, bits uint16 }{{pcm, 8}, {pcm, 16}, {pcm, 24}, {pcm, 32}, {float, 32}} {
		for _, channels := range []int{1, 2, 3, 6, mostChannels} {
			const frames = 50
			var data []byte
			want := make([]float64, frames)
			for i := range frames * channels {
				v := rng.Float64()*2 - 1
				scale := math.Exp2(float64(f.bits) - 1)
				n := int64(v * scale)
				switch {
				case f.tag == float:
					v = float64(float32(v))
					data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
				case f.bits == 8:
					v = float64(n) / scale
					data = append(data, byte(n+128))
				default:
					v = float64(n) / scale
					data = append(data, binary.LittleEndian.AppendUint32(nil, uint32(n))[:f.bits/8]...)
				}
				want[i/channels] += v / float64(channels)
			}
			s := Spec{Rate: 8000, Samples: frames}
			got, err := s.Decode(bytes.NewReader(file(format(f.tag, uint16(channels), 8000, f.bits), chunk("data", data...))))
			if err != nil || len(got) != frames {
				t.Fatalf("%+v of %d channels: %d samples, %v", f, channels, len(got), err)
			}
			for i := range got {
				if math.Abs(float64(got[i])-want[i]) > 1e-6 {
					t.Fatalf("%+v of %d channels: sample %d is %g, want %g", f, channels, i, got[i], want[i])
				}
			}
		}
	}
}

// TestSamplesAreFoundWhereverTheyStand holds that other chunks are passed over, and a length that was not known is found.
func TestSamplesAreFoundWhereverTheyStand(t *testing.T) {
	data := chunk("data", 0, 64, 0, 192)
	open := func(size uint32) []byte { return claiming(chunk("data", 0, 64, 0, 192), size) }
	list := chunk("LIST", []byte("INFOodd")...)
	piped := claiming(file(mono(), open(math.MaxUint32)), math.MaxUint32)
	for name, f := range map[string][]byte{
		"nothing else":                file(mono(), data),
		"odd chunks before":           file(list, chunk("bext", 1), mono(), chunk("fact", 2, 0, 0, 0), list, data),
		"chunks after":                file(mono(), data, list, chunk("data", 1, 1)),
		"an odd fmt chunk":            file(chunk("fmt ", append(mono()[8:], 7)...), data),
		"a long fmt chunk":            file(chunk("fmt ", append(mono()[8:], make([]byte, 99)...)...), data),
		"the last of two fmt chunks":  file(format(pcm, 2, 44100, 8), mono(), data),
		"a wrong size of all":         claiming(file(mono(), data), 5),
		"the size of a pipe":          piped,
		"SoX's size of a pipe":        claiming(file(mono(), open(0x7ffff000)), 0x7ffff024),
		"arecord's size of a pipe":    claiming(file(mono(), open(0x80000000)), 0x80000024),
		"no size":                     claiming(file(mono(), open(0)), 0),
		"the size of an empty file":   claiming(file(mono(), open(0)), 36),
		"no size of the samples only": claiming(file(mono(), open(0)), math.MaxUint32),
	} {
		s := Spec{Rate: 8000, Samples: 3}
		if got, err := s.Decode(bytes.NewReader(f)); err != nil || !slices.Equal(got, []float32{0.5, -0.5, 0}) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestWhatIsNoRecordingIsRefused(t *testing.T) {
	data := chunk("data", 0, 64, 0, 192)
	whole := file(mono(), data)
	extended := func(tag uint16, rest string) []byte {
		b := binary.LittleEndian.AppendUint16(format(extensible, 1, 8000, 16)[8:], 22)
		b = append(b, 16, 0, 4, 0, 0, 0)
		return chunk("fmt ", append(binary.LittleEndian.AppendUint16(b, tag), rest...)...)
	}
	nan := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.NaN())))
	infinite := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(math.Inf(-1))))
	const convert = ": convert it, as with sox in.wav -e signed -b 16 out.wav"
	for _, c := range []struct {
		file []byte
		want string // all of the error
	}{
		{nil, "not a WAV file, which begins with RIFF and WAVE: convert it, as with sox in.flac out.wav"},
		{whole[:11], "not a WAV file, which begins with RIFF and WAVE: convert it, as with sox in.flac out.wav"},
		{[]byte("RIFF\x04\x00\x00\x00AVI LIST"), "not a WAV file, which begins with RIFF and WAVE: convert it, as with sox in.flac out.wav"},
		{[]byte("ID3\x03\x00\x00\x00\x00\x00\x00\x00\x00"), "not a WAV file, which begins with RIFF and WAVE: convert it, as with sox in.flac out.wav"},
		{file(), "no fmt chunk, which says how the samples are written: the file is damaged"},
		{file(chunk("LIST", 1, 2)), "no fmt chunk, which says how the samples are written: the file is damaged"},
		{file(data), "a data chunk without a fmt chunk before it, which says how the samples are written: the file is damaged"},
		{file(mono()), "no data chunk, which has the samples: the file is cut off"},
		{file(mono(), chunk("LIST", 1)), "no data chunk, which has the samples: the file is cut off"},
		{whole[:15], "the file ends within the header of a chunk: it is cut off"},
		{whole[:19], "the file ends within the header of a chunk: it is cut off"},
		{whole[:20], `the file ends within its "fmt " chunk: it is cut off`},
		{whole[:30], `the file ends within its "fmt " chunk: it is cut off`},
		{whole[:40], "the file ends within the header of a chunk: it is cut off"},
		{file(claiming(mono(), math.MaxUint32)), `the file ends within its "fmt " chunk: it is cut off`},
		{file(mono(), claiming(chunk("LIST"), math.MaxUint32)), `the file ends within its "LIST" chunk: it is cut off`},
		{file(mono(), claiming(chunk("\x00\xff\n%"), 1)), `the file ends within its "\x00\xff\n%" chunk: it is cut off`},
		{file(chunk("fmt ", mono()[8:22]...), data), "a fmt chunk of 14 bytes, but none has less than 16: the file is damaged"},
		{file(chunk("fmt "), data), "a fmt chunk of 0 bytes, but none has less than 16: the file is damaged"},
		{file(format(0x55, 1, 8000, 0), data), "the samples are compressed as MP3" + convert},
		{file(format(7, 1, 8000, 8), data), "the samples are compressed as mu-law" + convert},
		{file(format(0x1234, 1, 8000, 16), data), "the samples are of format 0x1234, but only integers and floats are read" + convert},
		{file(format(extensible, 1, 8000, 16), data), "the samples are of format 0xfffe, but only integers and floats are read" + convert},
		{file(extended(pcm, "ambisonic fmt."), data), "the samples are of format 0xfffe, but only integers and floats are read" + convert},
		{file(extended(6, string(guid)), data), "the samples are compressed as A-law" + convert},
		{file(extended(0x4321, string(guid)), data), "the samples are of format 0x4321, but only integers and floats are read" + convert},
		{file(format(pcm, 0, 8000, 16), data), "a recording of 0 channels: the file is damaged"},
		{file(format(pcm, 100, 8000, 16), data), "100 channels, but at most 32 are read: choose one, as with sox in.wav out.wav remix 1"},
		{file(format(pcm, 1, 0, 16), data), "a recording of 0 Hz: the file is damaged"},
		{file(format(pcm, 1, 44100, 16), data), "recorded at 44100 Hz, but the model takes 8000: convert it, as with sox in.wav -r 8000 out.wav"},
		{file(format(pcm, 1, math.MaxUint32, 16), data), "recorded at 4294967295 Hz, but the model takes 8000: convert it, as with sox in.wav -r 8000 out.wav"},
		{file(format(pcm, 1, 8000, 12), data), "integers of 12 bits, but only those of 8, 16, 24 and 32 are read" + convert},
		{file(format(pcm, 1, 8000, 0), data), "integers of 0 bits, but only those of 8, 16, 24 and 32 are read" + convert},
		{file(format(float, 1, 8000, 16), data), "floats of 16 bits, but only those of 32 are read" + convert},
		{file(chunk("fmt ", append(mono()[8:20], 3, 0, 16, 0)...), data), "3 bytes for a sample of 16 bits of each of 1 channels: the file is damaged"},
		{file(mono(), chunk("data"), chunk("LIST", 1, 2)), "a recording without samples"},
		{file(mono(), chunk("data")), "a recording without samples"},
		{file(mono(), claiming(chunk("data"), math.MaxUint32)), "a recording without samples"},
		{file(mono(), claiming(chunk("data", 1, 2), 4)), "the file ends after 2 of 4 bytes of samples: it is cut off"},
		{file(mono(), claiming(chunk("data", 1, 2, 3)[:11], 4)), "the file ends after 3 of 4 bytes of samples: it is cut off"},
		{file(mono(), claiming(chunk("data"), 6)), "the file ends after 0 of 6 bytes of samples: it is cut off"},
		{file(mono(), chunk("data", 1, 2, 3)), "the samples end within one: the file is cut off or damaged"},
		{file(mono(), claiming(chunk("data", 1, 2, 3)[:11], math.MaxUint32)), "the samples end within one: the file is cut off or damaged"},
		{file(mono(), chunk("data", make([]byte, 8)...)), "4 samples, but the model takes 3, 375µs at most: cut it, as with sox in.wav out.wav trim 0 0.000375"},
		{file(mono(), claiming(chunk("data"), 24000)), "12000 samples, but the model takes 3, 375µs at most: cut it, as with sox in.wav out.wav trim 0 0.000375"},
		{file(mono(), claiming(chunk("data", make([]byte, 8)...), math.MaxUint32)), "more samples, but the model takes 3, 375µs at most: cut it, as with sox in.wav out.wav trim 0 0.000375"},
		{file(format(float, 1, 8000, 32), chunk("data", append(make([]byte, 4), nan...)...)), "sample 2 is NaN: all must be finite"},
		{file(format(float, 1, 8000, 32), chunk("data", infinite...)), "sample 1 is -Inf: all must be finite"},
	} {
		s := Spec{Rate: 8000, Samples: 3}
		if got, err := s.Decode(bytes.NewReader(c.file)); got != nil || err == nil || err.Error() != c.want {
			t.Errorf("%.80q: got %v, %v\nwant %s", c.file, got, err, c.want)
		}
	}
}

// TestErrorsOfTheFileStay holds that a broken disk is not taken for a broken file.
func TestErrorsOfTheFileStay(t *testing.T) {
	broken := errors.New("broken disk")
	whole := file(chunk("LIST", 1, 2, 3), mono(), chunk("data", 1, 2, 3, 4))
	for n := range len(whole) {
		r := io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken))
		s := Spec{Rate: 8000, Samples: 3}
		if _, err := s.Decode(r); !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// silence is a file that never ends.
type silence struct{}

func (silence) Read(p []byte) (int, error) { return len(p), nil }

// TestClaimsCostNothing holds that room is made for a row and for nothing else, whatever a file claims or holds.
func TestClaimsCostNothing(t *testing.T) {
	piped := claiming(file(mono(), claiming(chunk("data"), math.MaxUint32)), math.MaxUint32)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, r := range []io.Reader{
		io.MultiReader(bytes.NewReader(piped), silence{}),
		bytes.NewReader(piped),
		bytes.NewReader(file(claiming(mono(), 0xfffffff0))),
		bytes.NewReader(file(mono(), claiming(chunk("LIST"), 0xfffffff0))),
		bytes.NewReader(file(mono(), claiming(chunk("data"), 0x7ffe0000))),
	} {
		s := Spec{Rate: 8000, Samples: 8000}
		if _, err := s.Decode(r); err == nil {
			t.Error("a file of claims is taken")
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("%d bytes allocated for rows of 32000", grown)
	}
}

// FuzzDecode holds that any file gives a row of finite values or an error that says something.
func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.wav")
	if err != nil || len(names) == 0 {
		f.Fatalf("no files (%v)", err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b, uint16(8))
	}
	f.Add(file(chunk("LIST", 1, 2, 3), mono(), chunk("data", 1, 2, 3, 4)), uint16(2))
	f.Add(claiming(file(mono(), claiming(chunk("data", 1, 2), 0)), 0), uint16(1))
	f.Fuzz(func(t *testing.T, data []byte, samples uint16) {
		s := Spec{Rate: 8000, Samples: 1 + int(samples)}
		row, err := s.Decode(bytes.NewReader(data))
		if err != nil {
			if row != nil || strings.Contains(err.Error(), "%!") || len(err.Error()) > 300 {
				t.Fatalf("%d samples with %v", len(row), err)
			}
			return
		}
		if len(row) != s.Samples {
			t.Fatalf("%d samples, want %d", len(row), s.Samples)
		}
		for _, v := range row {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				t.Fatalf("a sample of %g", v)
			}
		}
	})
}
