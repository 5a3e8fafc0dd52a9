package picture

import (
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
)

// mostPixels bounds a picture's memory: eight bytes a pixel at most in a PNG, 512 MiB, and 28 in a JPEG, when it is
// progressive and has four channels.
const mostPixels = 1 << 26

// format is how one kind of picture is read.
type format struct {
	config  func(io.Reader) (image.Config, error)
	picture func(io.Reader) (image.Image, error)
	density int64 // how many pixels a byte of the file can stand for at most
}

var (
	// Deflate makes 1032 bytes of one at most (zlib's technical notes), and the smallest pixel has a bit.
	asPNG = format{png.DecodeConfig, png.Decode, 1032 * 8}
	// Every block of 8 x 8 pixels has a code, and the shortest code has a bit.
	asJPEG = format{jpeg.DecodeConfig, jpeg.Decode, 64 * 8}
)

// Decode reads a PNG or a JPEG picture, as it lies: how a camera was held is not looked at. Its size is: a file of a hundred
// bytes can claim any, and memory is taken for what it claims, once that can be true. The error of a file that is neither is
// that of a PNG.
func Decode(r io.ReadSeeker) (image.Image, error) { return decode(r, mostPixels) }

func decode(r io.ReadSeeker, most int64) (image.Image, error) {
	f := asPNG
	var start [2]byte
	if _, err := io.ReadFull(r, start[:]); err == nil && start == [2]byte{0xff, 0xd8} {
		f = asJPEG
	}
	bytes, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	size, err := f.config(r)
	if err != nil {
		return nil, err
	}
	switch pixels := int64(size.Width) * int64(size.Height); {
	case pixels < 1:
		return nil, fmt.Errorf("a picture of %d x %d pixels: the file is damaged", size.Width, size.Height)
	case pixels > most:
		return nil, fmt.Errorf("a picture of %d x %d pixels: at most %d are read", size.Width, size.Height, most)
	case pixels > bytes*f.density:
		return nil, fmt.Errorf("a picture of %d x %d pixels in a file of %d bytes, which cannot hold them: it is cut off", size.Width, size.Height, bytes)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return f.picture(r)
}
