package main

import (
	"encoding/binary"
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/delen-edge/delen/stages/graph/onnxpb"
)

// ear is a model whose row of that shape has 80 samples. Exit "early" is sure of class 0 when their sum is positive, of class
// 1 when it is negative; exit "late" is a hundred times as sure.
//
//	x -> Flatten -> flat -> MatMul v -> early
//	                flat -> Mul c -> loud -> MatMul v -> late
func ear(row ...int64) *onnxpb.ModelProto {
	v := make([]float32, 2*80)
	for i := range v {
		v[i] = float32(1 - 2*(i%2))
	}
	declared := func(name string, row ...int64) *onnxpb.ValueInfoProto {
		shape := &onnxpb.TensorShapeProto{Dim: []*onnxpb.TensorShapeProto_Dimension{
			{Value: &onnxpb.TensorShapeProto_Dimension_DimParam{DimParam: "batch"}},
		}}
		for _, n := range row {
			shape.Dim = append(shape.Dim, &onnxpb.TensorShapeProto_Dimension{Value: &onnxpb.TensorShapeProto_Dimension_DimValue{DimValue: n}})
		}
		return &onnxpb.ValueInfoProto{Name: &name, Type: &onnxpb.TypeProto{Value: &onnxpb.TypeProto_TensorType{
			TensorType: &onnxpb.TypeProto_Tensor{ElemType: proto.Int32(1), Shape: shape},
		}}}
	}
	node := func(kind, output string, inputs ...string) *onnxpb.NodeProto {
		return &onnxpb.NodeProto{OpType: &kind, Input: inputs, Output: []string{output}}
	}
	weights := func(name string, values []float32, dims ...int64) *onnxpb.TensorProto {
		var raw []byte
		for _, f := range values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(f))
		}
		return &onnxpb.TensorProto{Name: &name, Dims: dims, DataType: proto.Int32(1), RawData: raw}
	}
	return &onnxpb.ModelProto{
		IrVersion:   proto.Int64(8),
		OpsetImport: []*onnxpb.OperatorSetIdProto{{Domain: proto.String(""), Version: proto.Int64(13)}},
		Graph: &onnxpb.GraphProto{
			Name: proto.String("ear"),
			Node: []*onnxpb.NodeProto{
				node("Flatten", "flat", "x"), node("MatMul", "early", "flat", "v"),
				node("Mul", "loud", "flat", "c"), node("MatMul", "late", "loud", "v"),
			},
			Initializer: []*onnxpb.TensorProto{weights("v", v, 80, 2), weights("c", []float32{100})},
			Input:       []*onnxpb.ValueInfoProto{declared("x", row...)},
			Output:      []*onnxpb.ValueInfoProto{declared("early", 2), declared("late", 2)},
			ValueInfo:   []*onnxpb.ValueInfoProto{declared("flat", 80), declared("loud", 80)},
		},
	}
}
