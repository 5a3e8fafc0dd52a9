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

// Decode reads a PNG or a JPEG picture, as it lies: how a camera was held is not looked at. Its size is: a file of a hundred
// bytes can claim any, and memory is taken for what it claims. The error of a file that is neither is that of a PNG.
func Decode(r io.ReadSeeker) (image.Image, error) { return decode(r, mostPixels) }

func decode(r io.ReadSeeker, most int64) (image.Image, error) {
	config, whole := png.DecodeConfig, png.Decode
	var start [2]byte
	if _, err := io.ReadFull(r, start[:]); err == nil && start == [2]byte{0xff, 0xd8} {
		config, whole = jpeg.DecodeConfig, jpeg.Decode
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	size, err := config(r)
	if err != nil {
		return nil, err
	}
	switch pixels := int64(size.Width) * int64(size.Height); {
	case pixels < 1:
		return nil, fmt.Errorf("a picture of %d x %d pixels: the file is damaged", size.Width, size.Height)
	case pixels > most:
		return nil, fmt.Errorf("a picture of %d x %d pixels: at most %d are read", size.Width, size.Height, most)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return whole(r)
}
