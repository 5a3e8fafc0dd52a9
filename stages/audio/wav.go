package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The formats of samples, by the tags that a fmt chunk has.
const (
	pcm        = 1
	float      = 3
	extensible = 0xfffe // the tag is in the extension
)

// compressed are formats that are not read.
var compressed = map[uint16]string{
	2: "Microsoft ADPCM", 6: "A-law", 7: "mu-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10", 0x50: "MPEG", 0x55: "MP3", 0xff: "AAC",
	0x161: "WMA",
}

// mostChannels are more than any format names; their mean would say nothing.
const mostChannels = 32

// streamed is the least length that stands for one that was not known when it was written. Programs that write to a pipe
// put 0, 0xffffffff, or a number around 0x7fffffff. No recording of a minute is as long in truth, at rates and channels that
// are in use.
const streamed = 0x7fff0000

// Decode reads a WAV file as a row of the model's input: integers of 8, 16, 24 or 32 bits or floats of 32. Floats beyond 1
// are taken as they are. A recording of another rate or too long is an error that says what to do. No more is read than a
// row takes, whatever a file holds or claims. The spec must be valid; the caller owns the row.
func (s *Spec) Decode(r io.Reader) ([]float32, error) {
	w := &wav{in: bufio.NewReader(r)}
	if err := w.header(); err != nil {
		return nil, err
	}
	if w.rate != s.Rate {
		return nil, fmt.Errorf("recorded at %d Hz, but the model takes %d: convert it, as with sox in.wav -r %d out.wav", w.rate, s.Rate, s.Rate)
	}
	many := "more samples"
	if w.size >= 0 && w.size/w.block() > int64(s.Samples) {
		many = fmt.Sprintf("%d samples", w.size/w.block())
	} else if row, err := w.samples(s.Samples); err != errLong {
		return row, err
	}
	return nil, fmt.Errorf("%s, but the model takes %d, %v at most: cut it, as with sox in.wav out.wav trim 0 %g", many, s.Samples, s.Length(), s.Length().Seconds())
}

// wav reads a WAV file from its start to its samples.
type wav struct {
	in       *bufio.Reader
	tag      uint16 // pcm or float
	channels int
	rate     int   // Hz
	bits     int   // of a sample
	size     int64 // of the samples in bytes, -1: to the end of the file
}

// block is the size of a sample of each channel in bytes.
func (w *wav) block() int64 { return int64(w.channels * w.bits / 8) }

// header reads up to the first sample.
func (w *wav) header() error {
	var start [12]byte
	if _, err := io.ReadFull(w.in, start[:]); err != nil && !ended(err) {
		return err
	}
	if string(start[:4]) != "RIFF" || string(start[8:]) != "WAVE" {
		return errors.New("not a WAV file, which begins with RIFF and WAVE: convert it, as with sox in.flac out.wav")
	}
	end := int64(binary.LittleEndian.Uint32(start[4:])) + 8
	for at := int64(len(start)); ; {
		name, size, err := w.chunk()
		if err != nil {
			return err
		}
		left := size + size%2
		at += 8 + left
		switch name {
		case "data":
			return w.data(size, at, end)
		case "fmt ":
			left, err = w.format(size)
		}
		if err == nil {
			_, err = io.CopyN(io.Discard, w.in, left)
		}
		if ended(err) {
			err = fmt.Errorf("the file ends within its %q chunk: it is cut off", name)
		}
		if err != nil {
			return err
		}
	}
}

// chunk reads the name and the size of the next chunk.
func (w *wav) chunk() (name string, size int64, err error) {
	var head [8]byte
	n, err := io.ReadFull(w.in, head[:])
	switch {
	case err != nil && !ended(err):
		return "", 0, err
	case n > 0 && err != nil:
		return "", 0, errors.New("the file ends within the header of a chunk: it is cut off")
	case err != nil && w.rate == 0:
		return "", 0, errors.New("no fmt chunk, which says how the samples are written: the file is damaged")
	case err != nil:
		return "", 0, errors.New("no data chunk, which has the samples: the file is cut off")
	}
	return string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:])), nil
}

