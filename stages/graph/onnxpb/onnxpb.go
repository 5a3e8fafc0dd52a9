// Package onnxpb is the protobuf schema of ONNX files: onnx.proto and the Go code generated from it.
package onnxpb

//go:generate go run -C ../../../tools ./protogen stages/graph/onnxpb/onnx.proto
