// Package picture turns a picture into the tensor that a model takes.
package picture

import (
	"fmt"
	"image"
	"math"

	"golang.org/x/image/draw"
)

// The layouts, N rows, C channels, H lines, W pixels a line, and the colors.
const (
	NCHW = "NCHW"
	NHWC = "NHWC"
	Gray = "gray"
	RGB  = "rgb"
)

// Spec says how: scale to the size, take the channels, and write (v/255 - mean)/std of every 8-bit value.
type Spec struct {
	Layout        string // NCHW or NHWC
	Color         string // Gray or RGB
	Height, Width int
	Mean, Std     []float64 // one for each channel, or one for all; none: 0 and 1
}

// Channels is 1 for gray, 3 for rgb.
func (s *Spec) Channels() int {
	if s.Color == RGB {
		return 3
	}
	return 1
}

// Shape is the shape of the tensor, one row with its leading 1.
func (s *Spec) Shape() []int64 {
	c, h, w := int64(s.Channels()), int64(s.Height), int64(s.Width)
	if s.Layout == NHWC {
		return []int64{1, h, w, c}
	}
	return []int64{1, c, h, w}
}

// Validate says what is wrong with the spec, if anything.
func (s *Spec) Validate() error {
	switch {
	case s.Layout != NCHW && s.Layout != NHWC:
		return fmt.Errorf("the layout is %q: it must be NCHW or NHWC", s.Layout)
	case s.Color != Gray && s.Color != RGB:
		return fmt.Errorf("the color is %q: it must be gray or rgb", s.Color)
	case s.Height < 1 || s.Width < 1 || s.Height > 1<<14 || s.Width > 1<<14:
		return fmt.Errorf("the size is %d x %d: both must be between 1 and 16384", s.Height, s.Width)
	}
	for _, list := range [][]float64{s.Mean, s.Std} {
		if n := len(list); n > 1 && n != s.Channels() {
			return fmt.Errorf("mean and std need one number, or one for each of the %d channels: have %d", s.Channels(), n)
		}
	}
	for _, mean := range s.Mean {
		if math.IsNaN(mean) || math.IsInf(mean, 0) {
			return fmt.Errorf("a mean of %g: it must be finite", mean)
		}
	}
	for _, std := range s.Std {
		if !(std > 0) || math.IsInf(std, 0) {
			return fmt.Errorf("a standard deviation of %g: it must be positive", std)
		}
	}
	return nil
}

// Tensor converts a picture. A picture of another size is scaled (Catmull-Rom); one of the right size is taken pixel for
// pixel. The caller owns the result.
func (s *Spec) Tensor(img image.Image) []float32 {
	size := image.Rect(0, 0, s.Width, s.Height)
	out := make([]float32, s.Channels()*s.Width*s.Height)
	if s.Color == Gray {
		gray := image.NewGray(size)
		fit(gray, img)
		s.fill(out, 0, gray.Pix, 1)
		return out
	}
	rgba := image.NewRGBA(size)
	fit(rgba, img)
	for c := range 3 {
		s.fill(out, c, rgba.Pix[c:], 4)
	}
	return out
}

func fit(to draw.Image, img image.Image) {
	from := img.Bounds()
	if from.Size() == to.Bounds().Size() {
		draw.Draw(to, to.Bounds(), img, from.Min, draw.Src)
		return
	}
	draw.CatmullRom.Scale(to, to.Bounds(), img, from, draw.Src, nil)
}

// fill writes one channel of the tensor from every stride-th byte.
func (s *Spec) fill(out []float32, channel int, pixels []byte, stride int) {
	mean, std := pick(s.Mean, channel, 0), pick(s.Std, channel, 1)
	at, step := channel*s.Width*s.Height, 1
	if s.Layout == NHWC {
		at, step = channel, s.Channels()
	}
	for i := range s.Width * s.Height {
		out[at+i*step] = float32((float64(pixels[i*stride])/255 - mean) / std)
	}
}

func pick(list []float64, channel int, otherwise float64) float64 {
	switch {
	case len(list) == 0:
		return otherwise
	case len(list) == 1:
		return list[0]
	}
	return list[channel]
}
