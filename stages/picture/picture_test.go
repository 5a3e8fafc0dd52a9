package picture

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// noise is a picture of random opaque pixels whose bounds do not begin at 0.
func noise(rng *rand.Rand, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(3, 5, 3+w, 5+h))
	for i := range img.Pix {
		img.Pix[i] = byte(rng.Uint32())
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	return img
}

// luma is the 8-bit luminance of ITU-R BT.601, as the color package documents it.
func luma(c color.NRGBA) byte {
	y := (19595*uint32(c.R)*0x101 + 38470*uint32(c.G)*0x101 + 7471*uint32(c.B)*0x101 + 1<<15) >> 24
	return byte(y)
}

// Each value of the tensor, found by its index, against each pixel, found by its place.
func TestAPictureOfTheRightSizeIsTakenPixelForPixel(t *testing.T) {
	const w, h = 7, 5
	img := noise(rand.New(rand.NewPCG(1, 1)), w, h)
	mean, std := []float64{0.485, 0.456, 0.406}, []float64{0.229, 0.224, 0.225}
	for _, layout := range []string{"NCHW", "NHWC"} {
		for _, colors := range []string{"gray", "rgb"} {
			s := Spec{Layout: layout, Color: colors, Height: h, Width: w, Mean: mean, Std: std}
			if colors == "gray" {
				s.Mean, s.Std = mean[:1], std[:1]
			}
			if err := s.Validate(); err != nil {
				t.Fatal(err)
			}
			got := s.Tensor(img)
			if len(got) != s.Channels()*w*h {
				t.Fatalf("%s %s: %d values", layout, colors, len(got))
			}
			for y := range h {
				for x := range w {
					p := img.NRGBAAt(3+x, 5+y)
					values := []byte{p.R, p.G, p.B}
					if colors == "gray" {
						values = []byte{luma(p)}
					}
					for c, v := range values {
						at := (c*h+y)*w + x
						if layout == "NHWC" {
							at = (y*w+x)*len(values) + c
						}
						want := (float64(v)/255 - s.Mean[c]) / s.Std[c]
						if math.Abs(float64(got[at])-want) > 1e-6 {
							t.Fatalf("%s %s: channel %d at %d,%d is %g, want %g", layout, colors, c, x, y, got[at], want)
						}
					}
				}
			}
		}
	}
}

func TestOneMeanServesAllChannelsAndNoneMeansNothingIsChanged(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 1, 1))
	img.SetNRGBA(0, 0, color.NRGBA{R: 255, G: 0, B: 51, A: 255})
	s := Spec{Layout: "NCHW", Color: "rgb", Height: 1, Width: 1}
	if got, want := s.Tensor(img), []float32{1, 0, 0.2}; !slices.Equal(got, want) {
		t.Errorf("without mean and std: %v, want %v", got, want)
	}
	s.Mean, s.Std = []float64{0.5}, []float64{0.5}
	if got, want := s.Tensor(img), []float32{1, -1, -0.6}; !slices.Equal(got, want) {
		t.Errorf("with one mean and std: %v, want %v", got, want)
	}
}

func TestShapes(t *testing.T) {
	for _, c := range []struct {
		layout, color string
		want          []int64
	}{
		{"NCHW", "gray", []int64{1, 1, 4, 6}}, {"NHWC", "gray", []int64{1, 4, 6, 1}},
		{"NCHW", "rgb", []int64{1, 3, 4, 6}}, {"NHWC", "rgb", []int64{1, 4, 6, 3}},
	} {
		s := Spec{Layout: c.layout, Color: c.color, Height: 4, Width: 6}
		if got := s.Shape(); !slices.Equal(got, c.want) {
			t.Errorf("%s %s has shape %v, want %v", c.layout, c.color, got, c.want)
		}
		if got, want := len(s.Tensor(image.NewGray(image.Rect(0, 0, 9, 9)))), s.Channels()*24; got != want {
			t.Errorf("%s %s has %d values, want %d", c.layout, c.color, got, want)
		}
	}
}

