// Package chart draws lines and marks in a plane, with axes and a legend, as one SVG that stands alone: no fonts, scripts or
// sheets from elsewhere. The same chart always becomes the same bytes.
//
// A library for plots of all kinds would cost more than what is drawn here: gonum.org/v1/plot v0.17.0 adds 7.5 MB to a
// program, fonts to measure text with among them, and eight modules.
package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
)

// A Chart is what there is to draw.
type Chart struct {
	Title  string
	X, Y   Axis
	Parts  []Part
	Series []Series
}

// A Part of the x axis has a name, which stands above it. It begins at From, and ends where the next begins.
type Part struct {
	From float64
	Name string
}

// An Axis has a label, which says the unit too: the values are drawn as they are, so "mJ" takes values in mJ.
type Axis struct {
	Label string
}

// A Series is points in their order, each {x, y}, with a name for the legend. A point that has no finite place is not
// drawn, and a line ends before it and begins anew behind it.
type Series struct {
	Name   string
	Points [][2]float64
	Style  Style
	Like   int // has the color of the series of that number, from 1; 0: its own
}

// Style says how points are drawn: Line, Marks, Dashes, or Marks with one of the others.
type Style uint8

// The parts of a style. No part at all is a line.
const (
	Line Style = 1 << iota
	Marks
	Dashes
)

// colors tell series apart, for the colour-blind too (Okabe and Ito, "Color Universal Design", 2008). The ninth series looks
// like the first.
var colors = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"}

// The sizes are in pixels, of which an SVG may have any size. A letter is about half as wide as high.
const (
	width, height           = 760, 440
	left, top, foot         = 76, 48, 60
	fontSize, letter, swash = 12, 6.4, 18
	legendMost              = 260
)

// canvas is a chart on its way to bytes.
type canvas struct {
	bytes.Buffer
	x, y  span
	right float64 // where the plane ends and the legend begins
}

