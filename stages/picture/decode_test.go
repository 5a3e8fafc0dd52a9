package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// TestJPEGsOfEveryKind reads what Pillow 9.4.0 has written of one picture, and what Go has: red grows by column, green by line.
func TestJPEGsOfEveryKind(t *testing.T) {
	at := func(x, y int) color.NRGBA { return color.NRGBA{R: byte(40 + 8*x), G: byte(200 + 9*y), B: 120, A: 255} }
	img := image.NewNRGBA(image.Rect(0, 0, 9, 4))
	for i := range 9 * 4 {
		img.SetNRGBA(i%9, i/9, at(i%9, i/9))
	}
	files := map[string][]byte{"baseline": encodeJPEG(t, img)}
	for _, name := range []string{"progressive.jpg", "cmyk.jpg", "gray.jpg"} {
		files[name] = read(t, name)
	}
	for name, data := range files {
		got, err := Decode(bytes.NewReader(data))
		if err != nil || got.Bounds() != img.Rect {
			t.Fatalf("%s: %v", name, err)
		}
		for i := range 9 * 4 {
			x, y := i%9, i/9
			want := at(x, y)
			if name == "gray.jpg" {
				want = color.NRGBA{R: luma(want), G: luma(want), B: luma(want), A: 255}
			}
			have := color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
			const loss = 8
			if apart(have.R, want.R) > loss || apart(have.G, want.G) > loss || apart(have.B, want.B) > loss {
				t.Errorf("%s: pixel %d,%d is %v, want %v", name, x, y, have, want)
			}
		}
	}
}

func apart(a, b byte) int { return max(int(a)-int(b), int(b)-int(a)) }

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// claimingJPEG changes the size in the header of a JPEG's frame.
func claimingJPEG(data []byte, width, height uint16) []byte {
	data = bytes.Clone(data)
	for at := 2; ; at += 2 + int(binary.BigEndian.Uint16(data[at+2:])) {
		if frame := data[at+1]; frame == 0xc0 || frame == 0xc2 {
			binary.BigEndian.PutUint16(data[at+5:], height)
			binary.BigEndian.PutUint16(data[at+7:], width)
			return data
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
	for _, name := range []string{"progressive.jpg", "cmyk.jpg", "gray.jpg"} {
		if _, err := Decode(bytes.NewReader(claimingJPEG(read(t, name), 1<<14, 1<<14))); err == nil || !strings.Contains(err.Error(), "pixels: at most") {
			t.Errorf("%s that claims %d x %[2]d pixels gives %v", name, 1<<14, err)
		}
	}
	gray := read(t, "gray.jpg")
	for _, data := range [][]byte{claiming(small, 1<<13, 1<<13), claimingJPEG(read(t, "cmyk.jpg"), 1<<13, 1<<13), claimingJPEG(gray, 1<<10, 1<<10)} {
		if _, err := Decode(bytes.NewReader(data)); err == nil || !strings.Contains(err.Error(), "which cannot hold them") {
			t.Errorf("%d bytes that claim more pixels than they can hold give %v", len(data), err)
		}
	}
	for _, data := range [][]byte{
		nil, small[:20], small[:len(small)-20], claiming(small, 0, 4), claiming(small, 8, 8),
		[]byte("\xff\xd8"), []byte("\xff\xd8\xff\xe0 a JPEG"), gray[:20], gray[:len(gray)-20], claimingJPEG(gray, 0, 4), claimingJPEG(gray, 99, 99),
	} {
		if _, err := Decode(bytes.NewReader(data)); err == nil {
			t.Errorf("%q is a picture", data)
		}
	}
	if _, err := Decode(strings.NewReader("GIF89a is neither")); err != png.FormatError("not a PNG file") {
		t.Errorf("a GIF gives %v", err)
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
		f.Add(encodeJPEG(f, img), uint8(4), uint8(4), true, false)
	}
	for _, name := range []string{"progressive.jpg", "cmyk.jpg", "gray.jpg"} {
		f.Add(read(f, name), uint8(4), uint8(4), true, true)
		f.Add(claimingJPEG(read(f, name), 100, 100), uint8(4), uint8(4), false, true)
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

// The emptiest pictures are the densest files, and still hold what they claim.
func TestTheDensestFilesAreRead(t *testing.T) {
	const side = 1 << 10
	for name, data := range map[string][]byte{
		"PNG":             encode(t, image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White})),
		"JPEG":            encodeJPEG(t, image.NewGray(image.Rect(0, 0, side, side))),
		"one bit a block": read(t, "plain.jpg"),
	} {
		img, err := Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != side {
			t.Errorf("%s of %d bytes: %v", name, len(data), err)
		}
	}
}
