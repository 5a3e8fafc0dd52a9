package door

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Arrival is a message that came through the door.
type Arrival struct {
	At   time.Time     // when it was decoded, before any mailbox
	Body proto.Message // of an allowed type; as much as could be decoded
	Err  error         // the body could not be decoded
}

// The places of our serializers in the library's list, after its protobuf and JSON.
const (
	serializerID = 2
	oversizedID  = 3
)

func init() {
	remote.RegisterSerializer(serializer{})
	remote.RegisterSerializer(serializer{oversized: true})
	if _, err := remote.Deserialize(nil, "", oversizedID); !errors.Is(err, errUnknown) {
		panic("door: another package has registered a serializer before")
	}
}

// ErrOversized is the error of an arrival that was larger than a message may be. Its body has its numbers, and nothing else.
var ErrOversized = errors.New("the message is larger than the node reads")

var errUnknown = errors.New("unknown message type")

// serializer decodes what the guard has let pass. Nothing is sent with it.
type serializer struct{ oversized bool }

func (serializer) Serialize(any) ([]byte, error) {
	return nil, errors.New("the door's serializer only reads")
}

func (serializer) GetTypeName(any) (string, error) {
	return "", errors.New("the door's serializer only reads")
}

func (s serializer) Deserialize(name string, data []byte) (any, error) {
	at := time.Now()
	t, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %q", errUnknown, name)
	}
	body := t.New().Interface()
	err = proto.Unmarshal(data, body)
	if s.oversized {
		err = ErrOversized
	}
	return &Arrival{At: at, Body: body, Err: err}, nil
}

// scalars keeps of an encoded message the fields that are whole numbers, such as its id: enough to refuse it.
func scalars(data []byte) []byte {
	var kept []byte
	for len(data) > 0 {
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