// format reads a fmt chunk and returns how many bytes are left before the next.
func (w *wav) format(size int64) (left int64, err error) {
	var f [40]byte
	n := min(size, int64(len(f)))
	if _, err := io.ReadFull(w.in, f[:n]); err != nil {
		return 0, err
	}
	if n < 16 {
		return 0, fmt.Errorf("a fmt chunk of %d bytes, but none has less than 16: the file is damaged", n)
	}
	u16 := func(at int) int { return int(binary.LittleEndian.Uint16(f[at:])) }
	w.tag, w.channels, w.bits = uint16(u16(0)), u16(2), u16(14)
	rate, block := binary.LittleEndian.Uint32(f[4:]), u16(12)
	w.rate = int(rate)
	if w.tag == extensible && bytes.Equal(f[26:], guid) {
		w.tag = uint16(u16(24))
	}
	return size + size%2 - n, w.check(block)
}

// guid is how the names of the extensible formats end that have a tag.
var guid = []byte("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71")

// check says what is wrong with a format, and what to do.
func (w *wav) check(block int) error {
	const convert = "convert it, as with sox in.wav -e signed -b 16 out.wav"
	name := compressed[w.tag]
	switch {
	case name != "":
		return fmt.Errorf("the samples are compressed as %s: %s", name, convert)
	case w.tag != pcm && w.tag != float:
		return fmt.Errorf("the samples are of format %#x, but only integers and floats are read: %s", w.tag, convert)
	case w.channels == 0:
		return errors.New("a recording of 0 channels: the file is damaged")
	case w.channels > mostChannels:
		return fmt.Errorf("%d channels, but at most %d are read: choose one, as with sox in.wav out.wav remix 1", w.channels, mostChannels)
	case w.rate == 0:
		return errors.New("a recording of 0 Hz: the file is damaged")
	case w.tag == float && w.bits != 32:
		return fmt.Errorf("floats of %d bits, but only those of 32 are read: %s", w.bits, convert)
	case w.bits != 8 && w.bits != 16 && w.bits != 24 && w.bits != 32:
		return fmt.Errorf("integers of %d bits, but only those of 8, 16, 24 and 32 are read: %s", w.bits, convert)
	case int64(block) != w.block():
		return fmt.Errorf("%d bytes for a sample of %d bits of each of %d channels: the file is damaged", block, w.bits, w.channels)
	}
	return nil
}

// data finds out how many bytes the samples have, in a chunk and a file that should end at the given places.
func (w *wav) data(size, chunkEnd, fileEnd int64) error {
	switch {
	case w.rate == 0:
		return errors.New("a data chunk without a fmt chunk before it, which says how the samples are written: the file is damaged")
	case size >= streamed, size == 0 && (fileEnd <= chunkEnd || fileEnd >= streamed):
		w.size = -1
	default:
		w.size = size
	}
	return nil
}

var errLong = errors.New("more samples than a row has")

// samples reads all samples into a row of that many, silent after them.
func (w *wav) samples(most int) ([]float32, error) {
	in := io.Reader(w.in)
	if w.size >= 0 {
		in = io.LimitReader(w.in, w.size)
	}
	frame := make([]byte, w.block())
	row := make([]float32, most)
	for n := 0; ; n++ {
		got, err := io.ReadFull(in, frame)
		switch {
		case err != nil && !ended(err):
			return nil, err
		case err != nil && w.size >= 0 && int64(n)*w.block()+int64(got) < w.size:
			return nil, fmt.Errorf("the file ends after %d of %d bytes of samples: it is cut off", int64(n)*w.block()+int64(got), w.size)
		case got > 0 && err != nil:
			return nil, errors.New("the samples end within one: the file is cut off or damaged")
		case err != nil && n == 0:
			return nil, errors.New("a recording without samples")
		case err != nil:
			return row, nil
		case n == most:
			return nil, errLong
		}
		v := w.mean(frame)
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("sample %d is %g: all must be finite", n+1, v)
		}
		row[n] = float32(v)
	}
}

// mean is that of the channels.
func (w *wav) mean(frame []byte) float64 {
	sum, width := 0.0, w.bits/8
	for b := frame; len(b) > 0; b = b[width:] {
		sum += w.value(b)
	}
	return sum / float64(w.channels)
}

// value is the first sample in b.
func (w *wav) value(b []byte) float64 {
	switch {
	case w.tag == float:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case w.bits == 8:
		return (float64(b[0]) - 128) / 128
	case w.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case w.bits == 24:
		return float64(int32(b[0])<<8|int32(b[1])<<16|int32(b[2])<<24) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }
