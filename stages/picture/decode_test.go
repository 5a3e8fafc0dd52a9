package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"
)

func encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// claiming changes the size in a PNG's header, and makes its checksum right again.
func claiming(data []byte, width, height uint32) []byte {
	const header, from, to = 16, 12, 29 // where the size is, and what the checksum covers
	data = bytes.Clone(data)
	binary.BigEndian.PutUint32(data[header:], width)
	binary.BigEndian.PutUint32(data[header+4:], height)
	binary.BigEndian.PutUint32(data[to:], crc32.ChecksumIEEE(data[from:to]))
	return data
}

func TestDecodeGivesThePicture(t *testing.T) {
	img := noise(rand.New(rand.NewPCG(3, 3)), 9, 4)
	got, err := Decode(bytes.NewReader(encode(t, img)))
	if err != nil {
		t.Fatal(err)
	}
	for y := range 4 {
		for x := range 9 {
			if got, want := color.NRGBAModel.Convert(got.At(x, y)), img.NRGBAAt(3+x, 5+y); got != want {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, got, want)
			}
		}
	}
}

func TestDecodeTakesNoMemoryForWhatAFileClaims(t *testing.T) {
	small := encode(t, image.NewGray(image.Rect(0, 0, 4, 4)))
	for _, side := range []uint32{1 << 14, 1 << 20, 1 << 29} {
		if _, err := Decode(bytes.NewReader(claiming(small, side, side))); err == nil || !strings.Contains(err.Error(), "pixels: at most") {
			t.Errorf("a file that claims %d x %d pixels gives %v", side, side, err)
		}
	}
	for _, data := range [][]byte{nil, small[:20], small[:len(small)-20], []byte("\xff\xd8\xff\xe0 a JPEG"), claiming(small, 0, 4), claiming(small, 8, 8)} {
		if _, err := Decode(bytes.NewReader(data)); err == nil {
			t.Errorf("%q is a picture", data)
		}
	}
}

// Whatever a file holds becomes an error, or a tensor of the model's size with values between those of black and white.
func FuzzDecode(f *testing.F) {
	small := noise(rand.New(rand.NewPCG(4, 4)), 5, 3)
	paletted := image.NewPaletted(image.Rect(0, 0, 6, 6), color.Palette{color.Black, color.White, color.NRGBA{R: 9, A: 77}})
	paletted.SetColorIndex(3, 3, 2)
	for _, img := range []image.Image{small, paletted, image.NewGray(small.Rect), image.NewGray16(small.Rect), image.NewNRGBA64(small.Rect)} {
		data := encode(f, img)
		f.Add(data, uint8(4), uint8(4), true, true)
		f.Add(claiming(data, 300, 2), uint8(3), uint8(5), false, false)
	}
	f.Fuzz(func(t *testing.T, data []byte, height, width uint8, rgb, last bool) {
		img, err := decode(bytes.NewReader(data), 1<<14)
		if err != nil {
			return
		}
		s := Spec{Layout: NCHW, Color: Gray, Height: 1 + int(height), Width: 1 + int(width), Mean: []float64{0.5}, Std: []float64{0.5}}
		if rgb {
			s.Color = RGB
		}
		if last {
			s.Layout = NHWC
		}
		row := s.Tensor(img)
		if len(row) != s.Channels()*s.Height*s.Width {
			t.Fatalf("%d values for %+v", len(row), s)
		}
		for _, v := range row {
			if !(v >= -1 && v <= 1) {
				t.Fatalf("a value of %g", v)
			}
		}
	})
}