// WriteSVG draws the chart. The error is w's.
func (c *Chart) WriteSVG(w io.Writer) error {
	p := canvas{right: width - c.legendWidth()}
	p.x, p.y = c.span(0), c.span(1)
	fmt.Fprintf(&p, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="system-ui, sans-serif" font-size="%d" fill="#333">`+"\n", width, height, fontSize)
	fmt.Fprintf(&p, `<rect width="%d" height="%d" fill="#fff"/>`+"\n", width, height)
	p.text(left, 26, `font-size="15" font-weight="600"`, c.Title)
	p.axes(c.X.Label, c.Y.Label)
	p.parts(c.Parts)
	for i := range c.Series {
		color := colors[i%len(colors)]
		if like := c.Series[i].Like; like > 0 {
			color = colors[(like-1)%len(colors)]
		}
		p.series(&c.Series[i], color)
		p.legend(i, &c.Series[i], color)
	}
	p.WriteString("</svg>\n")
	_, err := w.Write(p.Bytes())
	return err
}

func (c *Chart) legendWidth() float64 {
	longest := 0
	for i := range c.Series {
		longest = max(longest, len([]rune(c.Series[i].Name)))
	}
	if longest == 0 {
		return 24
	}
	return min(legendMost, float64(longest)*letter+swash+34)
}

// span is what the axis of coordinate 0 or 1 has to hold.
func (c *Chart) span(coordinate int) span {
	var values []float64
	for _, s := range c.Series {
		for _, q := range s.Points {
			if drawn(q) {
				values = append(values, q[coordinate])
			}
		}
	}
	if len(values) == 0 {
		return newSpan(0, 1)
	}
	return newSpan(slices.Min(values), slices.Max(values))
}

// drawn reports whether a point has a place. Figures whose differences do not fit into 64 bits have none.
func drawn(q [2]float64) bool {
	return math.Abs(q[0]) < 1e300 && math.Abs(q[1]) < 1e300 // of NaN neither is true
}

// place is where a point is on the canvas.
func (p *canvas) place(q [2]float64) (x, y float64) {
	return left + p.x.part(q[0])*(p.right-left), height - foot - p.y.part(q[1])*(height-foot-top)
}

func (p *canvas) text(x, y float64, how, text string) {
	fmt.Fprintf(p, `<text x="%.1f" y="%.1f" %s>`, x, y, how)
	xml.EscapeText(p, []byte(text)) // a Buffer takes all
	p.WriteString("</text>\n")
}

func (p *canvas) line(x1, y1, x2, y2 float64, color string) {
	fmt.Fprintf(p, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x1, y1, x2, y2, color)
}

func (p *canvas) axes(xLabel, yLabel string) {
	for _, v := range p.x.ticks() {
		x, _ := p.place([2]float64{v, p.y.low})
		p.line(x, top, x, height-foot, "#e4e4e4")
		p.text(x, height-foot+18, `text-anchor="middle"`, p.x.write(v))
	}
	for _, v := range p.y.ticks() {
		_, y := p.place([2]float64{p.x.low, v})
		p.line(left, y, p.right, y, "#e4e4e4")
		p.text(left-8, y+4, `text-anchor="end"`, p.y.write(v))
	}
	p.line(left, height-foot, p.right, height-foot, "#333")
	p.line(left, top, left, height-foot, "#333")
	p.text((left+p.right)/2, height-16, `text-anchor="middle"`, xLabel)
	middle := float64(top+height-foot) / 2
	p.text(18, middle, fmt.Sprintf(`text-anchor="middle" transform="rotate(-90 18 %.1f)"`, middle), yLabel)
}

// parts draws where parts begin, with their names. What begins outside of the plane is not drawn.
func (p *canvas) parts(all []Part) {
	for _, part := range all {
		if at := p.x.part(part.From); !(at >= 0 && at <= 1) {
			continue
		}
		x, _ := p.place([2]float64{part.From, p.y.low})
		p.line(x, top, x, height-foot, "#999")
		p.text(x+4, top-6, `fill="#666"`, part.Name)
	}
}

func (p *canvas) series(s *Series, color string) {
	if s.Style != Marks {
		p.path(s.Points, color, s.Style.dashes())
	}
	if s.Style&Marks == 0 {
		return
	}
	for _, q := range s.Points {
		if drawn(q) {
			x, y := p.place(q)
			p.mark(x, y, color)
		}
	}
}

func (p *canvas) mark(x, y float64, color string) {
	fmt.Fprintf(p, `<circle cx="%.1f" cy="%.1f" r="3.5" fill="%s"/>`+"\n", x, y, color)
}

// dashes is the attribute that makes a line one of dashes, if it is.
func (s Style) dashes() string {
	if s&Dashes == 0 {
		return ""
	}
	return ` stroke-dasharray="6 4"`
}

func (p *canvas) path(points [][2]float64, color, dashes string) {
	p.WriteString(`<path d="`)
	pen := "M"
	for _, q := range points {
		if !drawn(q) {
			pen = "M"
			continue
		}
		x, y := p.place(q)
		fmt.Fprintf(p, "%s%.1f %.1f", pen, x, y)
		pen = "L"
	}
	fmt.Fprintf(p, `" fill="none" stroke="%s" stroke-width="2" stroke-linejoin="round"%s/>`+"\n", color, dashes)
}

// legend names a series beside the plane.
func (p *canvas) legend(i int, s *Series, color string) {
	if s.Name == "" {
		return
	}
	x, y := p.right+16, float64(top+8+20*i)
	if s.Style != Marks {
		fmt.Fprintf(p, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-width="2"%s/>`+"\n", x, y, x+swash, y, color, s.Style.dashes())
	}
	if s.Style&Marks != 0 {
		p.mark(x+swash/2, y, color)
	}
	p.text(x+swash+6, y+4, `text-anchor="start"`, s.Name)
}
