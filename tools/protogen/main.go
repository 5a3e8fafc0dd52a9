// Protogen turns .proto files into Go without protoc: it compiles them with
// protocompile and hands the descriptors to protoc-gen-go.
//
//	go run -C tools ./protogen [-check] FILE.proto...
//
// A file is named by its path from the repository's root, which is also how a
// proto file imports another and the name under which the message types are
// registered. The output lies beside its source. With -check nothing is written;
// a generated file that differs from its source is an error.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("protogen: ")
	check := flag.Bool("check", false, "write nothing; fail when a generated file is stale")
	root := flag.String("root", "..", "the directory that paths of proto files start from")
	flag.Parse()
	if flag.NArg() == 0 {
		log.Fatal("name at least one .proto file, by its path from the repository's root")
	}
	if err := run(*root, flag.Args(), *check); err != nil {
		log.Fatal(err)
	}
}

// run generates the Go code for the named proto files below root, and compares
// it with what is there or puts it there.
func run(root string, names []string, check bool) error {
	files, err := compile(root, names)
	if err != nil {
		return err
	}
	out, err := generate(&pluginpb.CodeGeneratorRequest{
		FileToGenerate: names,
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile:      closure(files),
	})
	if err != nil {
		return err
	}
	put := os.WriteFile
	if check {
		put = compare
	}
	for _, f := range out {
		if err := put(filepath.Join(root, f.GetName()), []byte(f.GetContent()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compile parses and links the files. Comments are kept: they become the
// documentation of the Go code.
func compile(root string, names []string) (linker.Files, error) {
	c := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			ImportPaths: []string{root},
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	return c.Compile(context.Background(), names...)
}

// closure returns the files and all they import, each after its imports, as a
// plugin expects them.
func closure(files linker.Files) []*descriptorpb.FileDescriptorProto {
	var list []*descriptorpb.FileDescriptorProto
	seen := map[string]bool{}
	var add func(protoreflect.FileDescriptor)
	add = func(f protoreflect.FileDescriptor) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.Imports().Get(i).FileDescriptor)
		}
		list = append(list, protoutil.ProtoFromFileDescriptor(f))
	}
	for _, f := range files {
		add(f)
	}
	return list
}

// generate runs protoc-gen-go, whose generator cannot be imported, as protoc
// would: a request on its standard input, a response on its standard output.
func generate(req *pluginpb.CodeGeneratorRequest) ([]*pluginpb.CodeGeneratorResponse_File, error) {
	in, err := proto.Marshal(req)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "tool", "protoc-gen-go")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), os.Stderr
	b, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("protoc-gen-go: %w", err)
	}
	var resp pluginpb.CodeGeneratorResponse
	if err := proto.Unmarshal(b, &resp); err != nil {
		return nil, fmt.Errorf("protoc-gen-go: %w", err)
	}
	if resp.Error != nil {
		return nil, errors.New(resp.GetError())
	}
	return resp.File, nil
}

// compare is os.WriteFile's place holder under -check: it fails when the file's
// content is not the wanted one.
func compare(name string, want []byte, _ os.FileMode) error {
	got, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("%s is stale: run make generate", name)
	}
	return nil
}
