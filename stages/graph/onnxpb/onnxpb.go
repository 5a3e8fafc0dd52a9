// Package onnxpb is the protobuf schema of ONNX files: onnx.proto and the Go code generated from it.
package onnxpb

// The generator is a module of its own: nothing that serves depends on it.
//go:generate go -C gen run . ../onnx.proto ../onnx.pb.go
