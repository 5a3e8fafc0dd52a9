package door

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// What a message takes in memory, about and rather too much than too little: an arrival with its envelope and its place in
// a mailbox, a message within a message, a number in a list, a text.
const (
	messageBytes = 512
	partBytes    = 160
	numberBytes  = 8
	textBytes    = 24
)

// weigh is what an encoded message will take in memory as a value. A few bytes can stand for many: two for each empty part
// of a list.
func weigh(d protoreflect.MessageDescriptor, data []byte) int {
	return messageBytes + weighParts(d, data)
}

func weighParts(d protoreflect.MessageDescriptor, data []byte) int {
	bytes := 0
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			break
		}
		size := protowire.ConsumeFieldValue(number, kind, data[n:])
		if size < 0 {
			break
		}
		bytes += weighField(d.Fields().ByNumber(number), kind, data[n:n+size])
		data = data[n+size:]
	}
	return bytes + len(data)
}

// weighField is what the value of a field takes; the field is nil if it is not known.
func weighField(f protoreflect.FieldDescriptor, kind protowire.Type, value []byte) int {
	content, _ := protowire.ConsumeBytes(value)
	switch {
	case f == nil || kind == protowire.StartGroupType:
		return len(value) + numberBytes // kept as it is, behind its tag
	case kind != protowire.BytesType:
		return numberBytes
	case f.Message() != nil:
		return partBytes + weighParts(f.Message(), content)
	case f.Kind() == protoreflect.BytesKind, f.Kind() == protoreflect.StringKind:
		return textBytes + len(content)
	}
	return numberBytes * len(content) // a packed list
}

// maxScalars bounds what is kept of a message that is not read.
const maxScalars = 1 << 10

// scalars keeps of an encoded message the fields that are whole numbers, such as its id: enough to refuse it.
func scalars(data []byte) []byte {
	var kept []byte
	for len(data) > 0 && len(kept) < maxScalars {
		_, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			break
		}
		size := protowire.ConsumeFieldValue(0, kind, data[n:])
		if size < 0 {
			break
		}
		if kind == protowire.VarintType {
			kept = append(kept, data[:n+size]...)
		}
		data = data[n+size:]
	}
	return kept
}

// firstNumber is the value of an encoded message's field 1, 0 if that is no whole number.
func firstNumber(data []byte) uint64 {
	for kept := scalars(data); len(kept) > 0; {
		number, _, n := protowire.ConsumeTag(kept)
		value, size := protowire.ConsumeVarint(kept[n:])
		if number == 1 {
			return value
		}
		kept = kept[n+size:]
	}
	return 0
}
