package graph

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// drawing is a convolutional network in the making. Its weights have shapes and no numbers.
type drawing struct {
	text            strings.Builder
	weights         []*onnxpb.TensorProto
	tensors         int
	channels, width int // of the last tensor, as wide as high
}

// add writes an operator with weights of the given shapes and returns its result, whose shape follows from the fields.
func (d *drawing) add(op, input string, shapes ...[]int64) string {
	for _, shape := range shapes {
		name := fmt.Sprintf("w%d", len(d.weights))
		d.weights = append(d.weights, &onnxpb.TensorProto{Name: &name, Dims: shape, DataType: proto.Int32(int32(Float32))})
		input += ", " + name
	}
	d.tensors++
	name := fmt.Sprintf("t%d", d.tensors)
	kind, attributes, _ := strings.Cut(op, " ")
	fmt.Fprintf(&d.text, "%s = %s(%s) %s\nvalue %[1]s[N %[5]d %[6]d %[6]d]\n", name, kind, input, attributes, d.channels, d.width)
	return name
}

// conv is a convolution with the padding that keeps the width, up to its stride.
func (d *drawing) conv(x string, from, to, window, stride int, bias bool) string {
	d.channels, d.width = to, d.width/stride
	shapes := [][]int64{{int64(to), int64(from), int64(window), int64(window)}}
	if bias {
		shapes = append(shapes, []int64{int64(to)})
	}
	return d.add("Conv", x, shapes...)
}

func (d *drawing) batchNorm(x string) string {
	c := []int64{int64(d.channels)}
	return d.add("BatchNormalization", x, c, c, c, c)
}

// full is a fully connected layer.
func (d *drawing) full(x string, from, to int) string {
	d.tensors++
	name := fmt.Sprintf("t%d", d.tensors)
	for _, shape := range [][]int64{{int64(to), int64(from)}, {int64(to)}} {
		d.weights = append(d.weights, &onnxpb.TensorProto{
			Name: proto.String(fmt.Sprintf("w%d", len(d.weights))), Dims: shape, DataType: proto.Int32(int32(Float32))})
	}
	fmt.Fprintf(&d.text, "%s = Gemm(%s, w%d, w%d) transB=1\nvalue %[1]s[N %[5]d]\n", name, x, len(d.weights)-2, len(d.weights)-1, to)
	return name
}

func (d *drawing) flatten(x string) string {
	fmt.Fprintf(&d.text, "flat = Flatten(%s)\nvalue flat[N %d]\n", x, d.channels*d.width*d.width)
	return "flat"
}

func (d *drawing) segment(t *testing.T, output string) Segment {
	t.Helper()
	m := model("input x[N 3 224 224]\n" + d.text.String() + "y = Identity(" + output + ")\noutput y[N 1000]")
	m.Graph.Initializer = d.weights
	g, err := build(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Segments[0]
}

// resNet50 is the network of He et al., "Deep Residual Learning for Image Recognition", with the stride in the middle
// convolution of a block, as torchvision has it.
func resNet50() (*drawing, string) {
	d := &drawing{width: 224}
	x := d.add("Relu", d.batchNorm(d.conv("x", 3, 64, 7, 2, false)))
	d.width /= 2
	x = d.add("MaxPool kernel_shape=3,3 strides=2,2 pads=1,1,1,1", x)
	for stage, blocks := range []int{3, 4, 6, 3} {
		for block := range blocks {
			x = d.bottleneck(x, 64<<stage, block == 0, stage > 0 && block == 0)
		}
	}
	d.width = 1
	x = d.add("GlobalAveragePool", x)
	return d, d.full(d.flatten(x), 2048, 1000)
}

func (d *drawing) bottleneck(x string, inner int, first, halve bool) string {
	from, width, stride, shortcut := d.channels, d.width, 1, x
	if halve {
		stride = 2
	}
	y := d.add("Relu", d.batchNorm(d.conv(x, from, inner, 1, 1, false)))
	y = d.add("Relu", d.batchNorm(d.conv(y, inner, inner, 3, stride, false)))
	y = d.batchNorm(d.conv(y, inner, 4*inner, 1, 1, false))
	if first {
		d.width = width
		shortcut = d.batchNorm(d.conv(x, from, 4*inner, 1, stride, false))
	}
	return d.add("Relu", d.add("Add", y+", "+shortcut))
}

// vgg16 is configuration D of Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition".
func vgg16() (*drawing, string) {
	d := &drawing{channels: 3, width: 224}
	x := "x"
	for _, stage := range [][]int{{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}} {
		for _, channels := range stage {
			x = d.add("Relu", d.conv(x, d.channels, channels, 3, 1, true))
		}
		d.width /= 2
		x = d.add("MaxPool kernel_shape=2,2 strides=2,2", x)
	}
	x = d.flatten(x)
	for i, widths := range [][2]int{{512 * 7 * 7, 4096}, {4096, 4096}, {4096, 1000}} {
		x = d.full(x, widths[0], widths[1])
		if i < 2 {
			fmt.Fprintf(&d.text, "relu%d = Relu(%s)\nvalue relu%[1]d[N %[3]d]\n", i, x, widths[1])
			x = fmt.Sprintf("relu%d", i)
		}
	}
	return d, x
}

// Multiply-adds and parameters are those that torchvision publishes with the weights ResNet50_Weights.IMAGENET1K_V1 and
// VGG16_Weights.IMAGENET1K_V1 (_ops, which it gives as "GFLOPS", and num_params). It counts products alone, so what is
// counted here exceeds twice that a little; and not among its parameters are the means and variances of batch norms.
func TestKnownNetworks(t *testing.T) {
	for _, c := range []struct {
		name       string
		network    func() (*drawing, string)
		gmacs      float64
		parameters int64
	}{
		{"ResNet-50", resNet50, 4.089, 25_557_032 + 2*26_560},
		{"VGG-16", vgg16, 15.47, 138_357_544},
	} {
		d, output := c.network()
		s := d.segment(t, output)
		if excess := s.FLOPs/(2e9*c.gmacs) - 1; !(math.Abs(excess) < 0.01) {
			t.Errorf("%s: %v FLOPs (%s) for %v GMACs: %.2f %% more", c.name, s.FLOPs, s.Uncounted, c.gmacs, 100*excess)
		}
		if s.Parameters != c.parameters {
			t.Errorf("%s: %d parameters, not %d", c.name, s.Parameters, c.parameters)
		}
		t.Logf("%s: %.4f GFLOPs, %d parameters", c.name, s.FLOPs/1e9, s.Parameters)
	}
}

// examples/glyphs/README.md says what torch counts for each segment before the batch norms are folded in, which leaves one
// parameter a channel instead of two.
func TestShippedModelAgainstTorch(t *testing.T) {
	g, err := Read("../../examples/glyphs/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	s, err := g.Split(nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		megaMACs   float64
		parameters int64
	}{
		{42.9, 45_684 - 3*48}, {42.7, 171_396 - 3*112}, {57.8, 230_308 - 2*112}, {43.4, 694_884 - 6*112},
	} {
		seg := s.Segments[i]
		if excess := seg.FLOPs/(2e6*want.megaMACs) - 1; !(math.Abs(excess) < 0.01) {
			t.Errorf("segment %d: %v FLOPs (%s) for %v M multiply-adds", i+1, seg.FLOPs, seg.Uncounted, want.megaMACs)
		}
		if seg.Parameters != want.parameters {
			t.Errorf("segment %d: %d parameters, not %d", i+1, seg.Parameters, want.parameters)
		}
	}
}
