package picture

import (
	"fmt"
	"image"
	"image/png"
	"io"
)

// mostPixels bounds a picture's memory, eight bytes a pixel at most: 512 MiB.
const mostPixels = 1 << 26

// Decode reads a PNG picture. Its size is looked at first: a file of a hundred bytes can claim any, and memory is taken for
// what it claims.
func Decode(r io.ReadSeeker) (image.Image, error) { return decode(r, mostPixels) }

func decode(r io.ReadSeeker, most int64) (image.Image, error) {
	size, err := png.DecodeConfig(r)
	if err != nil {
		return nil, err
	}
	if pixels := int64(size.Width) * int64(size.Height); pixels > most {
		return nil, fmt.Errorf("a picture of %d x %d pixels: at most %d are read", size.Width, size.Height, most)
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return png.Decode(r)
}
