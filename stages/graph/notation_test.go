package graph

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/internal/sketch"
	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// model reads a model that is written in the notation of package sketch.
func model(text string) *onnxpb.ModelProto { return sketch.Model(text) }

// parse reads the notation all the way into a Graph.
func parse(t *testing.T, text string) *Graph {
	t.Helper()
	g, err := Parse(encode(model(text)))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func encode(m proto.Message) []byte { return sketch.Encode(m) }
