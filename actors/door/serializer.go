package door

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/remote"
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

// serializerID is the place of our serializer in the library's list, after its protobuf and JSON.
const serializerID = 2

func init() {
	remote.RegisterSerializer(serializer{})
	if _, err := remote.Deserialize(nil, "", serializerID); !errors.Is(err, errUnknown) {
		panic("door: another package has registered a serializer before")
	}
}

var errUnknown = errors.New("unknown message type")

// serializer decodes what the guard has let pass. Nothing is sent with it.
type serializer struct{}

func (serializer) Serialize(any) ([]byte, error) {
	return nil, errors.New("the door's serializer only reads")
}

func (serializer) GetTypeName(any) (string, error) {
	return "", errors.New("the door's serializer only reads")
}

func (serializer) Deserialize(name string, data []byte) (any, error) {
	at := time.Now()
	t, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		return nil, fmt.Errorf("%w: %q", errUnknown, name)
	}
	body := t.New().Interface()
	err = proto.Unmarshal(data, body)
	return &Arrival{At: at, Body: body, Err: err}, nil
}
