// Command gen compiles onnx.proto to Go without protoc.
//
// Usage: gen onnx.proto onnx.pb.go
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// registered is the name that the schema has in the registry of a program. It is not the file's own, which another ONNX
// schema in the same program would claim too.
const registered = "delen/onnx.proto"

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gen onnx.proto onnx.pb.go")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate writes the Go code of the schema in file from to file to.
func generate(from, to string) error {
	schema, err := compile(from)
	if err != nil {
		return err
	}
	plugin, err := protogen.Options{}.New(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{registered},
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile:      []*descriptorpb.FileDescriptorProto{schema},
	})
	if err != nil {
		return err
	}
	internal_gengo.GenerateFile(plugin, plugin.FilesByPath[registered])
	out := plugin.Response()
	if out.Error != nil {
		return fmt.Errorf("%s: %s", from, out.GetError())
	}
	return os.WriteFile(to, []byte(out.File[0].GetContent()), 0o644)
}

// compile parses the schema with its comments, which become the comments of the Go code.
func compile(path string) (*descriptorpb.FileDescriptorProto, error) {
	compiler := protocompile.Compiler{
		SourceInfoMode: protocompile.SourceInfoStandard,
		Resolver: &protocompile.SourceResolver{
			Accessor: func(name string) (io.ReadCloser, error) {
				if name != registered { // the compiler first looks for a descriptor.proto of our own
					return nil, os.ErrNotExist
				}
				return os.Open(path)
			},
		},
	}
	files, err := compiler.Compile(context.Background(), registered)
	if err != nil {
		return nil, err
	}
	return protoutil.ProtoFromFileDescriptor(files[0]), nil
}