// One plain colour stays what it is at every size; a picture that is dark on the left stays so, with its order of columns.
func TestScalingKeepsWhatAPictureShows(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {3, 200}, {200, 3}, {64, 64}, {31, 33}} {
		plain := image.NewNRGBA(image.Rect(-2, -2, size.X-2, size.Y-2))
		for i := range plain.Pix {
			plain.Pix[i] = []byte{200, 100, 50, 255}[i%4]
		}
		s := Spec{Layout: "NHWC", Color: "rgb", Height: 32, Width: 32}
		for i, v := range s.Tensor(plain) {
			if want := []float64{200, 100, 50}[i%3] / 255; math.Abs(float64(v)-want) > 1.5/255 {
				t.Fatalf("a plain picture of %v has the value %g at %d, want %g", size, v, i, want)
			}
		}
	}
	const w, h = 128, 96
	ramp := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			ramp.SetGray(x, y, color.Gray{Y: byte(2 * x)})
		}
	}
	s := Spec{Layout: "NCHW", Color: "gray", Height: 24, Width: 32}
	got := s.Tensor(ramp)
	for y := range 24 {
		for x := range 32 {
			// The middle of output column x lies at 4x + 1.5 of the input's.
			want := 2 * (4*float64(x) + 1.5) / 255
			if x > 0 && x < 31 && math.Abs(float64(got[y*32+x])-want) > 2.0/255 {
				t.Fatalf("a ramp has %g at %d,%d, want %g", got[y*32+x], x, y, want)
			}
		}
	}
}

func TestPicturesOfEveryKindGiveTheSameTensor(t *testing.T) {
	src := noise(rand.New(rand.NewPCG(2, 2)), 8, 8)
	s := Spec{Layout: "NCHW", Color: "rgb", Height: 8, Width: 8}
	want := s.Tensor(src)
	for name, img := range map[string]interface {
		image.Image
		Set(x, y int, c color.Color)
	}{"RGBA": image.NewRGBA(src.Bounds()), "NRGBA64": image.NewNRGBA64(src.Bounds()), "RGBA64": image.NewRGBA64(src.Bounds())} {
		for y := src.Bounds().Min.Y; y < src.Bounds().Max.Y; y++ {
			for x := src.Bounds().Min.X; x < src.Bounds().Max.X; x++ {
				img.Set(x, y, src.At(x, y))
			}
		}
		if got := s.Tensor(img); !slices.Equal(got, want) {
			t.Errorf("%s gives another tensor", name)
		}
	}
}

func TestValidateSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		words  string
		change func(*Spec)
	}{
		{"", func(*Spec) {}},
		{"", func(s *Spec) { s.Mean, s.Std = nil, []float64{1} }},
		{"layout", func(s *Spec) { s.Layout = "" }},
		{"layout", func(s *Spec) { s.Layout = "nchw" }},
		{"color", func(s *Spec) { s.Color = "bgr" }},
		{"color", func(s *Spec) { s.Color = "" }},
		{"size", func(s *Spec) { s.Height = 0 }},
		{"size", func(s *Spec) { s.Width = -1 }},
		{"size", func(s *Spec) { s.Width = 1<<14 + 1 }},
		{"3 channels: have 2", func(s *Spec) { s.Mean = []float64{0, 0} }},
		{"3 channels: have 4", func(s *Spec) { s.Std = []float64{1, 1, 1, 1} }},
		{"1 channels: have 3", func(s *Spec) { s.Color = "gray" }},
		{"deviation", func(s *Spec) { s.Std = []float64{0} }},
		{"deviation", func(s *Spec) { s.Std = []float64{-1} }},
		{"deviation", func(s *Spec) { s.Std = []float64{math.NaN()} }},
		{"deviation", func(s *Spec) { s.Std = []float64{1, 1, math.Inf(1)} }},
		{"mean", func(s *Spec) { s.Mean = []float64{math.NaN()} }},
		{"mean", func(s *Spec) { s.Mean = []float64{math.Inf(-1)} }},
	} {
		s := Spec{Layout: "NCHW", Color: "rgb", Height: 2, Width: 2, Mean: []float64{0, 0, 0}, Std: []float64{1, 1, 1}}
		c.change(&s)
		err := s.Validate()
		if (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%+v gives %v, want %q", s, err, c.words)
		}
	}
}
