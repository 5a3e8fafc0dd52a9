package graph

import (
	"bufio"
	"errors"
	"io"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// heavy is the size in bytes from which a weight stays in its file. What is lighter may be a shape or an axis, whose value
// matters to those who read the graph, and costs little.
const heavy = 16 << 10

// The numbers of the fields in the file format on the way to a weight.
const (
	modelGraph       = 7
	graphInitializer = 5
	tensorRaw        = 9
	tensorLocation   = 14
)

// level is the kind of a message that is read field by field.
type level int

const (
	modelLevel level = iota
	graphLevel
	tensorLevel
)

// errWire is the error of what is no protobuf.
var errWire = errors.New("not an ONNX model, or a truncated one")

// skim reads a model's file, but for the bytes of its heavy weights. Those stay where they are: the tensor gets to say in
// which part of the file they lie, just as the format has it for weights in files of their own. So a model of a gigabyte
// takes no more memory than a small one with as many nodes. The file is called name.
func skim(f io.ReaderAt, size int64, name string) ([]byte, error) {
	s := &skimmer{file: io.NewSectionReader(f, 0, size), name: name}
	s.buffer = bufio.NewReaderSize(s.file, 64<<10)
	return s.message(size, modelLevel)
}

// skimmer reads a file from its start to its end.
type skimmer struct {
	file   *io.SectionReader
	buffer *bufio.Reader
	at     int64
	name   string
}

// message copies a message that ends at a byte of the file.
func (s *skimmer) message(end int64, l level) (out []byte, err error) {
	var left place // the last raw data that stays in the file
	location := onnxpb.TensorProto_DEFAULT
	for s.at < end {
		number, kind, err := s.tag(end)
		if err != nil {
			return nil, err
		}
		if kind != protowire.BytesType {
			value := uint64(0)
			if out, value, err = s.scalar(out, number, kind, end); err != nil {
				return nil, err
			}
			if l == tensorLevel && number == tensorLocation {
				location = onnxpb.TensorProto_DataLocation(value)
			}
			continue
		}
		length, err := s.length(end)
		if err != nil {
			return nil, err
		}
		raw := l == tensorLevel && number == tensorRaw
		if raw { // of several, which no exporter writes, the last one counts
			left = place{s.name, s.at, length}
		}
		if raw && length >= heavy {
			err = s.skip(length)
		} else {
			out, err = s.field(out, number, length, l)
		}
		if err != nil {
			return nil, err
		}
	}
	if left.length >= heavy && location != onnxpb.TensorProto_EXTERNAL {
		return appendPlace(out, left)
	}
	return out, nil
}

// field copies a field of some length, of which weights may be left out.
func (s *skimmer) field(out []byte, number protowire.Number, length int64, l level) (_ []byte, err error) {
	var content []byte
	switch {
	case l == modelLevel && number == modelGraph:
		content, err = s.message(s.at+length, graphLevel)
	case l == graphLevel && number == graphInitializer:
		content, err = s.message(s.at+length, tensorLevel)
	default:
		content, err = s.take(length)
	}
	out = protowire.AppendTag(out, number, protowire.BytesType)
	return protowire.AppendBytes(out, content), err
}

// scalar copies a field of a number, and tells its value if it is a whole one.
func (s *skimmer) scalar(out []byte, number protowire.Number, kind protowire.Type, end int64) (_ []byte, value uint64, err error) {
	out = protowire.AppendTag(out, number, kind)
	size := int64(8)
	switch kind {
	case protowire.VarintType:
		value, err = s.varint(end)
		return protowire.AppendVarint(out, value), value, err
	case protowire.Fixed32Type:
		size = 4
	case protowire.Fixed64Type:
	default: // groups, which the format has never had
		return nil, 0, errWire
	}
	if size > end-s.at {
		return nil, 0, errWire
	}
	b, err := s.take(size)
	return append(out, b...), 0, err
}

// tag reads the number and the kind of a field.
func (s *skimmer) tag(end int64) (protowire.Number, protowire.Type, error) {
	v, err := s.varint(end)
	number, kind := protowire.DecodeTag(v)
	if err == nil && number < protowire.MinValidNumber {
		err = errWire
	}
	return number, kind, err
}

func (s *skimmer) varint(end int64) (uint64, error) {
	v := uint64(0)
	for shift := 0; shift < 64 && s.at < end; shift += 7 {
		b, err := s.buffer.ReadByte()
		if err != nil {
			return 0, err
		}
		s.at++
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, nil
		}
	}
	return 0, errWire
}

// length reads how long a field is, which lies before end.
func (s *skimmer) length(end int64) (int64, error) {
	v, err := s.varint(end)
	if err == nil && v > uint64(end-s.at) {
		err = errWire
	}
	return int64(v), err
}

// take reads n bytes, which the file has.
func (s *skimmer) take(n int64) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(s.buffer, b)
	s.at += n
	return b, err
}

// skip passes n bytes over without reading them.
func (s *skimmer) skip(n int64) error {
	s.at += n
	if n <= int64(s.buffer.Buffered()) {
		_, err := s.buffer.Discard(int(n))
		return err
	}
	_, err := s.file.Seek(s.at, io.SeekStart)
	s.buffer.Reset(s.file)
	return err
}

// place is where the bytes of a weight lie.
type place struct {
	file           string // below the model's folder
	offset, length int64  // length -1: up to the file's end
}

// entries writes a place as the file format does.
func (p place) entries() []*onnxpb.StringStringEntryProto {
	entry := func(key, value string) *onnxpb.StringStringEntryProto {
		return &onnxpb.StringStringEntryProto{Key: &key, Value: &value}
	}
	return []*onnxpb.StringStringEntryProto{
		entry("location", p.file),
		entry("offset", strconv.FormatInt(p.offset, 10)),
		entry("length", strconv.FormatInt(p.length, 10)),
	}
}

// appendPlace says in an encoded tensor where its bytes lie.
func appendPlace(tensor []byte, p place) ([]byte, error) {
	return proto.MarshalOptions{}.MarshalAppend(tensor, &onnxpb.TensorProto{
		ExternalData: p.entries(), DataLocation: onnxpb.TensorProto_EXTERNAL.Enum(),
	})
}
